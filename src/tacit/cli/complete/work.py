"""The work of `tacit complete`: read, complete with a progress bar, write, say what was done."""

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tacit.cli.complete.answer import Answer, axes_of, bounds_of, complete_source, is_table
from tacit.cli.complete.checks import check_options
from tacit.cli.complete.each import complete_each
from tacit.cli.complete.options import Options
from tacit.cli.complete.words import answer_facts, print_table
from tacit.cli.printing import print_object
from tacit.cli.progress import progress_bar
from tacit.cli.settings import BEGAN, configure_jax
from tacit.media import Source, check_output, convert, read, read_truth, write


def perform(input: Path, options: Options) -> None:
    """Read, complete, write and say what was done."""
    # Whatever can be refused is refused before JAX is imported and any work begins.
    check_options(options)
    if options.each:
        complete_each(input, options)
        return
    source = read(
        input,
        missing=options.missing,
        marking=options.marking,
        missing_value=options.missing_value,
        reading=options.reading,
        land=options.land,
        need_holes=not options.denoise,
    )
    check_output(input, options.output, overwrite=options.overwrite)
    source = convert(source, options.output)
    axes_of(source, options)
    bounds_of(options.bounds)
    truth = None if options.truth is None else read_truth(options.truth, source)

    configure_jax()
    with progress_bar(not (options.quiet or options.json), options.budget) as report:
        elapsed = time.monotonic() - BEGAN
        answer = complete_source(source, truth, options, report, elapsed)

    # The answer first: should the report fail, the file is there all the same.
    filled = answer.completion.denoised if options.denoise else answer.completion.filled
    write(source, filled, options.output, keep_observed=not options.denoise)
    if options.report is not None:
        _report(options.report, answer, input, options)

    if options.json:
        print_object(answer_facts(answer, input, options.output, options))
    elif not options.quiet:
        print_table(answer, options)


def _report(path: Path, answer: Answer, input: Path, options: Options) -> None:
    from tacit.report import write_report

    source = answer.source
    before = source.values.copy()
    before[source.missing] = np.nan
    if source.outside is not None:
        before[source.outside] = np.nan
    write_report(
        path,
        answer.completion,
        before,
        title=f"{input.name}, completed",
        axes=source.axes,
        names=_names(source),
        truth=answer.truth,
        scores=answer.scores,
        notes=answer.notes,
        settings={name: value for name, value in asdict(options).items() if value is not None},
        command=shlex.join(["tacit", *sys.argv[1:]]),
    )


def _names(source: Source) -> Sequence[str] | None:
    """Names of a table's columns, or their numbers; None for what is no table."""
    if not is_table(source):
        return None
    return source.stored.columns or [str(at + 1) for at in range(source.values.shape[1])]
