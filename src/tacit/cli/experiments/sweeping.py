"""A sweep from the command line: its cells, who computes them, and how far it is."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tacit.cli.settings import configure_jax
from tacit.experiments import find, sweep_experiment

if TYPE_CHECKING:
    import xarray as xr

    from tacit.sweeps import SweepProgress


def compute(
    name: str,
    preset: str,
    seed: int | None,
    texts: Mapping[str, str],
    keep: tuple[str, ...],
    store: Path,
    *,
    workers: int,
    dask: str | None,
    retry: bool,
    quiet: bool,
) -> "xr.Dataset":
    """Compute what is missing of a sweep, and return all there is.

    Args:
        name: of the experiment.
        preset: `smoke` or `paper`.
        seed: of every cell, unless it is an axis.
        texts: values of settings, as they were typed.
        keep: names of the results that are kept; all if empty.
        store: folder of the store.
        workers: processes to start on this machine.
        dask: address of a scheduler.
        retry: whether cells that raised are computed again.
        quiet: whether no bar is shown.
    """
    if dask is not None and workers != 1:
        raise ValueError("sweep: give --workers or --dask, not both")
    experiment = find(name)
    configure_jax()
    from tacit.sweeps import compute_sweep, remote_client

    sweep = sweep_experiment(experiment, preset, seed, texts, keep)
    with nullcontext() if dask is None else remote_client(dask) as client, _bar(quiet) as report:
        return compute_sweep(
            sweep, store, client=client, workers=workers, retry=retry, report=report
        )


@contextmanager
def _bar(quiet: bool) -> "Iterator[Callable[[SweepProgress], None]]":
    """Cells and the time that is left on standard error; nothing where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    left = TextColumn("{task.fields[left]}")
    with Progress(*columns, left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, left="")

        def report(progress: "SweepProgress") -> None:
            known = progress.seconds_left == progress.seconds_left
            left = f"about {_duration(progress.seconds_left)} left" if known else ""
            bar.update(
                task,
                description=str(progress),
                completed=progress.done,
                total=progress.cells,
                left=left,
            )

        yield report


def _duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
