"""Trying one thing after another while there is time, and telling of it."""

import time
from typing import TypeVar

from tacit._typing import Any, Callable, Iterator
from tacit.runs import Progress, Result

Approach = TypeVar("Approach")
Report = Callable[[str, Progress], None]
"""Called after each compiled chunk with the stage and its progress."""


def try_in_turn(
    thought: Iterator[Approach],
    attempt: Callable[[Approach, int], Any],
    tried: list[Any],
    deadline: float,
) -> bool:
    """Append to `tried` the attempt at each approach, and say whether Ctrl-C came.

    The first is always tried; the deadline, or Ctrl-C, may cut the rest.

    Args:
        thought: the approaches, thought of one by one: what was tried may decide what comes next.
        attempt: from an approach and its number to an attempt, which has a `fit.trajectory`.
        tried: the attempts so far.
        deadline: on the clock of `time.monotonic`.
    """
    try:
        for approach in thought:
            tried.append(attempt(approach, len(tried)))
            if tried[-1].fit.trajectory.result is Result.INTERRUPTED:
                return True
            if time.monotonic() > deadline:
                return False
    except KeyboardInterrupt:
        if not tried:
            raise
        return True
    return False


def titled(report: Report | None, title: str) -> Callable[[Progress], None] | None:
    """The report of one stage, if there is one."""
    return None if report is None else (lambda progress: report(title, progress))
