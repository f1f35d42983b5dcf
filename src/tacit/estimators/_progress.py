"""What an estimator prints of its stages if it is asked to be verbose."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tacit.runs import Progress


@contextmanager
def stages(verbose: bool | int) -> Iterator[Callable[[str, Progress], None] | None]:
    """A report that prints a line when a stage begins; none unless it is verbose."""
    if not verbose:
        yield None
        return
    began, last = time.monotonic(), [""]

    def report(stage: str, progress: Progress) -> None:
        del progress
        if stage != last[0]:
            print(f"{time.monotonic() - began:6.1f} s  {stage}", flush=True)
            last[0] = stage

    yield report
    print(f"{time.monotonic() - began:6.1f} s  done", flush=True)
