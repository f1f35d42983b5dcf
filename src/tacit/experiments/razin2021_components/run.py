"""The run of `razin2021_components`."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, PRNGKey
from tacit.algebra import CanonicalFormat
from tacit.dynamics import GroupRMSprop
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.razin2021_components.config import Config
from tacit.models import CP
from tacit.observers import component_norms, loss, test_error
from tacit.operators import TensorEntries
from tacit.problems import MeanSquared, Problem
from tacit.runs import Below, Schedule
from tacit.runs import run as follow

_SHOWN = 10
_PRESENT = 1e-2
"""A component is there if its norm is above this share of the largest, as in the fact sheet."""
_LABELS = {
    "step": "step k",
    "norms": "component norms σᵣ",
    "error": "‖X − T‖_F / ‖T‖_F",
    "start": "deviation of the start",
    "arrival": "step at half of the last height",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Train every draw of every case from its small start and from the large one."""
    parts, cases = [], np.repeat(np.arange(len(config.orders)), config.draws)
    for number, case in enumerate(cases.tolist()):
        report(number / len(cases), config.name_case(case))
        key = jax.random.fold_in(jax.random.key(config.seed), number)
        parts.append(_train_draw(config, case, key))
    report(1.0, "done")
    whole = stack(parts, "run", list(range(len(cases)))).assign_coords(case=("run", cases))
    return label(whole, _LABELS)


def _train_draw(config: Config, case: int, key: PRNGKey) -> xr.Dataset:
    target_key, seen_key, start_key = jax.random.split(key, 3)
    problem, vectors = _make_problem(config, case, target_key, seen_key)
    found = [
        _train(config, case, problem, vectors, std, start_key)
        for std in (config.large, config.small[case])
    ]
    return stack(found, "start", ["large", "small"])


def _make_problem(
    config: Config, case: int, target_key: PRNGKey, seen_key: PRNGKey
) -> tuple[Problem, list[Array]]:
    """The entries that are seen of a truth of norm 1, and its unit vectors."""
    order, side = config.orders[case], config.side
    keys = jax.random.split(target_key, order)
    drawn = [jax.random.normal(key, (side, config.rank), config.dtype) for key in keys]
    truth = CanonicalFormat(tuple(drawn)).dense()
    truth = truth / jnp.linalg.norm(truth)
    seen = jax.random.choice(seen_key, truth.size, (config.seen[case],), replace=False)
    operator = TensorEntries(np.sort(np.asarray(seen)), truth.shape, config.dtype)
    problem = Problem(operator, operator.mv(truth), MeanSquared(), truth=truth)
    return problem, [factor / jnp.linalg.norm(factor, axis=0, keepdims=True) for factor in drawn]


def _train(
    config: Config, case: int, problem: Problem, vectors: list[Array], std: float, key: PRNGKey
) -> xr.Dataset:
    """One run; what is not reached after it has stopped repeats the last record.

    Args:
        config: The experiment's settings.
        case: Which of the cases.
        problem: What is seen.
        vectors: Unit vectors of the truth, by mode.
        std: Deviation of the entries of the start.
        key: Of the start.
    """
    shape = problem.operator.shape
    order, width = len(shape), config.side ** (len(shape) - 1)
    # ‖X(0)‖_F² is Πn · R · std^{2N} in the mean, and init_scale² times the narrowest side.
    scale = math.sqrt(math.prod(shape) * width / config.side) * std**order
    start = CP.initialise(shape, init_scale=scale, dtype=config.dtype, key=key)
    rule = GroupRMSprop(config.steps_of[case], epsilon=1e-6)
    schedule = Schedule.every(config.every, config.steps)
    observers = (loss, component_norms(_SHOWN), test_error)
    stop = Below("loss", config.enough)
    found = unless_interrupted(follow(problem, start, rule, schedule, observers, stop=stop))

    norms, length = found["component_norms"], len(schedule.points)
    present = norms[-1] > _PRESENT * norms[-1, 0]
    padding = ((0, length - len(norms)), (0, 0))
    return xr.Dataset(
        {
            "norms": (("record", "component"), np.pad(norms, padding, mode="edge")),
            "error": found["test_error"][-1],
            "loss": found["loss"][-1],
            "last": found.step[-1],
            "count": present.sum(),
            "match": ("true", _match(found.model, vectors)),
            "arrival": ("true", _find_arrivals(norms, np.asarray(found.step))[: config.rank]),
        },
        {"step": ("record", schedule.points)},
    )


def _match(model: CP, vectors: list[Array]) -> np.ndarray:
    """For each component of the truth the cosine with the nearest of those that are there."""
    norms = np.asarray(model.component_norms())
    there = np.flatnonzero(norms > _PRESENT * norms.max())
    cosines = np.ones((len(there), vectors[0].shape[1]))
    for factor, truth in zip(model.factors, vectors, strict=True):
        unit = np.asarray(factor)[:, there]
        cosines *= (unit / np.linalg.norm(unit, axis=0)).T @ np.asarray(truth)
    return np.abs(cosines).max(axis=0)


def _find_arrivals(norms: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """First step at which the largest component, the second, ... has half of its last height."""
    return steps[np.argmax(norms >= norms[-1] / 2, axis=0)].astype(float)
