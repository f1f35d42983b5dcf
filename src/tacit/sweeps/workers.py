"""Where cells are computed: in this process, or by the workers of Dask."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jax

from tacit.sweeps.axes import Axes, Index
from tacit.sweeps.cell import Cell, Outcome, differences, one_line, versions

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 10
"""Seconds that are waited for a scheduler."""


def compute_here(
    cell: Cell, axes: Axes, indices: Iterable[Index]
) -> Iterator[tuple[Index, Outcome]]:
    """The cells one after the other, in this process.

    Args:
        cell: the function, and what it needs.
        axes: of the sweep.
        indices: of the cells.
    """
    for index in indices:
        yield index, cell.compute(axes.cell(index))


def compute_by(
    client: "Client", cell: Cell, axes: Axes, indices: Iterable[Index]
) -> Iterator[tuple[Index, Outcome]]:
    """The cells as Dask's workers finish them; what Dask gives up on is suspected of killing them.

    Args:
        client: of the scheduler.
        cell: the function, and what it needs.
        axes: of the sweep.
        indices: of the cells.

    Raises:
        ValueError: if the function cannot be sent.
        ConnectionError: if the scheduler is lost.
    """
    from distributed import as_completed
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    waiting = list(indices)
    if not waiting:
        return
    try:
        futures = client.map(cell.compute, [axes.cell(index) for index in waiting], pure=False)
    except Exception as error:  # what cannot be pickled raises anything
        raise ValueError(f"the function cannot be sent to workers: {one_line(error)}") from None

    where = {future.key: index for future, index in zip(futures, waiting, strict=True)}
    # Of this client, which need not be the default one.
    finished = as_completed(futures, client.loop, with_results=True, raise_errors=False)
    del futures  # results are let go of once they are written
    try:
        for future, result in finished:
            index = where.pop(future.key)
            if future.status == "finished":
                yield index, result
                continue
            error = result[1] if isinstance(result, tuple) else result
            if isinstance(error, KilledWorker):
                yield index, Outcome({}, "its worker was killed, again and again", suspected=True)
            elif isinstance(error, FutureCancelledError) or future.status in ("cancelled", "lost"):
                raise ConnectionError("the scheduler is lost")
            else:
                raise ValueError(f"a worker cannot run the function: {one_line(error)}")
    finally:
        client.cancel(list(finished.futures))


def refuse_unlike_workers(client: "Client") -> None:
    """Refuse to begin where a worker has other versions than this process.

    Raises:
        ValueError: with the worker and what differs.
    """
    found: Any = client.run(versions, on_error="return")
    for address, answer in found.items():
        if not isinstance(answer, dict):
            raise ValueError(f"grid: worker {address} cannot compute: {one_line(answer)}")
        unlike = differences(answer, versions())
        if unlike:
            raise ValueError(f"grid: worker {address} has {unlike}; install the same everywhere")


@contextmanager
def local_client(workers: int) -> "Iterator[Client]":
    """A client of processes on this machine, which end with it.

    Args:
        workers: number of processes.

    Raises:
        ValueError: if Dask is not installed.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ValueError(
            f"grid: {workers} workers need Dask: pip install 'tacit-lowrank[sweeps]', "
            "or compute in one process with workers=1"
        ) from None
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            env=_cache_settings(),
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def remote_client(address: str) -> "Iterator[Client]":
    """A client of a scheduler that runs somewhere.

    Args:
        address: such as `tcp://10.0.0.1:8786`.

    Raises:
        ValueError: if Dask is not installed, or the scheduler cannot be reached.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            f"the scheduler {address} needs Dask: pip install 'tacit-lowrank[sweeps]'"
        ) from None
    try:
        # A default client that fails to connect would stay the scheduler of all that uses Dask.
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"the scheduler {address} cannot be reached: {one_line(error)}") from None
    with client:
        yield client


def _cache_settings() -> dict[str, str]:
    """Where JAX keeps what it compiles, for processes that are not told by this one's settings."""
    folder = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    if not folder:
        return {}
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
