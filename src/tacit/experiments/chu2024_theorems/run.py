"""The run of `chu2024_theorems`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, Array, Float, PRNGKey
from tacit.algebra import orthogonal_frame
from tacit.certificates import descent_rate_certificate, rate_certificate
from tacit.dynamics import CompactFlow, GradientDescent, GradientFlow
from tacit.experiments._experiment import Report
from tacit.experiments.chu2024_theorems.config import CASES, WIDTHS, Config
from tacit.models import SpectralNetwork
from tacit.models.spectral_coordinates import align
from tacit.observers import loss, singular_values, spectral_balance, spectral_rates
from tacit.operators import SharedBasis
from tacit.problems import LeastSquares, Problem
from tacit.runs import Schedule, sweep
from tacit.runs import run as follow
from tacit.solvers import nuclear_programme


def run(config: Config, report: Report) -> xr.Dataset:
    """Run the three theorems in turn."""
    flow_key, rate_key, limit_key = jax.random.split(jax.random.key(config.seed), 3)
    report(0.0, "Theorem 1")
    parts = [_compare_flows(config, flow_key)]
    report(0.3, "Theorem 2")
    parts.append(_bound_loss(rate_key))
    report(0.5, "Theorem 3, with the all-ones vector")
    parts.append(_find_limits(config, limit_key))
    report(0.7, "Theorem 3, without it")
    parts.append(_find_limits_by_scale(config, limit_key))
    report(1.0, "done")
    return xr.merge(parts, join="exact", combine_attrs="drop_conflicts")


def _make_problem(
    shape: tuple[int, int], count: int, x: Float[Array, " d"], ones: bool, key: PRNGKey
) -> Problem:
    """Noiseless measurements of Φ diag(x) Ψᵀ: normal spectra, the first all ones, or |normal|."""
    left_key, right_key, spectra_key = jax.random.split(key, 3)
    d = min(shape)
    spectra = jax.random.normal(spectra_key, (count, d), x.dtype)
    spectra = spectra.at[0].set(1) if ones else jnp.abs(spectra)
    operator = SharedBasis(
        orthogonal_frame((shape[0], d), x.dtype, key=left_key),
        orthogonal_frame((shape[1], d), x.dtype, key=right_key),
        spectra,
    )
    return Problem(operator, spectra @ x, LeastSquares(), truth=operator.target(x))


def _make_network(problem: Problem, widths: tuple[int, ...], key: PRNGKey, **settings: Any):
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    return SpectralNetwork.aligned((operator.left, operator.right), widths, key=key, **settings)


def _compare_flows(config: Config, key: PRNGKey) -> xr.Dataset:
    """Compact and full flow side by side, square and rectangular, of depth one to three."""
    gaps, drifts, names = [], [], []
    for shape in ((rows, 5) for rows in config.rows):
        for widths in (WIDTHS[depth] for depth in config.depths):
            posing, starting = jax.random.split(jax.random.fold_in(key, len(names)))
            problem = _make_problem(shape, 6, jnp.linspace(1.0, 0.2, 5), False, posing)
            model = _make_network(problem, widths, starting)

            observers = (singular_values, spectral_balance.drift_from(model))
            schedule = Schedule(np.linspace(0, 3, 13))
            full, compact = (
                follow(problem, model, rule, schedule, observers)
                for rule in (GradientFlow(rtol=1e-11, atol=1e-13), CompactFlow())
            )

            gap = np.abs(full["singular_values"] - compact["singular_values"])
            gaps.append(float(gap.max()))
            drifts.append(
                max(float(part["spectral_balance_drift"].max()) for part in (full, compact))
            )
            names.append(f"{shape[0]}×{shape[1]}, widths {', '.join(map(str, widths))}")
    return xr.Dataset(
        {
            "flow_gap": ("network", gaps, {"long_name": "largest difference of singular values"}),
            "drift": ("network", drifts, {"long_name": "drift of what is conserved"}),
        },
        coords={"network": np.array(names, object)},
    )


def _bound_loss(key: PRNGKey) -> xr.Dataset:
    """Theorem 2 on a 5 × 5 problem with two inputs, until the loss is below 10⁻¹⁸."""
    posing, starting = jax.random.split(key)
    problem = _make_problem((5, 5), 6, jnp.linspace(1.0, 0.2, 5), False, posing)
    model = _make_network(problem, (2,), starting)

    # The bounds are integrals of recorded rates: records must be dense where the loss falls.
    time = np.concatenate([[0.0], np.geomspace(1e-4, 3e3, 4000)])
    flow = follow(problem, model, CompactFlow(), Schedule(time), (loss, spectral_rates))
    bounds = rate_certificate(problem, flow.time, flow["loss"], flow["spectral_rates"])

    step = 1e-3
    descent = follow(
        problem, model, GradientDescent(step), Schedule.every(1, 4000), (loss, spectral_rates)
    )
    c = float(descent["spectral_rates"][:, 0].min())
    discrete = descent_rate_certificate(problem, descent["loss"], step, c)

    # The bounds end where the loss does, in rounding.
    checked = len(np.asarray(bounds.evidence["upper_slack"]))
    logs = np.log(flow["loss"][:checked])
    return xr.Dataset(
        {
            "loss": ("record", flow["loss"][:checked], {"long_name": "loss ℓ"}),
            "upper_bound": (
                "record",
                np.exp(logs + bounds.evidence["upper_slack"]),
                {"long_name": "upper bound"},
            ),
            "lower_bound": (
                "record",
                np.exp(logs - bounds.evidence["lower_slack"]),
                {"long_name": "lower bound"},
            ),
            "rate_margin": bounds.margin,
            "quadrature_error": float(bounds.evidence["quadrature_error"]),
            "final_loss": float(np.min(flow["loss"])),
            "c": float(bounds.evidence["c"]),
            "C": float(bounds.evidence["C"]),
            "descent_margin": discrete.margin,
        },
        coords={"time": ("record", flow.time[:checked], {"long_name": "time t"})},
    )


def _find_limits(config: Config, key: PRNGKey) -> xr.Dataset:
    """The limit with the all-ones vector measured, in the three cases."""

    def fit(number: Array, case: int) -> dict[str, Array]:
        return _find_limit(config, jax.random.fold_in(key, number), config.init_scale, True, case)

    found = sweep(fit, case=range(len(CASES)), number=np.arange(config.draws))
    summary = _compare_with_minimum(found)
    dims = ("case", "draw")
    return xr.Dataset(
        {
            "ratio": (dims, summary["ratio"], {"long_name": "‖X‖_* over the minimum"}),
            "identity_gap": (dims, summary["identity_gap"]),
            "least_x": (dims, np.asarray(found["x"]).min(axis=-1)),
            "least_mixer": (dims, np.asarray(found["mixer"]).min(axis=-1)),
            "imbalance": (dims, np.asarray(found["imbalance"])),
            "limit_loss": (dims, np.asarray(found["loss"])),
        },
        coords={"case": np.array(CASES, object), "draw": np.arange(config.draws)},
    )


def _find_limits_by_scale(config: Config, key: PRNGKey) -> xr.Dataset:
    """The limit for sparse truths without the all-ones vector, from smaller and smaller starts.

    Such flows do not converge exponentially, so X is held against the least nuclear norm of what it
    has fitted by then.
    """

    def fit(scale: Array, number: Array) -> dict[str, Array]:
        return _find_limit(config, jax.random.fold_in(key, number), scale, False, 2)

    found = sweep(fit, scale=np.asarray(config.init_scales), number=np.arange(config.draws))
    summary = _compare_with_minimum(
        {**found, "y": jnp.einsum("...pd,...d->...p", found["spectra"], found["x"])}
    )
    return xr.Dataset(
        {
            "scale_ratio": (
                ("scale", "draw"),
                summary["ratio"],
                {"long_name": "‖X‖_* over the minimum"},
            ),
            "scale_loss": (("scale", "draw"), np.asarray(found["loss"])),
        },
        coords={
            "scale": ("scale", list(config.init_scales), {"long_name": "scale of the start"}),
            "draw": np.arange(config.draws),
        },
    )


def _find_limit(
    config: Config, key: PRNGKey, scale: Any, ones: bool, case: int
) -> dict[str, Array]:
    """Where the flow ends: its coordinates, what it was asked, and its parameters."""
    truth_key, posing, starting = jax.random.split(key, 3)
    x = jax.random.uniform(truth_key, (config.side,), config.dtype, 0.2, 1.0)
    if case == 2:
        x = jnp.where(jnp.arange(config.side) < 4, x, 0)
    problem = _make_problem((config.side, config.side), config.count, x, ones, posing)
    model = _make_network(problem, (config.inputs,), starting, init_scale=scale, equal=case == 0)
    schedule = Schedule(np.array([0.0, config.span]))
    rule = CompactFlow(rtol=1e-8, atol=1e-12)
    ended = follow(problem, model, rule, schedule, (loss,))
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    u, v, (mixer,) = align(ended.model, (operator.left, operator.right)).coordinates
    return {
        "x": operator.coordinates(ended.model()),
        "spectra": operator.spectra,
        "y": problem.y,
        "mixer": mixer[:, 0],
        "imbalance": jnp.max(jnp.abs(u**2 - v**2)),
        "loss": ended.records["loss"][-1],
    }


def _compare_with_minimum(found: dict[str, Array]) -> dict[str, np.ndarray]:
    """Nuclear norm over its minimum, and what the exact identity leaves, for every run."""
    x, spectra, y = (np.asarray(found[name]) for name in ("x", "spectra", "y"))
    ratio, identity = np.zeros(x.shape[:2]), np.zeros(x.shape[:2])
    for at in np.ndindex(*ratio.shape):
        eye = jnp.eye(x.shape[-1])
        operator = SharedBasis(eye, eye, jnp.asarray(spectra[at]))
        least = float(nuclear_programme(operator, jnp.asarray(y[at])).value)
        excess = np.abs(x[at]).sum() - least
        nu = np.linalg.lstsq(spectra[at].T, np.ones(x.shape[-1]))[0]
        explained = 2 * np.maximum(-x[at], 0).sum() + nu @ (spectra[at] @ x[at] - y[at])
        ratio[at] = 1 + excess / least
        identity[at] = abs(excess - explained) / least
    return {"ratio": ratio, "identity_gap": identity}
