"""The run of `razin2022_hierarchical`."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import PRNGKey
from tacit.algebra import CanonicalFormat
from tacit.dynamics import GroupRMSprop
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.razin2022_hierarchical.config import Config
from tacit.models import CP, AbstractFactorisation, Deep, HierarchicalTucker
from tacit.observers import (
    Observer,
    component_norms,
    local_component_norms,
    loss,
    test_error,
    top_singular_values,
)
from tacit.operators import Entries, TensorEntries
from tacit.problems import MeanSquared, Problem
from tacit.runs import Below, Schedule
from tacit.runs import run as follow

MODELS = ("matrix", "outer products", "tree")
_SHOWN = 8
_NODE = (0, 1)
_LABELS = {
    "step": "step k",
    "norms": "singular values, (local) component norms",
    "error": "‖X − T‖_F / ‖T‖_F",
    "arrival": "step at half of the last height",
    "spectrum": "singular values of X at the node",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Train each model on every draw."""
    parts = []
    for number, name in enumerate(MODELS):
        draws = []
        for draw in range(config.draws):
            report((number + draw / config.draws) / len(MODELS), f"{name}, draw {draw}")
            key = jax.random.fold_in(jax.random.key(config.seed), draw)
            draws.append(_train(config, number, key))
        parts.append(stack(draws, "draw", list(range(config.draws))))
    report(1.0, "done")
    return label(stack(parts, "model", list(MODELS)), _LABELS)


def _train(config: Config, number: int, key: PRNGKey) -> xr.Dataset:
    """One run; what is not reached after it has stopped repeats the last record."""
    truth_key, seen_key, start_key = jax.random.split(jax.random.fold_in(key, number), 3)
    shape = (config.matrix_side,) * 2 if number == 0 else (config.side,) * 3
    problem = _make_problem(config, shape, truth_key, seen_key)
    start, observer = _make_start(config, number, shape, start_key)
    schedule = Schedule.every(config.every, config.steps[number])
    found = unless_interrupted(
        follow(
            problem,
            start,
            GroupRMSprop(config.step, epsilon=1e-6),
            schedule,
            (loss, observer, test_error),
            stop=Below("loss", config.enough),
        )
    )

    norms, length = found[observer.name][:, :_SHOWN], 1 + max(config.steps) // config.every
    reached = np.argmax(norms >= norms[-1] / 2, axis=0)
    padding = ((0, length - len(norms)), (0, 0))
    return xr.Dataset(
        {
            "norms": (("record", "component"), np.pad(norms, padding, mode="edge")),
            "arrival": ("turn", found.step[reached[: config.rank]].astype(float)),
            "spectrum": ("component", _read_spectrum(found.model)),
            "error": found["test_error"][-1],
            "loss": found["loss"][-1],
            "last": found.step[-1],
        },
        {"step": ("record", config.every * np.arange(length))},
    )


def _read_spectrum(model: AbstractFactorisation) -> np.ndarray:
    """The largest singular values of a matrix, or of a tensor as one at the node: (0, 1) by 2."""
    X = np.asarray(model())
    values = np.linalg.svd(X.reshape(-1, X.shape[-1]), compute_uv=False)
    return values[:_SHOWN]


def _make_problem(
    config: Config, shape: tuple[int, ...], truth_key: PRNGKey, seen_key: PRNGKey
) -> Problem:
    """Half of the entries of a sum of outer products of normal vectors."""
    keys = jax.random.split(truth_key, len(shape))
    factors = tuple(
        jax.random.normal(key, (side, config.rank), config.dtype)
        for side, key in zip(shape, keys, strict=True)
    )
    truth = CanonicalFormat(factors).dense()
    truth = truth * (math.sqrt(truth.size) / jnp.linalg.norm(truth))
    chosen = jax.random.choice(seen_key, truth.size, (truth.size // 2,), replace=False)
    places = np.sort(np.asarray(chosen))
    if len(shape) == 2:
        rows, columns = np.unravel_index(places, shape)
        operator = Entries(rows, columns, (shape[0], shape[1]), config.dtype)
    else:
        operator = TensorEntries(places, shape, config.dtype)
    return Problem(operator, operator.mv(truth), MeanSquared(), truth=truth)


def _make_start(
    config: Config, number: int, shape: tuple[int, ...], key: PRNGKey
) -> tuple[AbstractFactorisation, Observer]:
    """A model with normal entries of the given deviation, and what is watched of it.

    End to end ‖X(0)‖_F² is the number of products that X sums times the deviation to twice the
    number of arrays, and `init_scale`² times the narrowest side or width.
    """
    std, side = config.stds[number], shape[0]
    given = {"dtype": config.dtype, "key": key}
    if number == 0:
        scale = (std * math.sqrt(side)) ** config.depth
        sides = (shape[0], shape[1])
        start = Deep.initialise(sides, depth=config.depth, init_scale=scale, **given)
        return start, top_singular_values(_SHOWN)

    if number == 1:
        width = side**2
        scale = math.sqrt(side**3 * width / side) * std**3
        return CP.initialise(shape, init_scale=scale, **given), component_norms(_SHOWN)

    narrow = min(side, config.width)
    scale = math.sqrt(side**3 * config.width**2 / narrow) * std**5
    start = HierarchicalTucker.initialise(
        shape, widths=config.width, tree=(_NODE, 2), init_scale=scale, **given
    )
    return start, local_component_norms(_NODE, _SHOWN)
