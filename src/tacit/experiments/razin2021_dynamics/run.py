"""The run of `razin2021_dynamics`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Float, PRNGKey, ScalarLike
from tacit.algebra import CanonicalFormat, orthogonal_frame
from tacit.dynamics import AbstractDynamics, GradientDescent, GradientFlow
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.razin2021_dynamics.config import Config
from tacit.models import CP, AbstractFactorisation
from tacit.observers import Observer, component_balance
from tacit.operators import TensorEntries
from tacit.problems import LeastSquares, Problem
from tacit.runs import Schedule, Trajectory
from tacit.runs import run as follow

_RTOL, _ATOL = 1e-12, 1e-14
_STENCIL = np.array([1, -8, 0, 8, -1]) / 12
"""Difference of five records around one of them, with an error of fourth order."""
_NEAR = 0.03
"""Distance of the five from each other, over that of the times they are around."""
_CHUNK = 40
"""Records in one call, in all runs of a case: so they share a program."""
_LABELS = {
    "case": "order N and layers K",
    "time": "time t",
    "norms": "component norms σᵣ",
    "slope": "dσᵣ/dt along the velocities",
    "difference": "dσᵣ/dt by differences",
    "along": "⟨−∇ℓ, ⊗ûᵣ⟩",
    "predicted": "dσᵣ/dt predicted",
    "drift": "drift of the balance",
    "step": "step η",
    "descent_gap": "|Δσᵣ/η − dσᵣ/dt|, relative",
    "start_gap": "dσᵣ/dt from the law, relative",
    "start_drift": "drift of the balance",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow balanced starts of every order and depth, then those that are not, then descent."""
    names, parts, others = [], [], []
    total = len(config.orders) * (1 + len(config.depths))
    for order in config.orders:
        for depth in (1, *config.depths):
            report(len(parts) / total, f"order {order}, {depth} layers")
            names.append(f"N={order}, K={depth}")
            balanced, normal = _make_starts(config, order, depth)
            problem = _make_problem(config, order, balanced if depth > 1 else None)
            parts.append(_follow_balanced(config, problem, balanced))
            others.append(_follow_normal(config, problem, normal))
    gaps = [_measure_descent(config, order) for order in config.orders]
    report(1.0, "done")
    found = [
        stack(parts, "case", names),
        stack(others, "case", names),
        stack(gaps, "order", list(config.orders)),
    ]
    return label(xr.merge(found, join="exact"), _LABELS)


def _key(config: Config, order: int, use: int) -> PRNGKey:
    return jax.random.fold_in(jax.random.fold_in(jax.random.key(config.seed), order), use)


def _make_starts(config: Config, order: int, depth: int) -> tuple[CP, CP]:
    """Return balanced layers, aligned if they are deep, and normal ones of the same size."""
    shape = (config.side,) * order
    normal = CP.initialise(
        shape,
        init_scale=config.init_scale,
        width=config.width,
        depth=depth,
        dtype=config.dtype,
        key=_key(config, order, 1),
    )
    if depth == 1:
        return normal.balanced(), normal

    # Every layer but the last is diagonal, and the columns of the last are orthogonal.
    sizes = config.init_scale * jnp.linspace(1.4, 0.6, config.width, dtype=config.dtype)
    root = jnp.diag(sizes ** (1 / (order * depth)))
    keys = jax.random.split(_key(config, order, 2), order)
    frames = (
        orthogonal_frame((config.side, config.width), config.dtype, key=key) @ root for key in keys
    )
    return CP(tuple((*[root] * (depth - 1), frame) for frame in frames)), normal


def _make_problem(config: Config, order: int, aligned: CP | None) -> Problem:
    """Return a share of the entries of a truth, or all of one with the vectors of the start."""
    shape = (config.side,) * order
    sizes = jnp.linspace(1.0, 0.5, config.rank, dtype=config.dtype)
    if aligned is None:
        keys = jax.random.split(_key(config, order, 3), order)
        drawn = [jax.random.normal(key, (config.side, config.rank), config.dtype) for key in keys]
    else:
        drawn = [factor[:, : config.rank] for factor in aligned.factors]
    units = [factor / jnp.linalg.norm(factor, axis=0, keepdims=True) for factor in drawn]
    truth = CanonicalFormat((units[0] * sizes[None, :], *units[1:])).dense()

    count = truth.size if aligned is not None else round(config.share * truth.size)
    seen = jax.random.choice(_key(config, order, 4), truth.size, (count,), replace=False)
    operator = TensorEntries(np.sort(np.asarray(seen)), shape, config.dtype)
    return Problem(operator, operator.mv(truth), LeastSquares(), truth=truth)


