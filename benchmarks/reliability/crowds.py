"""Four completions at once on two cores: pools of threads must not wait for each other."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reliability.commands import make_inputs
from benchmarks.reliability.nursery import Nursery

AT_ONCE, CORES = 4, 2
LONGEST = 300.0
"""Seconds after which a completion counts as one that waits for ever."""


def crowd(count: int, folder: Path, cold: bool) -> Iterator[dict]:
    """Rounds of four completions at once, their compile cache empty before each or full.

    Args:
        count: rounds.
        folder: to work in.
        cold: whether the cache is emptied.
    """
    make_inputs(folder)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:CORES])
    try:
        nurseries = [Nursery(folder.parent / f"errors-{n}.txt") for n in range(AT_ONCE)]
    finally:
        os.sched_setaffinity(0, before)
    cache = folder / "cache"
    for _ in range(count):
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        began = time.monotonic()
        children = [
            nursery.start(
                ("complete", "in.npy", "-o", f"out{at}.npy", "--budget", "20", "--quiet"),
                folder,
                {"JAX_COMPILATION_CACHE_DIR": str(cache)},
            )
            for at, nursery in enumerate(nurseries)
        ]
        late = 0
        for child in children:
            while os.path.exists(f"/proc/{child.number}/exe"):
                if time.monotonic() - began > LONGEST:
                    os.kill(child.number, signal.SIGKILL)
                    late += 1
                    break
                time.sleep(0.05)
        statuses = [child.wait() for child in children]
        yield {
            "completions": AT_ONCE,
            "late": late,
            "failed": sum(status != 0 for status in statuses),
            "seconds": round(time.monotonic() - began, 1),
        }
    for nursery in nurseries:
        nursery.close()
