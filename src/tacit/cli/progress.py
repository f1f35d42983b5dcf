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
    """A bar on a terminal: share of the budget or the run, step, what is recorded, stage.

    With a budget it moves from the start, while programs are still being compiled, and says how
    many seconds are left.
    """
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed
    from rich.progress_bar import ProgressBar
    from rich.table import Column
    from rich.text import Text

    class Spent(ProgressColumn):
        """The part of the budget that is used, by the clock: no report is needed to move it."""

        def render(self, task: Task) -> ProgressBar:
            """As a bar."""
            total = task.total or 1.0
            return ProgressBar(total, min(task.elapsed or 0.0, total), width=20)

    class Left(ProgressColumn):
        """The seconds of the budget that are left."""

        def render(self, task: Task) -> Text:
            """As text of one width."""
            return Text(f"{max((task.total or 0.0) - (task.elapsed or 0.0), 0.0):3.0f} s left")

    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    text = TextColumn("{task.description}", table_column=rest)
    columns = (Spent(), Left(), text) if budget else (BarColumn(20), Elapsed(), text)
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
            bar.update(task, description=description, completed=progress.fraction)

        yield report