def _follow_balanced(config: Config, problem: Problem, start: CP) -> xr.Dataset:
    """σ_r along the flow: its derivative, its differences, and what is predicted of both."""
    layers, order = len(start.layers[0]), len(start.layers)
    time = config.span / (order * layers) * (np.arange(config.records) + 0.5) / config.records
    gap = _NEAR * (time[1] - time[0])
    points = time[:, None] + gap * np.arange(-2, 3)
    drift = component_balance.drift_from(start)
    observers = (_norms, _slope, _along, drift)
    flow = GradientFlow(_RTOL, _ATOL)
    found = _follow(problem, start, flow, Schedule(np.append(0, points)), observers)

    around = {
        name: found[name][1:].reshape(*points.shape, *found[name].shape[1:])
        for name in ("norms", "slope", "along")
    }
    norms, along = around["norms"][:, 2], around["along"][:, 2]
    dims = ("record", "component")
    return xr.Dataset(
        {
            "time": ("record", time),
            "norms": (dims, norms),
            "slope": (dims, around["slope"][:, 2]),
            "difference": (dims, np.einsum("tpr,p->tr", around["norms"], _STENCIL) / gap),
            "along": (dims, along),
            "predicted": (dims, _predict(norms, along, order * layers)),
            "drift": ("record", found[component_balance.name][3::5]),
        }
    )


def _follow_normal(config: Config, problem: Problem, start: CP) -> xr.Dataset:
    """How far the law is off where the layers are not balanced, and the drift of their balance."""
    factors = len(start.layers) * len(start.layers[0])
    drift = component_balance.drift_from(start)
    schedule = Schedule.linear(config.span / factors, config.records)
    observers = (_norms, _slope, _along, drift)
    found = _follow(problem, start, GradientFlow(_RTOL, _ATOL), schedule, observers)
    predicted = _predict(found["norms"], found["along"], factors)
    gap = np.abs(found["slope"] - predicted).max() / np.abs(predicted).max()
    return xr.Dataset(
        {"start_gap": gap, "start_drift": np.max(found[component_balance.name])},
    )


def _measure_descent(config: Config, order: int) -> xr.Dataset:
    """How far a step of σ_r over η is from the predicted slope at most, for η and η/2."""
    problem, (start, _) = _make_problem(config, order, None), _make_starts(config, order, 1)
    steps, gaps = (config.step, config.step / 2), []
    count = round(config.span / order / config.step)
    for number, step in enumerate(steps):
        schedule = Schedule.every(1, count * 2**number)
        found = _follow(problem, start, GradientDescent(step), schedule, (_norms, _along))
        taken = np.diff(found["norms"], axis=0) / step
        predicted = _predict(found["norms"], found["along"], order)[:-1]
        gaps.append(np.max(np.abs(taken - predicted)) / np.max(np.abs(predicted)))
    return xr.Dataset({"descent_gap": ("step", gaps)}, {"step": list(steps)})


def _predict(norms: np.ndarray, along: np.ndarray, factors: int) -> np.ndarray:
    """N K σ_r^{2 − 2/(N K)} ⟨−∇ℓ, ⊗ û_r⟩."""
    return factors * norms ** (2 - 2 / factors) * along


def _follow(
    problem: Problem,
    start: CP,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    observers: tuple[Observer, ...],
) -> Trajectory[CP]:
    return unless_interrupted(follow(problem, start, dynamics, schedule, observers, chunk=_CHUNK))


def _read_norms(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Float[Array, "R"]:
    del t, problem
    assert isinstance(model, CP)
    return model.component_norms()


def _read_slope(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Float[Array, "R"]:
    """The derivative of σ_r along the velocities −∂L/∂W of the layers."""
    del t
    velocity = jax.tree.map(jnp.negative, jax.grad(problem.objective)(model))
    return jax.jvp(lambda moved: moved.component_norms(), (model,), (velocity,))[1]


def _read_along(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Float[Array, "R"]:
    """⟨−∇ℓ(X), ⊗_n û_rⁿ⟩, by contracting one mode after another."""
    del t
    assert isinstance(model, CP)
    units = [factor / jnp.linalg.norm(factor, axis=0, keepdims=True) for factor in model.factors]
    gradient = jax.grad(problem.loss_at)(model())
    left = jnp.tensordot(gradient, units[0], axes=(0, 0))
    for unit in units[1:]:
        left = jnp.einsum("i...r,ir->...r", left, unit)
    return -left


_norms = Observer(_read_norms, "norms", "component norms σᵣ", ("component",))
_slope = Observer(_read_slope, "slope", "dσᵣ/dt", ("component",))
_along = Observer(_read_along, "along", "⟨−∇ℓ, ⊗ûᵣ⟩", ("component",))
