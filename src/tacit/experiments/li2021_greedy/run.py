"""The run of `li2021_greedy`."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Float, PRNGKey, RealScalar, ScalarLike
from tacit.algebra import orthogonal_frame
from tacit.dynamics import GradientDescent, GreedyLowRank
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.li2021_greedy.config import Config
from tacit.models import AbstractFactorisation, Deep, Symmetric, identity, orthogonal
from tacit.observers import Observer, loss, singular_values
from tacit.operators import Entries
from tacit.problems import LeastSquares, Problem
from tacit.runs import Schedule
from tacit.runs import run as follow

_SIZE, _SETTLED = 1e-6, 1e-8
"""ε of a new direction, and what share of its largest value the gradient of a stage falls to."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow greedy learning and descent, at each depth and scale, then the counterexample."""
    target_key, mask_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    problem = _completion(config, target_key, mask_key)
    parts, total = [], len(config.depths) + 1
    for number, depth in enumerate(config.depths):
        report(number / total, f"depth {depth}")
        parts.append(_follow_depth(config, problem, depth, start_key))
    stacked = stack(parts, "depth", config.depths, "depth N")
    report(len(config.depths) / total, "the counterexample")
    dataset = stacked.assign(_counterexample(config))
    report(1.0, "done")
    return dataset.assign_coords(
        alpha=("alpha", list(config.alphas), {"long_name": "scale α of the start"}),
        corner_alpha=("corner_alpha", list(config.corner_alphas), {"long_name": "scale α"}),
        stage=("stage", 1 + np.arange(len(config.eigenvalues)), {"long_name": "greedy stage"}),
    )


def _completion(config: Config, target_key: PRNGKey, mask_key: PRNGKey) -> Problem:
    """The target, seen in entries that come with their mirror images."""
    sides = (config.side, config.side)
    count = len(config.eigenvalues)
    frame = orthogonal_frame(sides, config.dtype, key=target_key)[:, :count]
    truth = (frame * jnp.asarray(config.eigenvalues, config.dtype)[None, :]) @ frame.T
    truth = (truth + truth.T) / 2
    upper = np.triu(np.asarray(jax.random.uniform(mask_key, sides)) < config.share)
    return _observe(truth, upper | upper.T)


def _observe(truth: Float[Array, "n n"], mask: np.ndarray) -> Problem:
    operator = Entries.from_mask(mask, truth.dtype)
    return Problem(operator, operator.mv(truth), LeastSquares(), truth=truth)


def _make_rule(step: float, most: int) -> GreedyLowRank:
    """The paper's method, by descent: quicker ones may leave a stage for another minimum."""
    descent = GradientDescent(step)
    return GreedyLowRank(descent, size=_SIZE, settled=_SETTLED, every=100, max_steps=most)


def _make_zeros(config: Config, side: int, depth: int, width: int) -> AbstractFactorisation:
    if depth == 2:
        return Symmetric.zeros(side, width=width, dtype=config.dtype)
    return Deep.zeros((side, side), depth=depth, width=width, dtype=config.dtype)


