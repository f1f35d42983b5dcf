"""Timing side by side, and tables."""

import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.machine import machine

HERE = Path(__file__).parent


class Seconds(NamedTuple):
    """Least and median time of several calls."""

    least: float
    middle: float


def interleaved(
    calls: dict[str, Callable[[], object]], rounds: int, budget: float = 60.0
) -> dict[str, Seconds]:
    """Least and median seconds of each call, as `time_rounds` takes them."""
    times = time_rounds(calls, rounds, budget)
    return {name: Seconds(min(found), median(found)) for name, found in times.items()}


def time_rounds(
    calls: dict[str, Callable[[], object]], rounds: int, budget: float = 60.0
) -> dict[str, list[float]]:
    """Time the calls in turn, A B C B C A C A B …, so that a busy moment falls on all of them.

    Each round begins with another call, so that none always follows the same neighbour's start.
    Each is called once before, so nothing compiles while it is timed. A call must wait for its
    own result. No round starts after `budget` seconds, but for the first.
    """
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    deadline = time.perf_counter() + budget
    for done in range(rounds):
        if done and time.perf_counter() > deadline:
            break
        names = list(calls)
        first = done % len(names)
        for name in names[first:] + names[:first]:
            call = calls[name]
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    return times


def table(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> list[str]:
    """Markdown table, its first `words` columns words and the others numbers."""
    rule = "|".join(["---"] * words + ["---:"] * (len(head) - words))
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return [lines[0], f"|{rule}|", *lines[1:]]


def write(name: str, title: str, text: Sequence[str], extra: Sequence[str] = ()) -> None:
    """Write `name`.md: title, the command, the machine, versions of `extra` packages, the text."""
    versions = "".join(f", {package} {version(package)}" for package in extra)
    head = [
        f"# {title}",
        "",
        f"`python -m benchmarks.speed.{name}`",
        "",
        f"{machine()}{versions}",
        "",
    ]
    path = HERE / f"{name}.md"
    path.write_text("\n".join([*head, *text, ""]))
    print(path.read_text())


def micro(seconds: float) -> str:
    """Microseconds, as a table shows them."""
    return f"{seconds * 1e6:.0f}"
