"""The run of `razin2020_norms`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, Array, Float, ScalarLike
from tacit.dynamics import GradientDescent
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments.razin2020_norms.config import Config
from tacit.models import AbstractFactorisation, Deep, balanced, gaussian
from tacit.observers import Observer, loss
from tacit.operators import Entries
from tacit.problems import LeastSquares, Problem
from tacit.runs import Below, Schedule, sweep
from tacit.runs import run as follow

STARTS = ("det > 0", "det < 0", "normal")
"""Balanced layers with either sign of the determinant, and normal ones with det > 0."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every start at each depth, then those of depth 2 with the finer step."""
    parts, total = [], len(config.depths) + 1
    for number, depth in enumerate(config.depths):
        report(number / total, f"depth {depth}")
        kinds = [_follow(config, depth, kind, config.step) for kind in STARTS]
        parts.append(stack(kinds, "start", STARTS, "start"))
    stacked = stack(parts, "depth", config.depths, "depth L")
    points = _make_schedule(config, config.step).points

    report(len(config.depths) / total, "depth 2, finer steps")
    finer = _follow(config, 2, STARTS[0], config.step / config.refined)
    report(1.0, "done")
    largest = abs(finer["entry"]).max("record")
    return stacked.assign(
        finer_entry=largest.assign_attrs(long_name="largest |w₁₁|, finer step")
    ).assign_coords(step=("record", points, {"long_name": "step k"}))


def _make_problem(config: Config) -> Problem:
    """Three of the four entries; the first is free."""
    operator = Entries([0, 1, 1], [1, 0, 1], (2, 2), config.dtype)
    return Problem(operator, jnp.asarray([1, 1, 0], config.dtype), LeastSquares())


def _make_schedule(config: Config, step: float) -> Schedule:
    """Records over the same time whatever the step."""
    steps = round(config.steps * config.step / step)
    return Schedule.logarithmic(steps, config.records)


def _make_start(config: Config, depth: int, kind: str, draw: Array) -> Deep:
    """Turn the first row of the first layer where the determinant has the other sign.

    Balanced layers stay so: it is the sign of a singular vector.
    """
    model = Deep.initialise(
        (2, 2),
        depth=depth,
        init_scale=config.init_scale,
        initialiser=gaussian if kind == "normal" else balanced,
        dtype=config.dtype,
        key=jax.random.fold_in(jax.random.key(config.seed), draw),
    )
    wanted = -1 if kind == "det < 0" else 1
    turn = wanted * jnp.sign(jnp.linalg.det(model()))
    first, *others = model.factors
    return Deep((first.at[0].multiply(turn), *others))


def _follow(config: Config, depth: int, kind: str, step: float) -> xr.Dataset:
    """Every draw of one depth and start; a run that has come to `stop` repeats its last record."""
    problem, rule = _make_problem(config), GradientDescent(step)
    schedule = _make_schedule(config, step)

    def fit(draw: Array) -> dict[str, Any]:
        start = _make_start(config, depth, kind, draw)
        found = follow(
            problem, start, rule, schedule, (loss, _target), stop=Below("loss", config.stop)
        )
        return {"loss": found.records["loss"], "X": found.records["target"]}

    found = sweep(fit, draw=np.arange(config.draws))
    X, along = np.asarray(found["X"]), ("draw", "record")
    return xr.Dataset(
        {
            "loss": (along, np.asarray(found["loss"]), {"long_name": "loss ℓ"}),
            "entry": (along, X[..., 0, 0], {"long_name": "unseen entry w₁₁"}),
            "determinant": (along, _determinant(X), {"long_name": "det W"}),
            "spectrum": (
                (*along, "index"),
                np.linalg.svd(X, compute_uv=False),
                {"long_name": "singular values"},
            ),
        }
    )


def _determinant(X: np.ndarray) -> np.ndarray:
    return X[..., 0, 0] * X[..., 1, 1] - X[..., 0, 1] * X[..., 1, 0]


def _read_target(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, "2 2"]:
    del t, problem
    return model()


_target = Observer(_read_target, "target", "W", ("row", "column"))