def _follow_depth(config: Config, problem: Problem, depth: int, key: PRNGKey) -> xr.Dataset:
    """The greedy path, and how far each run is from its stages at every record."""
    count, sides = len(config.eigenvalues), (config.side, config.side)
    size = float(jnp.linalg.norm(problem.truth))
    zeros = _make_zeros(config, config.side, depth, count + 2)
    stages = Schedule.every(1, count + 2)
    observers = (_target, singular_values)
    rule = _make_rule(config.step, config.steps)
    greedy = unless_interrupted(follow(problem, zeros, rule, stages, observers))
    path = greedy["target"]

    apart = _Apart(jnp.asarray(path[1 : count + 1]), jnp.asarray(size, config.dtype))
    points = np.union1d(
        Schedule.logarithmic(config.steps, config.records // 2).points,
        Schedule.linear(config.steps, config.records // 2).points,
    )
    distances = Observer(apart, "distance", "distance to the stage", ("stage",))

    runs = []
    for alpha in config.alphas:
        # End to end, whatever the depth: a start of α orthogonal factors at depth 2.
        scale = alpha**2
        if depth == 2:
            start = Symmetric.initialise(
                config.side, init_scale=scale, initialiser=orthogonal, dtype=config.dtype, key=key
            )
        else:
            start = Deep.initialise(
                sides,
                depth=depth,
                init_scale=scale,
                initialiser=orthogonal,
                dtype=config.dtype,
                key=key,
            )
        descent = GradientDescent(config.step)
        found = follow(problem, start, descent, Schedule(points), (distances,), chunk=2_000)
        runs.append(unless_interrupted(found)["distance"])

    spectra = greedy["singular_values"]
    errors = np.linalg.norm(path - np.asarray(problem.truth), axis=(1, 2)) / size
    return xr.Dataset(
        {
            "greedy_error": ("rank", errors, {"long_name": "‖X − W‖_F / ‖W‖_F"}),
            "greedy_rank": (
                "rank",
                (spectra > 1e-8 * spectra.max()).sum(axis=1),
                {"long_name": "rank of the greedy answer"},
            ),
            "distance": (
                ("alpha", "record", "stage"),
                np.stack(runs),
                {"long_name": "‖X − X_r‖_F / ‖W‖_F"},
            ),
        },
        coords={"step": ("record", points, {"long_name": "step k"})},
    )


def _counterexample(config: Config) -> dict[str, xr.Variable]:
    """Traces of the greedy answer, of descent, and of a matrix of least trace, with 4R."""
    R = config.corner
    seen = np.zeros((4, 4))
    seen[0, 2], seen[0, 3], seen[1, 2] = 1, R, R
    seen = seen + seen.T
    problem = _observe(jnp.asarray(seen, config.dtype), seen != 0)

    # Both are positive semidefinite and have the four entries: that of rank one, where greedy
    # learning ends, and one of less trace.
    vector = np.array([1, R, 1, R])
    limit = np.outer(vector, vector)
    first, second = np.array([[1, 0, 0, 1], [0, 1, 1, 0]])
    least = R * (np.outer(first, first) + np.outer(second, second))
    least = least + np.outer(first, second) + np.outer(second, first)

    rule, stages = _make_rule(config.corner_step, config.corner_steps), Schedule.every(1, 4)
    observers = (_target, loss)
    greedy = follow(problem, _make_zeros(config, 4, 2, 4), rule, stages, observers)
    found = [unless_interrupted(greedy)]
    schedule = Schedule(np.array([0, config.corner_steps]))
    for alpha in config.corner_alphas:
        start = Symmetric.initialise(
            4, init_scale=alpha**2, initialiser=identity, dtype=config.dtype, key=jax.random.key(0)
        )
        descent = follow(problem, start, GradientDescent(config.corner_step), schedule, observers)
        found.append(unless_interrupted(descent))

    ends = np.stack([trajectory["target"][-1] for trajectory in found])
    traces = np.trace(ends, axis1=1, axis2=2)
    apart = np.linalg.norm(ends - limit, axis=(1, 2))
    misfit = np.abs(np.where(seen != 0, least - seen, 0)).max()
    negative = -min(float(np.linalg.eigvalsh(least).min()), 0.0)
    trace = {"long_name": "trace"}
    return {
        "greedy_trace": xr.Variable((), traces[0], trace),
        "greedy_distance": xr.Variable((), apart[0]),
        "corner_trace": xr.Variable("corner_alpha", traces[1:], trace),
        "corner_distance": xr.Variable("corner_alpha", apart[1:]),
        "corner_loss": xr.Variable(
            "corner_alpha", np.array([trajectory["loss"][-1] for trajectory in found[1:]])
        ),
        "least_trace": xr.Variable((), np.trace(least), trace),
        "least_misfit": xr.Variable((), misfit + negative),
        "limit_trace": xr.Variable((), np.trace(limit), trace),
    }


class _Apart(eqx.Module):
    """Distances ‖X − X_r‖_F / size to given matrices X_r."""

    stages: Float[Array, "r n n"]
    size: RealScalar

    def __call__(
        self, t: ScalarLike, model: AbstractFactorisation, problem: Problem
    ) -> Float[Array, " r"]:
        del t, problem
        return jnp.linalg.norm(model()[None] - self.stages, axis=(1, 2)) / self.size


def _read_target(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, "n n"]:
    del t, problem
    return model()


_target = Observer(_read_target, "target", "X", ("row", "column"))
