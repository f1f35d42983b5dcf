"""The run of `liu2025_preconditioned`."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import PRNGKey
from tacit.algebra import t_outer, tubal_frame
from tacit.dynamics import AbstractDynamics, GradientDescent, ScaledDescent
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.liu2025_preconditioned.config import Config
from tacit.models import Tubal
from tacit.observers import test_error, train_error
from tacit.operators import Dense
from tacit.problems import LeastSquares, Problem, tubal_sensing
from tacit.runs import Below, Schedule, Trajectory
from tacit.runs import run as follow

_AMOUNTS: tuple[Literal["enough", "few"], ...] = ("enough", "few")
SOLVED = 1e-6
"""The relative error that iterations are counted to."""


class _Setting(NamedTuple):
    """A problem and a start: which draw, which condition number, R, and how much is measured."""

    draw: int
    condition: float
    width: int
    amount: Literal["enough", "few"]


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow both rules from every draw, condition number and width, and a control."""
    sizes = (config.draws, len(config.conditions), len(config.widths))
    scaled = {
        name: np.zeros((2, *sizes, config.steps + 1)) for name in ("test_error", "train_error")
    }
    points = len(range(0, config.plain_most + 1, config.plain_every))
    plain = np.full((*sizes, points), np.nan)
    reached = np.zeros(sizes)
    regression, few_plain = np.zeros((2, config.draws)), np.zeros(config.draws)

    for draw, at, wide in np.ndindex(*sizes):
        report((draw * sizes[1] + at) / (sizes[0] * sizes[1]), f"draw {draw + 1}")
        condition, width = config.conditions[at], config.widths[wide]
        for number, amount in enumerate(_AMOUNTS):
            setting = _Setting(draw, condition, width, amount)
            problem, start = _make(config, setting)
            found = _follow_scaled(config, problem, start, amount)
            for name, records in scaled.items():
                records[number, draw, at, wide] = found[name]
            if at == wide == 0:
                regression[number, draw] = _regress(problem)
            if amount == "enough":
                error, reached[draw, at, wide] = _follow_plain(config, problem, start)
                plain[draw, at, wide, : len(error)] = error
            elif at == 0 and width == config.widths[-1]:
                few_plain[draw] = _follow_plain(config, problem, start)[0][-1]

    report(1.0, "done")
    return _dataset(config, scaled, plain).assign(
        plain_iterations=(
            ("draw", "condition", "width"),
            reached,
            {"long_name": f"iterations of plain descent to 1e-6, at most {config.plain_most}"},
        ),
        plain_few_error=("draw", few_plain, {"long_name": "‖X − X★‖ / ‖X★‖"}),
        regression_error=(("amount", "draw"), regression, {"long_name": "least squares"}),
    )


def _dataset(config: Config, scaled: dict[str, np.ndarray], plain: np.ndarray) -> xr.Dataset:
    """The curves, and the first iteration of preconditioned descent below 1e-6."""
    dims = ("amount", "draw", "condition", "width")
    below = scaled["test_error"] < SOLVED
    first = np.where(below.any(-1), below.argmax(-1), np.nan)

    return xr.Dataset(
        {
            "scaled_error": ((*dims, "iteration"), scaled["test_error"], _label("error")),
            "scaled_residual": (dims, scaled["train_error"][..., -1], _label("residual")),
            "scaled_iterations": (dims, first, {"long_name": "iterations to 1e-6"}),
            "plain_error": ((*dims[1:], "record"), plain, _label("error")),
        },
        coords={
            "amount": np.array(_AMOUNTS, object),
            "draw": 1 + np.arange(config.draws),
            "condition": ("condition", list(config.conditions), {"long_name": "κ"}),
            "width": ("width", list(config.widths), {"long_name": "width R"}),
            "iteration": ("iteration", np.arange(config.steps + 1), {"long_name": "iteration"}),
            "step": (
                "record",
                np.arange(plain.shape[-1]) * config.plain_every,
                {"long_name": "iteration"},
            ),
        },
    )


