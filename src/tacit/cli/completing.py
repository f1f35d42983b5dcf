"""The work of `tacit complete`: read, complete with a progress bar, write, say what was done."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tacit.cli.complete import Options
from tacit.cli.roads import Answer, answered, check_road
from tacit.cli.settings import configure_jax
from tacit.cli.summary import print_json, print_table
from tacit.media import MediaError, check_output, read, read_truth, write

if TYPE_CHECKING:
    from tacit.runs import Progress

_SHOWN = {"held_out": "held-out {:.4f}", "effective_rank": "rank {:.1f}"}
"""Records that the bar shows, where there are any."""


def perform(input: Path, options: Options) -> None:
    """Do everything; all that can be refused is refused before any work begins."""
    source = read(input, missing=options.missing, missing_value=options.missing_value)
    check_output(input, options.output, overwrite=options.overwrite)
    _check(options)
    check_road(source, options)
    truth = None if options.truth is None else read_truth(options.truth, source)
    configure_jax()
    with _progress(options) as report:
        answer = answered(source, truth, options, report)
    filled = answer.completion.denoised if options.denoise else answer.completion.filled
    write(source, filled, options.output, keep_observed=not options.denoise)
    if options.report is not None:
        _report(options.report, answer, input, options)
    if options.json:
        print_json(answer, input, options)
    elif not options.quiet:
        print_table(answer, options)


def _check(options: Options) -> None:
    if not options.budget > 0:
        raise ValueError(f"--budget: seconds must be positive, got {options.budget:g}")
    if options.seed < 0:
        raise ValueError(f"--seed: must not be negative, got {options.seed}")
    if options.scale is not None and not 0 < options.scale < 1:
        raise ValueError(f"--scale: must be between 0 and 1, got {options.scale:g}")
    if options.depth is not None and options.depth < 1:
        raise ValueError(f"--depth: must be at least 1, got {options.depth}")
    report = options.report
    if report is not None and not report.resolve().parent.is_dir():
        raise MediaError(
            f"{report}: the folder {report.resolve().parent} does not exist: create it"
        )
    written = [path.resolve() for path in (options.output, report) if path is not None]
    read_only = [path.resolve() for path in (options.missing, options.truth) if path is not None]
    if len(set(written)) < len(written) or set(written) & set(read_only):
        raise MediaError("output, report, mask and truth must be different files")


@contextmanager
def _progress(options: Options) -> "Iterator[Callable[[str, Progress], None] | None]":
    """A bar on standard error: share of the budget, step, held-out error, rank, stage."""
    if options.quiet or options.json or not sys.stderr.isatty():
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
        task = bar.add_task("starting", total=options.budget)

        def report(stage: str, progress: "Progress") -> None:
            numbers = [
                form.format(float(progress.latest[name]))
                for name, form in _SHOWN.items()
                if name in progress.latest
            ]
            description = ", ".join((f"step {progress.step}", *numbers, stage))
            bar.update(task, description=description, completed=bar.tasks[0].elapsed or 0.0)

        yield report


def _report(path: Path, answer: Answer, input: Path, options: Options) -> None:
    from tacit.report import write_report

    source = answer.source
    before = source.values.copy()
    before[source.mask] = np.nan
    write_report(
        path,
        answer.completion,
        before,
        title=f"{input.name}, completed",
        axes=source.axes,
        truth=answer.truth,
        scores=answer.scores,
        notes=source.notes,
        settings={name: value for name, value in asdict(options).items() if value is not None},
        command=shlex.join(["tacit", *sys.argv[1:]]),
    )
