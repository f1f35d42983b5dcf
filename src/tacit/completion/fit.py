"""One method trained on a task and watched on what is held out: search and refit call it."""

import dataclasses
import math
import time
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit import _interrupt
from tacit._typing import Any, PRNGKey, Sequence
from tacit.completion.families._base import (
    AbstractClosedForm,
    AbstractMethod,
    AbstractTrained,
    Answer,
    evaluate,
)
from tacit.completion.held_out_error import held_out_observer
from tacit.completion.stopwatch import OnChunk, Stopwatch
from tacit.completion.task import Task
from tacit.completion.tiles import Tile, Tiling
from tacit.models import AbstractFactorisation, Direct
from tacit.problems import Problem
from tacit.runs import (
    Result,
    Schedule,
    Stalled,
    Trajectory,
    note_compiled,
    note_pace,
    run,
)
from tacit.runs.trajectory import Axes

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class Fit(NamedTuple):
    """A method, trained.

    Attributes:
        method: as it was trained.
        answer: in inner units and the layout of the data; NaN in tiles that there was no time for,
            and in holes that no tile is for.
        trajectory: its records; of several batches of tiles those of the first.
        steps: to the model that was kept.
        seconds: wall time.
        step_seconds: of a step, without what was compiled.
        work: seconds that were expected of it, before anything was known of its pace.
        compile_seconds: that compiling took, or fetching what was compiled.
    """

    method: AbstractMethod
    answer: Answer
    trajectory: Trajectory[Any]
    steps: int
    seconds: float
    step_seconds: float
    work: float
    compile_seconds: float = 0.0

    @property
    def result(self) -> Result:
        """How the run ended."""
        return self.trajectory.result

    @property
    def is_cut_short(self) -> bool:
        """Whether the deadline or Ctrl-C came before the method had come to its own end."""
        return self.result in (Result.OUT_OF_TIME, Result.INTERRUPTED)


def train(
    task: Task,
    method: AbstractMethod,
    held_out: Mask | None = None,
    *,
    steps: int | None = None,
    start: Fit | None = None,
    on_chunk: OnChunk | None = None,
    deadline: float | None = None,
    key: PRNGKey,
) -> Fit:
    """Train a method, without the held-out entries and stopped by them if there are any.

    Args:
        task: the data.
        method: what to train.
        held_out: observed entries that are not to be learnt from; the best model on them is kept.
        steps: most steps; those of the method's pace if not given.
        start: the fit from whose end it goes on.
        on_chunk: called with the progress.
        deadline: on the clock of `time.monotonic`, after which nothing new is begun.
        key: JAX random key of the start.
    """
    began = time.monotonic()
    apart = np.zeros(task.shape, bool) if held_out is None else held_out & task.observed
    seen = np.where(apart, 0.0, task.weights)
    method = method.adapt(task, seen > 0)
    if isinstance(method, AbstractClosedForm):
        answer = method.solve(task, seen > 0, deadline)
        seconds = time.monotonic() - began
        error = rms(answer.values[apart] - task.values[apart], task.weights[apart])
        is_late = deadline is not None and time.monotonic() >= deadline
        result = Result.OUT_OF_TIME if is_late else Result.FINISHED
        result = Result.INTERRUPTED if _interrupt.is_asked() else result
        trajectory = _still(answer, error, seconds, result)
        return Fit(method, answer, trajectory, 0, seconds, seconds, method.work(task.shape))

    assert isinstance(method, AbstractTrained)
    values, weights, held, keeps, slices = map(
        method.arrange,
        (task.values, seen, np.where(apart, task.weights, 0.0), task.observed, task.slices),
    )
    # What is held out is all that a search wants to know.
    wanted = held > 0 if apart.any() else method.arrange(task.wanted)
    tiling = method.tiling(wanted).only(keeps)
    trajectories: list[Trajectory[Any]] = []
    steady: list[float] = []
    compiling = 0.0
    pieces: list[Values] = []
    for tiles in tiling.batches():
        if deadline is not None and trajectories and time.monotonic() > deadline:
            break
        clock = Stopwatch(on_chunk, held_out is not None, len(pieces), len(tiling.tiles))
        trajectory = _run(
            method,
            task,
            [_stacked(method, tiling, tiles, each) for each in (values, weights, held, slices)],
            steps,
            _beginning(method, task, tiling, tiles, start),
            clock,
            deadline,
            key,
        )
        trajectories.append(trajectory)
        steady.append(clock.per_step)
        compiling += clock.overhead
        if not tiling.is_whole:
            if trajectory.result is Result.OUT_OF_TIME:
                # Splitting methods are nowhere near an answer before they come to rest.
                break
            pieces.extend(np.asarray(evaluate(trajectory.model), float)[: len(tiles)])
        if trajectory.result is Result.INTERRUPTED:
            break

    first = trajectories[0]
    if tiling.is_whole:
        answer = method.answer(first.model, task, seen)
    else:
        there = np.where(keeps, values, np.nan)
        answer = Answer(method.restore(tiling.assemble(pieces, there), task.shape))
        if trajectories[-1].result is Result.INTERRUPTED:
            first = trajectories[-1]
    last = int(first.best)
    fit = Fit(
        method,
        answer,
        first if held_out is not None else _without(first, "held_out"),
        int(first.step[last]),
        time.monotonic() - began,
        float(np.median(steady)),
        tiling.share * method.work(task.shape),
        compiling,
    )
    is_done = tiling.is_whole or len(pieces) == len(tiling.tiles)
    if is_done and len(first.step) > 2:
        # A run that was stopped early says less than it would, so that what is noted is cautious.
        share = int(first.step[-1]) / max(method.pace().longest, 1)
        note_pace(method.kind, (fit.seconds - fit.compile_seconds) / max(fit.work * share, 1e-3))
    return fit


