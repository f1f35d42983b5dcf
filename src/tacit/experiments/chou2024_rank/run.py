"""The run of `chou2024_rank`."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._jit import jit
from tacit._typing import Any, Array, Float, Matrix, PRNGKey, RealScalar, ScalarLike
from tacit.algebra import orthogonal_frame, singular_values, spectrum, time_to_reach
from tacit.dynamics import AbstractDynamics, EigenvalueRecursion, GradientDescent
from tacit.dynamics.recursion import recursion_step
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.chou2024_rank.config import Config
from tacit.models import AbstractFactorisation, Deep, gaussian, identity
from tacit.observers import Observer, effective_rank, loss, nuclear_rank, reconstruction_error
from tacit.problems import LeastSquares, Problem, full_observation, sensing
from tacit.runs import Schedule, sweep
from tacit.runs import run as follow

_SETTINGS = ("identical start", "random start", "sensing")


_OBSERVERS = (loss, nuclear_rank, effective_rank, reconstruction_error)


def run(config: Config, report: Report) -> xr.Dataset:
    """Each setting at each depth, then the half times, then the negative eigenvalue."""
    frame_key, noise_key, rest = jax.random.split(jax.random.key(config.seed), 3)
    frame = orthogonal_frame((config.side, config.side), config.dtype, key=frame_key)
    eigenvalues = jnp.zeros(config.side).at[: len(config.eigenvalues)].set(config.eigenvalues)
    truth = (frame * eigenvalues[None, :]) @ frame.T
    rows = []
    for number, depth in enumerate(config.depths):
        cells = []
        for at, setting in enumerate(_SETTINGS):
            share = (number + at / len(_SETTINGS)) / len(config.depths)
            report(0.9 * share, f"depth {depth}, {setting}")
            start_key, draw_key = jax.random.split(jax.random.fold_in(rest, 8 * number + at))
            problem = _make_problem(config, truth, setting, noise_key, draw_key)
            cells.append(_train(config, problem, depth, setting, start_key))
        rows.append(stack(cells, "setting", _SETTINGS))
    dataset = stack(rows, "depth", config.depths, "depth N")
    report(0.9, "half times and the perturbed start")
    parts = [
        dataset,
        _tabulate_ranks(config),
        _tabulate_half_times(config),
        _train_perturbed(config),
    ]
    report(1.0, "done")
    return xr.merge(parts, join="exact", combine_attrs="override")


def _make_problem(
    config: Config, truth: Matrix, setting: str, noise_key: PRNGKey, key: PRNGKey
) -> Problem:
    """Ŵ seen in full, or Gaussian measurements of W★; errors are counted from W★."""
    if setting == "sensing":
        deviation = config.measurements**-0.5
        return sensing(truth, config.measurements, deviation, LeastSquares(), key=key)
    draw = jax.random.normal(noise_key, truth.shape, truth.dtype)
    noise = draw + draw.T
    noise = config.noise * noise / singular_values(noise)[0]
    return eqx.tree_at(lambda p: p.truth, full_observation(truth + noise), truth)


def _train(config: Config, problem: Problem, depth: int, setting: str, key: PRNGKey) -> xr.Dataset:
    """Records on logarithmic steps."""
    initialiser = gaussian if setting == "random start" else identity
    start = Deep.initialise(
        (config.side, config.side),
        depth=depth,
        init_scale=config.alpha**depth,
        initialiser=initialiser,
        dtype=config.dtype,
        key=key,
    )
    exact = setting == "identical start"
    rule: AbstractDynamics = (EigenvalueRecursion if exact else GradientDescent)(config.step)
    last = config.late * float(_predict_half_time(config, depth, config.eigenvalues[-1]))
    schedule = Schedule.logarithmic(round(last / config.step), config.records, first=10)
    done = unless_interrupted(follow(problem, start, rule, schedule, _OBSERVERS, chunk=1000))
    # One grid for all settings: whole steps near its points, which rounding may have joined.
    grid = np.geomspace(10 * config.step, last, config.records)
    at = np.minimum(np.searchsorted(done.time, grid), len(done.time) - 1)
    records = {
        observer.name: ("record", done[observer.name][at], {"long_name": observer.label})
        for observer in _OBSERVERS
    }
    error = np.sqrt(done["reconstruction_error"][at])
    records["time"] = ("record", done.time[at], {"long_name": "time t = ηk"})
    records["error"] = ("record", error, {"long_name": "error ‖W − W★‖ / side"})
    return xr.Dataset(
        {**records, "best": ((), error.argmin(), {"long_name": "record of least error"})}
    )


def _predict_half_time(config: Config, depth: int, value: Any) -> np.ndarray:
    """Half time of an eigenvalue in continuous time, from αᴺ."""
    return time_to_reach(value / 2, start=config.alpha**depth, target=value, depth=depth)


def _tabulate_ranks(config: Config) -> xr.Dataset:
    """Both effective ranks of the best low-rank parts of W★."""
    heads = [jnp.asarray(config.eigenvalues[: j + 1]) for j in range(len(config.eigenvalues))]
    kinds = {"plateau": spectrum.nuclear_rank, "entropy_plateau": spectrum.effective_rank}
    return xr.Dataset(
        {
            name: ("mode", [float(kind(head)) for head in heads], {"long_name": f"{text} of W★"})
            for (name, kind), text in zip(kinds.items(), ("r", "effective rank"), strict=True)
        }
    )


def _tabulate_half_times(config: Config) -> xr.Dataset:
    """First step with d^N ≥ λ/2 by the recursion, and the closed form of continuous time."""
    values = jnp.asarray(config.eigenvalues)
    table, closed = [], []
    for depth in config.depths:
        closed.append(_predict_half_time(config, depth, np.array(config.eigenvalues)) / config.step)
        limit = int(4 * closed[-1].max())
        table.append(_find_half_times(values, config, depth, limit))
    dims = ("depth", "mode")
    return xr.Dataset(
        {
            "half_time": (dims, np.array(table, float), {"long_name": "half time, steps"}),
            "closed_half_time": (dims, np.array(closed), {"long_name": "closed form, steps"}),
            "eigenvalue": ("mode", np.array(config.eigenvalues), {"long_name": "eigenvalue λ"}),
        }
    )


def _find_half_times(
    values: Float[Array, " modes"], config: Config, depth: int, limit: int
) -> np.ndarray:
    def body(carry: tuple, step: Array) -> tuple:
        d, first = carry
        d = recursion_step(d, values, config.step, depth)
        hit = (d**depth >= values / 2) & (first < 0)
        return (d, jnp.where(hit, step, first)), None

    start = (jnp.full_like(values, config.alpha), jnp.full(values.shape, -1))
    scan = jit(lambda: jax.lax.scan(body, start, jnp.arange(1, limit + 1))[0][1])
    return np.asarray(scan())


def _train_perturbed(config: Config) -> xr.Dataset:
    """The eigenvalue of W for λ = −negative from identical and from perturbed factors.

    Eigenvalues of identical and of perturbed factors move alone, so that one is enough.
    """
    problem = full_observation(jnp.asarray([[-config.negative]]))
    rows = []
    for depth in config.depths:
        last = config.late * float(_predict_half_time(config, depth, config.negative))
        schedule = Schedule.linear(round(last / config.step), config.records)

        def fit(beta: RealScalar, depth: int = depth, schedule: Schedule = schedule) -> Any:
            factor = jnp.full((1, 1), config.alpha)
            start = Deep((factor - beta, *(factor,) * (depth - 1)))
            rule = GradientDescent(config.step)
            return follow(problem, start, rule, schedule, (_entry,)).records["entry"]

        rows.append(sweep(fit, beta=np.array([0.0, config.beta])))
    about = {"long_name": "eigenvalue of W"}
    goal = ((), -config.negative, {"long_name": "negative eigenvalue λ"})
    dims = ("depth", "start", "instant")
    return xr.Dataset(
        {"negative": (dims, np.array(rows), about), "negative_target": goal},
        coords={"start": np.array(["identical", "perturbed"], object)},
    )


def _read_entry(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t, problem
    return model()[0, 0]


_entry = Observer(_read_entry, "entry", "the one entry of W")
