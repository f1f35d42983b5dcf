"""Processes that compute together: JAX's own start, and one line where it fails."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from tacit.cli.codes import UNUSABLE
from tacit.cli.settings import configure_jax

_FAILED = ("Gloo", "NCCL", "coordination service", "DEADLINE_EXCEEDED", "UNAVAILABLE")
"""Words in what JAX raises when another process has gone."""


@Parameter(name="*")
@dataclass(frozen=True)
class Cluster:
    """Which processes compute together.

    Attributes:
        distributed: Compute with the other processes of this SLURM, Kubernetes or MPI job, which
            JAX finds in the environment. Elsewhere give the next three options, too.
        coordinator: HOST:PORT on which process 0 waits for the others.
        processes: Number of processes.
        process: Number of this process, from 0.
        patience: Seconds to wait for the other processes at the start.
    """

    distributed: Annotated[bool, Parameter(negative=())] = False
    coordinator: str | None = None
    processes: int | None = None
    process: int | None = None
    patience: int = 300


@contextmanager
def joined(cluster: Cluster) -> Iterator[bool]:
    """While the block lasts JAX computes with the other processes, if it was asked to.

    What it yields is whether this is the first process, which writes and prints.

    JAX ends a process by a trace of its own when another cannot be reached; whoever waits for them
    in vain says so in one line and ends first.

    Raises:
        ValueError: if the options do not fit, or no job is found.
    """
    _check(cluster)
    if not cluster.distributed:
        yield True
        return
    configure_jax()
    import jax

    waiting = threading.Timer(cluster.patience, _give_up, [_unreached(cluster)])
    waiting.daemon = True
    waiting.start()
    try:
        jax.distributed.initialize(
            cluster.coordinator,
            cluster.processes,
            cluster.process,
            # The line below comes first.
            initialization_timeout=cluster.patience + 60,
        )
    except ValueError as error:
        if "should be defined" not in str(error) and "must be defined" not in str(error):
            raise
        raise ValueError(
            "--distributed: this process is of no SLURM, Kubernetes or MPI job that JAX knows: "
            "give --coordinator HOST:PORT, --processes and --process"
        ) from None
    finally:
        waiting.cancel()

    try:
        yield jax.process_index() == 0
    except (RuntimeError, ValueError) as error:
        words = str(error)
        if any(part in words for part in _FAILED):
            first = words.splitlines()[0][:120]
            words = f"another process has ended or cannot be reached; see what it said ({first})"
        _give_up(words)
    jax.distributed.shutdown()


def _check(cluster: Cluster) -> None:
    by_hand = {
        "--coordinator": cluster.coordinator,
        "--processes": cluster.processes,
        "--process": cluster.process,
    }
    missing = [name for name, value in by_hand.items() if value is None]
    if not cluster.distributed and len(missing) < len(by_hand):
        given = min(set(by_hand) - set(missing))
        raise ValueError(f"{given} goes with --distributed")
    if missing and len(missing) < len(by_hand):
        raise ValueError(f"--distributed by hand needs {' and '.join(missing)}, too")
    if cluster.coordinator is not None and not _is_address(cluster.coordinator):
        raise ValueError(f"--coordinator must be HOST:PORT, not {cluster.coordinator!r}")
    count, number = cluster.processes, cluster.process
    if count is not None and number is not None and not 0 <= number < count:
        raise ValueError(f"--process is a number from 0 to {count - 1}, got {number}")
    if cluster.patience < 1:
        raise ValueError(f"--patience must be at least 1 second, got {cluster.patience}")


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdecimal() and 0 < int(port) < 1 << 16


def _unreached(cluster: Cluster) -> str:
    seconds = f"within {cluster.patience} s"
    if cluster.process == 0:
        return (
            f"not all of the {cluster.processes} processes came to {cluster.coordinator} {seconds}"
        )
    where = cluster.coordinator or "the coordinator of this job"
    return f"{where} was not reached {seconds}, or not by all processes"


def _give_up(message: str) -> None:
    """End at once: an ordinary end would wait for the other processes."""
    print(f"tacit: {' '.join(message.split())}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(UNUSABLE)