def _stacked(
    method: AbstractTrained, tiling: Tiling, tiles: Sequence[Tile], array: NDArray
) -> NDArray:
    """Tiles of an array with padding behind, and tiles of nothing to make up a batch."""
    padded = method.padded_shape(tiling.sides)
    padding = [(0, side - n) for side, n in zip(padded, tiling.sides, strict=True)]
    pieces = [np.pad(array[tile], padding) for tile in tiles]
    if tiling.is_whole:
        return pieces[0]
    return np.stack([*pieces, *[np.zeros_like(pieces[0])] * (tiling.batch - len(tiles))])


def _beginning(
    method: AbstractTrained, task: Task, tiling: Tiling, tiles: Sequence[Tile], start: Fit | None
) -> AbstractFactorisation | None:
    """Where a run begins: at the model of an earlier phase, or at what filled all holes at once."""
    if start is None:
        return None
    if not isinstance(start.method, AbstractClosedForm):
        return start.trajectory.model
    filled = _stacked(method, tiling, tiles, method.arrange(start.answer.values))
    return Direct(jnp.asarray(filled, task.dtype))


def _run(
    method: AbstractTrained,
    task: Task,
    arrays: Sequence[NDArray],
    steps: int | None,
    start: AbstractFactorisation | None,
    on_chunk: Stopwatch,
    deadline: float | None,
    key: PRNGKey,
) -> Trajectory[Any]:
    """One run on one batch. With and without held-out entries it is one and the same program."""
    values, weights, held, slices = arrays
    observed = (weights > 0) | (held > 0)
    operator, places = method.measure(observed, task.dtype)
    y, w, apart = (
        jnp.asarray(array.ravel()[places], task.dtype) for array in (values, weights, held)
    )
    problem, held_problem = (
        method.make_problem(Problem(operator, y, weights=chosen), task) for chosen in (w, apart)
    )
    model, dynamics = method.begin(problem, task, start=start, key=key)

    number = max(*values.shape, int(slices.max()) + 1)
    trimmed = math.isfinite(task.robust)
    pace = method.pace()
    longest = pace.longest if steps is None else steps
    error = held_out_observer(
        held_problem, slices.ravel()[places], number, longest, trimmed=trimmed
    )
    points = [*range(0, longest, pace.gap), longest]
    # As many records as a chunk has, for fewer are another program; what is beyond is not kept.
    points += [longest + pace.gap * (at + 1) for at in range(pace.chunk - len(points))]
    trajectory = run(
        problem,
        model,
        dynamics,
        Schedule(points),
        (error, *method.observers()),
        stop=Stalled("held_out", pace.patience, jnp.asarray(pace.tolerance, task.dtype)),
        keep="best",
        on_chunk=on_chunk,
        budget=None if deadline is None else max(deadline - time.monotonic(), 0.0),
        chunk=pace.chunk,
    )
    note_compiled(method.named_program(values.shape))
    return trajectory


def _still(answer: Answer, error: float, seconds: float, result: Result) -> Trajectory[Direct]:
    """The trajectory of what does not move: one record."""
    return Trajectory(
        step=np.zeros(1, int),
        time=np.zeros(1),
        records={"held_out": np.array([error])},
        model=Direct(jnp.asarray(answer.values)),
        result_code=np.asarray(int(result)),
        length=np.asarray(1),
        best=np.asarray(0),
        seconds=np.asarray(seconds),
        axes=(Axes("held_out", "held-out RMSE", ()),),
    )


def _without(trajectory: Trajectory[Any], name: str) -> Trajectory[Any]:
    """The trajectory without one of its records."""
    records = {key: record for key, record in trajectory.records.items() if key != name}
    axes = tuple(axes for axes in trajectory.axes if axes.name != name)
    return dataclasses.replace(trajectory, records=records, axes=axes)


def rms(errors: Values, weights: Values) -> float:
    """Root of the weighted mean square; NaN of nothing."""
    return float(np.sqrt(np.average(errors**2, weights=weights))) if errors.size else math.nan
