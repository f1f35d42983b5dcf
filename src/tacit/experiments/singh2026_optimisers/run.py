"""The run of `singh2026_optimisers`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Matrix, PRNGKey
from tacit.algebra import low_rank_matrix, orthogonal_frame
from tacit.dynamics import Optimiser
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.singh2026_optimisers.config import RULES, Config
from tacit.experiments.singh2026_optimisers.rules import make_optimiser
from tacit.models import Deep
from tacit.observers import test_error, train_error
from tacit.problems import LeastSquares, Problem, sensing
from tacit.runs import Below, Schedule, jit
from tacit.runs import run as follow

_LABELS = {
    "error": "‖X − X★‖ / ‖X★‖",
    "residual": "‖A X − y‖ / ‖y‖",
    "taken": "steps taken",
    "defect": "‖X − X′‖ / ‖X‖ of a start and its rotation",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Train every draw by every rule, from a start and from its rotation."""
    keys = jax.random.split(jax.random.key(config.seed), config.draws)
    draws = [_make(config, key) for key in keys]
    found: list[list[dict[str, float]]] = []
    for number, name in enumerate(RULES):
        report(number / len(RULES), name)
        rule = make_optimiser(name)
        found.append(
            [
                _train(config, rule, problem, start)
                | {"defect": _compare(config, rule, problem, (start, twin))}
                for problem, start, twin in draws
            ]
        )

    report(1.0, "done")
    return xr.Dataset(
        {
            name: (
                ("rule", "draw"),
                np.array([[part[name] for part in row] for row in found]),
                {"long_name": label},
            )
            for name, label in _LABELS.items()
        },
        coords={"rule": np.array(RULES, object), "draw": 1 + np.arange(config.draws)},
    )


def _train(config: Config, rule: Optimiser, problem: Problem, start: Deep) -> dict[str, float]:
    """Where training to the residual ends."""
    stop = Below("train_error", config.residual)
    schedule = Schedule.every(config.every, config.steps)
    found = unless_interrupted(
        follow(problem, start, rule, schedule, (test_error, train_error), stop=stop, chunk=20)
    )
    return {
        "error": float(found["test_error"][-1]),
        "residual": float(found["train_error"][-1]),
        "taken": float(found.step[-1]),
    }


@jit
def _move(rule: Optimiser, problem: Problem, start: Deep, steps: Array) -> Matrix:
    return rule.advance(problem, start, rule.init(problem, start), steps)[0]()


def _compare(config: Config, rule: Optimiser, problem: Problem, starts: tuple[Deep, Deep]) -> float:
    """How far the paths of one X in two factorisations are apart."""
    steps = jnp.asarray(config.compared)
    X, other = (np.asarray(_move(rule, problem, start, steps)) for start in starts)
    return float(np.linalg.norm(X - other) / np.linalg.norm(X))


def _make(config: Config, key: PRNGKey) -> tuple[Problem, Deep, Deep]:
    """A problem, a start of the small scale, and the same X rotated inside."""
    truth_key, arrays_key, start_key, frame_key = jax.random.split(key, 4)
    sides = (config.side, config.side)
    start = Deep.initialise(
        sides, depth=2, init_scale=config.init_scale, dtype=config.dtype, key=start_key
    )
    V, U = start.factors
    Q = orthogonal_frame(sides, config.dtype, key=frame_key)
    return _make_problem(config, truth_key, arrays_key), start, Deep((Q.T @ V, U @ Q))


def _make_problem(config: Config, truth_key: PRNGKey, arrays_key: PRNGKey) -> Problem:
    """A truth of spectral norm one, and Gaussian measurements with A*A near the identity."""
    side, rank = config.side, config.rank
    truth = low_rank_matrix((side, side), rank, dtype=config.dtype, key=truth_key)
    truth = truth / jnp.linalg.norm(truth, 2)
    count = round(config.per_freedom * rank * (2 * side - rank))
    return sensing(truth, count, count**-0.5, LeastSquares(), key=arrays_key)
