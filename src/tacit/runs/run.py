"""The one loop: advance, observe, stop."""

import time
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from tacit import _interrupt
from tacit._jit import jit
from tacit._typing import Any, Callable, Sequence
from tacit.dynamics import AbstractDynamics
from tacit.models import AbstractFactorisation, Model
from tacit.observers import Observer, loss
from tacit.problems import Problem
from tacit.runs._chunk import Carry, Settings, run_chunk, start
from tacit.runs.devices import agreed
from tacit.runs.result import Result
from tacit.runs.schedule import Schedule
from tacit.runs.stop import AbstractStop
from tacit.runs.trajectory import Axes, Trajectory

_run_chunk = jit(run_chunk)


class Progress(NamedTuple):
    """Passed to `on_chunk`: how far the run is, and its latest records."""

    step: int
    time: float
    fraction: float
    seconds: float
    latest: dict[str, np.ndarray]


def run(
    problem: Problem,
    model: Model,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    observers: Sequence[Observer] = (loss,),
    *,
    stop: AbstractStop | None = None,
    keep: Literal["last", "best"] = "last",
    on_chunk: Callable[[Progress], None] | None = None,
    budget: float | int | None = None,
    chunk: int = 32,
) -> Trajectory[Model]:
    """Move `model` by `dynamics` along `schedule`, and record what `observers` see.

    One chunk of records is compiled once and called again and again; between chunks Python reports
    progress, watches the time and takes Ctrl-C. Inside `jax.vmap` or `jax.jit` the whole schedule
    is one chunk and the last three arguments have no effect.

    Args:
        problem: what is asked.
        model: the start.
        dynamics: how the model moves.
        schedule: when to record, in steps or in time as the dynamics counts.
        observers: what to record, each under its own name.
        stop: event on recorded values that ends the run.
        keep: the model returned: the last one, or the one with the least recorded `held_out` error
            (`loss` where nothing is held out).
        on_chunk: called with `Progress` after each chunk.
        budget: seconds after which no further chunk is started.
        chunk: records in one compiled call.

    Returns:
        The trajectory. Failures are values in `trajectory.result`, never exceptions; a run whose
        model diverged keeps the last record at which it was finite.

    Raises:
        ValueError: if two observers share a name, the schedule does not fit the dynamics, the model
            does not fit the operator, a stop or `keep` names a quantity that is not recorded, or
            `keep` or `chunk` is not one of the above.
    """
    began = time.perf_counter()
    problem, dynamics = _traced_numbers((problem, dynamics))
    if keep not in ("last", "best"):
        raise ValueError(f"run: keep must be 'last' or 'best', got {keep!r}")
    if chunk < 1:
        raise ValueError(f"run: chunk must be at least 1, got {chunk}")
    gaps = _checked_gaps(problem, model, dynamics, schedule, observers)
    given = (problem, model, dynamics, observers, stop)
    traced = any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(given))
    chunk = len(gaps) if traced else min(chunk, len(gaps))
    watched = _watched(observers) if keep == "best" else None
    carry = start(problem, model, dynamics, observers, stop)
    settings = Settings(tuple(observers), stop, watched)
    if traced:
        carry, parts = run_chunk(problem, dynamics, settings, carry, jnp.asarray(gaps))
        return _trajectory(carry, parts, settings, seconds=np.nan)

    # Where several processes compute one run, they end together.
    shared = isinstance(problem.y, jax.Array) and not problem.y.is_fully_addressable
    parts, ending = [], None
    try:
        for first in range(0, len(gaps), chunk):
            piece = gaps[first : first + chunk]
            padded = np.concatenate([piece, np.full(chunk - len(piece), -1, gaps.dtype)])
            moved, part = _run_chunk(problem, dynamics, settings, carry, jnp.asarray(padded))
            # Ctrl-C is most often seen while this waits: only then does the chunk count.
            part = _fetch(part)
            carry, _ = moved, parts.append(part)
            seconds = time.perf_counter() - began
            if on_chunk is not None:
                on_chunk(_progress(carry, parts, len(gaps), seconds))
            if bool(carry.stopped):
                break
            if _interrupt.is_asked():
                ending = Result.INTERRUPTED
            elif budget is not None and seconds > budget and first + chunk < len(gaps):
                ending = Result.OUT_OF_TIME
            if shared:
                ending = agreed(ending)
            if ending is not None:
                break
    except KeyboardInterrupt:
        if not parts:
            raise
        ending = Result.INTERRUPTED
    if ending is not None and not bool(carry.stopped):
        carry = carry._replace(result=jnp.asarray(int(ending), jnp.int32))
    joined = jax.tree.map(lambda *pieces: np.concatenate(pieces), *parts)
    valid = int(carry.length)
    kept = jax.tree.map(lambda record: record[:valid], joined)
    return _trajectory(carry, kept, settings, seconds=time.perf_counter() - began)


def _traced_numbers(tree: Any) -> Any:
    """Python floats as (weakly typed) arrays, so that another step or weight compiles nothing."""
    return jax.tree.map(lambda x: jnp.asarray(x) if isinstance(x, float) else x, tree)


def _checked_gaps(
    problem: Problem,
    model: AbstractFactorisation,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    observers: Sequence[Observer],
) -> np.ndarray:
    names = [observer.name for observer in observers]
    if len(set(names)) < len(names):
        raise ValueError(f"run: two observers share a name in {names}")
    shape = jax.eval_shape(lambda: model()).shape
    if shape != tuple(problem.operator.shape):
        raise ValueError(
            f"run: the model makes targets of shape {shape}, the operator measures "
            f"{tuple(problem.operator.shape)}"
        )
    dtype = jax.tree.leaves(model)[0].dtype
    if dtype != problem.y.dtype:
        raise ValueError(f"run: the model is {dtype} and the measurements are {problem.y.dtype}")
    gaps = schedule.gaps()
    if dynamics.runs_in_steps:
        if np.any(gaps != np.round(gaps)):
            raise ValueError(
                f"run: {type(dynamics).__name__} advances in whole steps, but the schedule has "
                "fractions; give Schedule whole numbers"
            )
        return gaps.astype(np.int32)
    return gaps.astype(dtype)


def _watched(observers: Sequence[Observer]) -> str:
    names = [observer.name for observer in observers]
    for name in ("held_out", "loss"):
        if name in names:
            return name
    raise ValueError(f"run: keep='best' needs an observer 'held_out' or 'loss', got {names}")


def _progress(carry: Carry, parts: list, total: int, seconds: float) -> Progress:
    # Records of padding, and those after a stop, repeat the last one.
    step, clock_time, record = parts[-1]
    latest = jax.tree.map(lambda values: values[-1], record)
    done = int(carry.length) / total
    return Progress(int(step[-1]), float(clock_time[-1]), done, seconds, latest)


def _fetch(part: tuple) -> tuple:
    """Records as numpy arrays, once they are there."""
    return jax.tree.map(np.asarray, part)


def _trajectory(carry: Carry, parts: tuple, settings: Settings, seconds: float) -> Trajectory:
    step, clock_time, records = parts
    return Trajectory(
        step=step,
        time=clock_time,
        records=records,
        model=carry.best_model,
        result_code=carry.result,
        length=carry.length,
        best=carry.best,
        seconds=np.asarray(seconds),
        axes=tuple(Axes(o.name, o.label, o.dims) for o in settings.observers),
    )
