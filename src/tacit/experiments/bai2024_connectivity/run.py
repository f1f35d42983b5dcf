"""The run of `bai2024_connectivity`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, Array, PRNGKey, RealScalar
from tacit.dynamics import GradientDescent, GreedyLowRank
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.bai2024_connectivity.config import Config
from tacit.experiments.bai2024_connectivity.patterns import Seen, draw_blocks, draw_connected
from tacit.models import Deep
from tacit.operators import Entries
from tacit.problems import LeastSquares, Problem
from tacit.runs import Schedule, sweep
from tacit.runs import run as follow
from tacit.solvers import minimum_nuclear_norm

_KINDS = ("complete", "with a hole")
"""The components of a pattern that falls apart."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Complete connected patterns of every rank, then those of two components."""
    generator = np.random.default_rng(config.seed)
    keys = jax.random.split(jax.random.key(config.seed), len(config.ranks) + len(_KINDS))
    total, parts = len(keys), []

    for number, rank in enumerate(config.ranks):
        report(number / total, f"connected, rank {rank}")
        seen = draw_connected(config.side, rank, config.draws, generator)
        parts.append(_complete(config, seen, keys[number]))
    connected = stack(parts, "rank", config.ranks, "rank of the truth")

    parts = []
    for number, kind in enumerate(_KINDS, len(config.ranks)):
        report(number / total, f"two components, {kind}")
        seen = draw_blocks(config.blocks, kind != _KINDS[0], generator)
        parts.append(_complete(config, seen, keys[number]).assign(_solve_convex(seen)))
    parted = stack(parts, "kind", _KINDS, "components").rename(draw="block", index="value")

    report(1.0, "done")
    parted = parted.rename({name: f"parted_{name}" for name in parted.data_vars})
    return connected.assign(parted.data_vars).assign_coords(
        kind=parted["kind"],
        alpha=("alpha", list(config.alphas), {"long_name": "deviation α of the start"}),
    )


def _make_problem(truth: Array, weights: Array) -> Problem:
    """Every entry is an observation, of weight zero where it is not seen: patterns share a shape.

    With a weight that is zero the loss and all its derivatives are those of the others alone.
    """
    operator = Entries.from_mask(np.ones(truth.shape, bool), truth.dtype)
    return Problem(operator, operator.mv(truth), LeastSquares(), weights=weights)


def _complete(config: Config, seen: Seen, key: PRNGKey) -> xr.Dataset:
    """What descent from each α and greedy learning complete, draw by draw."""
    draws, side = len(seen.truth), seen.truth.shape[-1]
    truths, weights = jnp.asarray(seen.truth), jnp.asarray(seen.observed.reshape(draws, -1), float)
    keys = jax.random.split(key, draws)
    descent, ends = GradientDescent(config.step), Schedule(np.array([0, config.steps]))

    def fit(draw: Array, alpha: RealScalar) -> dict[str, Any]:
        problem = _make_problem(truths[draw], weights[draw])
        # Entries of deviation α: end to end α² √side, as the width is the side.
        start = Deep.initialise(
            (side, side),
            depth=2,
            init_scale=alpha**2 * side,
            dtype=config.dtype,
            key=keys[draw],
        )
        model = follow(problem, start, descent, ends, ()).model
        return {"filled": model(), "loss": problem.data_loss(model)}

    found = sweep(fit, draw=np.arange(draws), alpha=np.asarray(config.alphas))
    greedy = np.stack(
        [
            _follow_greedy(config, _make_problem(truth, weight))
            for truth, weight in zip(truths, weights, strict=True)
        ]
    )

    filled = np.asarray(found["filled"])
    apart = np.linalg.norm(filled - greedy[:, None], axis=(-2, -1))
    swept = ("draw", "alpha")
    return xr.Dataset(
        {
            "spectrum": (
                (*swept, "index"),
                np.linalg.svd(filled, compute_uv=False),
                {"long_name": "singular values"},
            ),
            "loss": (swept, np.asarray(found["loss"]), {"long_name": "loss at the end"}),
            "apart": (
                swept,
                apart / np.linalg.norm(seen.truth, axis=(-2, -1))[:, None],
                {"long_name": "‖X − X_greedy‖_F / ‖X★‖_F"},
            ),
            "greedy_spectrum": (
                ("draw", "index"),
                np.linalg.svd(greedy, compute_uv=False),
                {"long_name": "singular values of the greedy answer"},
            ),
        }
    )


def _follow_greedy(config: Config, problem: Problem) -> np.ndarray:
    """Where greedy learning ends, by the paper's road: descent from a small size."""
    side = problem.operator.shape[0]
    rule = GreedyLowRank(
        GradientDescent(config.step),
        size=1e-6,
        tolerance=1e-6,
        settled=1e-8,
        every=100,
        max_steps=config.steps // 5,
    )
    zeros = Deep.zeros((side, side), depth=2, width=side, dtype=config.dtype)
    found = follow(problem, zeros, rule, Schedule(np.array([0, side])), ())
    return np.asarray(unless_interrupted(found).model())


def _solve_convex(seen: Seen) -> dict[str, xr.Variable]:
    """The least nuclear norm of each draw, by the convex solver, with its lower bound."""
    solved = []
    for truth, observed in zip(seen.truth, seen.observed, strict=True):
        operator = Entries.from_mask(observed, truth.dtype)
        solved.append(minimum_nuclear_norm(operator, operator.mv(jnp.asarray(truth))))
    value, bound = (
        np.array([float(getattr(one, name)) for one in solved]) for name in ("value", "lower_bound")
    )
    return {
        "least": xr.Variable("draw", value, {"long_name": "least nuclear norm"}),
        "least_bound": xr.Variable("draw", bound, {"long_name": "its lower bound"}),
    }
