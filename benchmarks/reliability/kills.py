"""Commands that are killed: what was there, or what is new, is there whole."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reliability.commands import COMMANDS, Command, leftovers, make_inputs
from benchmarks.reliability.nursery import Child, Nursery

EVERY = 10
"""Kills after which the next run is left to end."""


def kill(command: Command, count: int, folder: Path, cache: Path, seed: int) -> Iterator[dict]:
    """Kill a command again and again; a row of what was found for each ten kills.

    Half of the kills come at any time of a run, half while something is being written.

    Args:
        command: what is killed.
        count: kills.
        folder: to work in.
        cache: of compiled programs.
        seed: of the times.
    """
    make_inputs(folder)
    nursery = Nursery(folder.parent / "errors.txt")
    environment = {"JAX_COMPILATION_CACHE_DIR": str(cache)}

    def start(number: int) -> Child:
        return nursery.start(command.line(number % 2), folder, environment)

    if command.name == "plot":
        first = next(other for other in COMMANDS if other.name == "run")
        assert nursery.start(first.line(0), folder, environment).wait() == 0
    allowed = set()
    for number in (0, 1, 1):
        began = time.monotonic()
        child = start(number)
        assert child.wait() == 0, child.said
        lasts = time.monotonic() - began
        allowed.add(command.state(folder))

    rng = np.random.default_rng(seed)
    for first in range(0, count, EVERY):
        row: dict[str, Any] = {"kills": 0, "ended before": 0, "half": 0, "fails": 0, "left": 0}
        for number in range(first, min(first + EVERY, count)):
            child = start(number)
            if number % 2:
                time.sleep(rng.uniform(0, lasts))
            else:
                _wait_for_writing(child, folder, 3 * lasts + 5)
                time.sleep(rng.uniform(0, 0.02))
            killed = _kill(child)
            row["kills" if killed else "ended before"] += 1
            row["half"] += command.state(folder) not in allowed
        # The next run succeeds, and nothing is left after it.
        child = start(first)
        row["fails"] += child.wait() != 0 or command.state(folder) not in allowed
        row["left"] += len(leftovers(folder))
        yield row
    nursery.close()


def _wait_for_writing(child: Child, folder: Path, patience: float) -> None:
    """Wait until a hidden file that was not there appears, or the command ends."""
    before, ends = set(leftovers(folder)), time.monotonic() + patience
    while time.monotonic() < ends and os.path.exists(f"/proc/{child.number}/exe"):
        if set(leftovers(folder)) - before:
            return
        time.sleep(0.0005)


def _kill(child: Child) -> bool:
    """Whether it was still running."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.number, signal.SIGKILL)
    return child.wait() == -signal.SIGKILL
