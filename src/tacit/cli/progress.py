"""The bar that a long command shows on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tacit.runs import Progress

_SHOWN = {
    "held_out": "held-out {:.4f}",
    "effective_rank": "rank {:.1f}",
    "noise": "noise {:.4f}",
}
"""Records that the bar shows, where there are any."""


@contextmanager
def progress_bar(
    shown: bool, budget: float | None = None
) -> "Iterator[Callable[[str, Progress], None] | None]":
    """A bar on a terminal: share of the budget or the run, step, what is recorded, stage."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    text = TextColumn("{task.description}", table_column=rest)
    columns = (BarColumn(20), TimeElapsedColumn(), text)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("starting", total=budget or 1.0)

        def report(stage: str, progress: "Progress") -> None:
            numbers = [
                form.format(float(progress.latest[name]))
                for name, form in _SHOWN.items()
                if name in progress.latest
            ]
            description = ", ".join((f"step {progress.step}", *numbers, stage))
            done = (bar.tasks[0].elapsed or 0.0) if budget else progress.fraction
            bar.update(task, description=description, completed=done)

        yield report