def _label(what: str) -> dict[str, str]:
    return {"long_name": "‖X − X★‖ / ‖X★‖" if what == "error" else "‖A X − y‖ / ‖y‖"}


def _make(config: Config, setting: _Setting) -> tuple[Problem, Tubal]:
    """A truth with slices of singular values from 1 to 1/κ, its measurements, and a start.

    Draws differ in all of them; of one draw only the singular values change with κ.
    """
    keys = jax.random.split(jax.random.fold_in(jax.random.key(config.seed), setting.draw), 4)
    shape = (config.side, config.rank, config.tube)
    left, right = (tubal_frame(shape, dtype=config.dtype, key=key) for key in keys[:2])
    spectrum = jnp.geomspace(1, 1 / setting.condition, config.rank, dtype=config.dtype)
    truth = t_outer(left * spectrum[None, :, None], right)
    enough = setting.amount == "enough"
    start = Tubal.initialise(
        truth.shape,
        init_scale=config.init_scale if enough else config.few_init_scale,
        width=setting.width,
        dtype=config.dtype,
        key=keys[3],
    )
    per_freedom = config.enough if enough else config.few
    return _measure(config, truth, per_freedom, keys[2]), start


def _measure(config: Config, truth: jax.Array, per_freedom: float, key: PRNGKey) -> Problem:
    """Gaussian measurements with A*A near the identity.

    Of more measurements than entries the triangular factor of A = QR is taken for A: without noise
    the loss is the same everywhere, and a step takes a third of the time.
    """
    freedom = config.rank * (2 * config.side - config.rank) * config.tube
    count = round(per_freedom * freedom)
    problem = tubal_sensing(truth, count, deviation=count**-0.5, key=key)
    if count <= truth.size:
        return problem
    rows = jnp.linalg.qr(problem.operator.as_matrix(), mode="r")
    operator = Dense(rows.reshape(truth.size, *truth.shape))
    return Problem(operator, operator.mv(truth), LeastSquares(), truth=truth)


def _follow(
    problem: Problem,
    start: Tubal,
    rule: AbstractDynamics,
    schedule: Schedule,
    stop: Below | None = None,
) -> Trajectory:
    observers = (test_error, train_error)
    return unless_interrupted(follow(problem, start, rule, schedule, observers, stop=stop))


def _follow_scaled(config: Config, problem: Problem, start: Tubal, amount: str) -> Trajectory:
    step = config.step if amount == "enough" else config.few_step
    rule = ScaledDescent(step, config.damping, alternating=True)
    return _follow(problem, start, rule, Schedule.every(1, config.steps))


def _follow_plain(config: Config, problem: Problem, start: Tubal) -> tuple[np.ndarray, int]:
    """Errors and iterations at that of the steps which takes the fewest; the most if none ends."""
    schedule, stop = (
        Schedule.every(config.plain_every, config.plain_most),
        Below("test_error", SOLVED),
    )
    best, least = np.array([np.nan]), np.inf
    for step in config.plain_steps:
        found = _follow(problem, start, GradientDescent(step), schedule, stop)
        error = found["test_error"]
        taken = int(found.step[-1]) if error[-1] <= SOLVED else config.plain_most
        # Among steps that do not end in time the one with the least error counts.
        if (taken, error[-1]) < (least, best[-1]) or np.isinf(least):
            best, least = error, taken
    return best, int(least)


def _regress(problem: Problem) -> float:
    """Relative error of the least linear fit, that of least norm where measurements are few."""
    rows, y, truth = (np.asarray(part) for part in _parts(problem))
    found = np.linalg.lstsq(rows, y, rcond=None)[0]
    return float(np.linalg.norm(found - truth.ravel()) / np.linalg.norm(truth))


def _parts(problem: Problem) -> tuple[jax.Array, jax.Array, jax.Array]:
    assert problem.truth is not None
    return problem.operator.as_matrix(), problem.y, problem.truth
