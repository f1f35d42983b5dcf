"""The door: every combination of settings, into a store that outlives what computes it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from tacit.sweeps.axes import Axes, Index
from tacit.sweeps.cell import Cell, Outcome, settings, versions
from tacit.sweeps.fingerprint import fingerprint
from tacit.sweeps.identity import DONE, FAILED, MISSING
from tacit.sweeps.reading import open_sweep
from tacit.sweeps.status import say_cells
from tacit.sweeps.store import SweepStore, opened
from tacit.sweeps.workers import compute_by, compute_here, local_client, refuse_unlike_workers

if TYPE_CHECKING:
    from distributed import Client


class SweepProgress(NamedTuple):
    """How far a sweep is: cells, those of them that raised, and seconds."""

    done: int
    failed: int
    cells: int
    seconds: float
    seconds_left: float
    """By the pace of this call so far; NaN until a cell is finished."""

    def __str__(self) -> str:
        """`37 of 200 cells, 1 failed`."""
        return say_cells(self.done, self.cells, self.failed)


Report = Callable[[SweepProgress], None]


class Sweep(NamedTuple):
    """A function over axes, and what says that two sweeps are the same.

    Attributes:
        fit: function of keyword arguments named like the axes.
        axes: their values.
        identity: tables of all that the results depend on besides.
        strict: whether results of another form than in the other cells are an error of the cell.
    """

    fit: Callable[..., Any]
    axes: Axes
    identity: dict[str, Any]
    strict: bool = True


def grid(
    fit: Callable[..., Any],
    store: str | Path,
    /,
    *,
    client: "Client | None" = None,
    workers: int = 1,
    retry: bool = False,
    report: Report = lambda progress: None,
    **axes: Any,
) -> xr.Dataset:
    """Call `fit` on every combination of the axes, each once, into a zarr store that survives.

    Each combination is a cell. What `fit` returns for it goes into the store as soon as it is
    there, on disk before it counts as done, so that whatever is killed, what is finished is kept:
    the same call again computes only what is missing. A cell that raises is named in the store with
    its message, and the others go on. A cell depends on its own values alone: the store is the
    same, bit for bit, whatever computes it and in whatever order.

    If `fit` has a parameter `key` or `seed` that is no axis, it is given one made of the values of
    the cell. Within a cell, `sweep` runs many lanes in one compiled program.

    Args:
        fit: function of keyword arguments named like the axes, which returns a dict of numbers and
            arrays, of the same shapes for all cells, or an xarray Dataset.
        store: folder of the zarr store, which is made, or holds an earlier part of this sweep.
        client: of a Dask scheduler, whose workers compute the cells; this process alone writes.
        workers: processes to start on this machine, by Dask, if there is no client; with one, the
            cells are computed in this process, without Dask.
        retry: whether cells that raised before are computed again.
        report: called with the progress after each cell.
        axes: the values of each axis, in the order of the dimensions of the result: numbers,
            texts, truth values, None, or tuples of these.

    Raises:
        ValueError: if the axes do not fit, the store is that of another sweep (another function,
            other axes, versions or settings of JAX) or in use, or a worker cannot compute.
        OSError: if the store cannot be written to, or the scheduler is lost.
    """
    checked = Axes.of(axes)
    swept = Sweep(fit, checked, {"function": fingerprint(fit)})
    return compute_sweep(
        swept, Path(store), client=client, workers=workers, retry=retry, report=report
    )


def compute_sweep(
    sweep: Sweep,
    store: Path,
    *,
    client: "Client | None" = None,
    workers: int = 1,
    retry: bool = False,
    report: Report = lambda progress: None,
) -> xr.Dataset:
    """As `grid`, of a sweep that says itself what it is.

    Args:
        sweep: what to compute.
        store: folder of the zarr store.
        client: of a Dask scheduler.
        workers: processes to start if there is no client.
        retry: whether cells that raised before are computed again.
        report: called with the progress after each cell.

    Raises:
        ValueError: as `grid`.
        OSError: as `grid`.
    """
    if workers < 0 or (client is not None and workers > 1):
        raise ValueError(f"grid: give a number of workers or a client, got workers={workers}")
    cell = Cell.of(sweep.fit, sweep.axes.cell((0,) * len(sweep.axes.shape)))
    identity = {
        "axes": sweep.axes.values,
        **sweep.identity,
        "settings of JAX": settings(),
        "versions": versions(),
    }
    with opened(store, sweep.axes, identity) as kept:
        if client is not None:
            refuse_unlike_workers(client)
        again = (MISSING, FAILED) if retry else (MISSING,)
        flags = kept.flags()
        left = [index for index in sweep.axes.indices() if flags[index] in again]
        if client is None and workers > 1 and len(left) > 1:
            with local_client(workers) as client:
                _compute(cell, sweep, kept, left, client, report)
        else:
            _compute(cell, sweep, kept, left, client, report)
    return open_sweep(store)


def _compute(
    cell: Cell,
    sweep: Sweep,
    kept: SweepStore,
    left: list[Index],
    client: "Client | None",
    report: Report,
) -> None:
    """Compute cells and write each; the first alone, whose results give the others their form."""
    flags, began, count = kept.flags(), time.monotonic(), 0
    suspected: list[Index] = []

    def compute(indices: list[Index]) -> Iterator[tuple[Index, Outcome]]:
        if client is None:
            return compute_here(cell, sweep.axes, indices)
        return compute_by(client, cell, sweep.axes, indices)

    def finish(indices: list[Index]) -> None:
        nonlocal count
        for index, outcome in compute(indices):
            if outcome.refusal:
                raise ValueError(outcome.refusal)
            if outcome.suspected and len(indices) > 1:
                suspected.append(index)
                continue
            outcome = kept.write(index, outcome, strict=sweep.strict)
            flags[index] = FAILED if outcome.error else DONE
            count += 1
            report(_progress(flags, count, time.monotonic() - began))

    report(_progress(flags, count, 0.0))
    try:
        while left and not kept.has_form:
            finish([left.pop(0)])
        finish(left)
        # Dask suspects what waited on a worker that was killed too: alone, only the cause is left.
        for index in suspected:
            finish([index])
    except (ConnectionError, ValueError) as error:
        said = f"{kept.path}: {error}; {_progress(flags, 0, 0.0)} are kept, the same call goes on"
        raise type(error)(said) from None


def _progress(flags: np.ndarray, count: int, seconds: float) -> SweepProgress:
    done, failed = int(np.sum(flags != MISSING)), int(np.sum(flags == FAILED))
    pace = seconds / count if count else np.nan
    return SweepProgress(done, failed, flags.size, seconds, pace * (flags.size - done))
