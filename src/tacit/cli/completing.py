"""The work of `tacit complete`: read, complete with a progress bar, write, say what was done."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.cli.complete import Options
from tacit.cli.settings import configure_jax
from tacit.media import MediaError, Source, check_output, read, read_truth, write

if TYPE_CHECKING:
    from tacit.completion import Completion, Scores
    from tacit.runs import Progress

Values = NDArray[np.float64]


class Answer(NamedTuple):
    """A source with its completion and, where a truth is known, how close they are."""

    source: Source
    completion: "Completion"
    truth: Values | None
    scores: "Scores | None"


def perform(input: Path, options: Options) -> None:
    """Do everything; all that can be refused is refused before any work begins."""
    source = read(input, missing=options.missing, missing_value=options.missing_value)
    check_output(input, options.output, overwrite=options.overwrite)
    _check(options, source)
    truth = None if options.truth is None else read_truth(options.truth, source)
    configure_jax()
    answer = _answer(source, truth, options)
    filled = answer.completion.denoised if options.denoise else answer.completion.filled
    write(source, filled, options.output, keep_observed=not options.denoise)
    if options.report is not None:
        _report(options.report, answer, input, options)
    if options.json:
        print(json.dumps(_summary(answer, input, options)))
    elif not options.quiet:
        _print(answer, options)


def _check(options: Options, source: Source) -> None:
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
    if source.values.ndim == 3 and source.values.shape[2] != 3:
        raise MediaError(
            f"{source.path}: has {source.values.shape[2]} channels; 1 or 3 can be used"
        )


def _answer(source: Source, truth: Values | None, options: Options) -> Answer:
    import jax

    from tacit.completion import complete, scores

    with jax.enable_x64(options.dtype == "float64"), _progress(options) as report:
        completion = complete(
            source.values,
            source.mask,
            model=_starts(options),
            penalty=None if options.smooth == "off" else options.smooth,
            budget=options.budget,
            dtype=options.dtype,
            report=report,
            key=jax.random.key(options.seed),
        )
    if truth is None:
        return Answer(source, completion, None, None)
    peak = 1.0 if source.kind == "picture" else float(np.ptp(truth))
    compared = completion.denoised if options.denoise else completion.filled
    return Answer(source, completion, truth, scores(compared, truth, source.mask, peak))


def _starts(options: Options) -> Any:
    """Starts to try: those of the search, narrowed to the depth and scale that were given."""
    from tacit.completion import STARTS

    if options.depth is None and options.scale is None:
        return "auto"
    depths = [options.depth] if options.depth else sorted({depth for depth, _ in STARTS})
    scales = [options.scale] if options.scale else sorted({scale for _, scale in STARTS})[::-1]
    return [(depth, scale) for depth in depths for scale in scales]


@contextmanager
def _progress(options: Options) -> "Iterator[Callable[[str, Progress], None] | None]":
    """A bar on standard error: stage, loss, held-out error, effective rank, share of the budget."""
    if options.quiet or options.json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=options.budget)

        def report(stage: str, progress: "Progress") -> None:
            numbers = {
                name: float(values) for name, values in progress.latest.items() if not values.ndim
            }
            text = f"{stage}: step {progress.step}, loss {numbers['loss']:.3g}"
            if "held_out" in numbers:
                text += f", held-out {numbers['held_out']:.4f}"
            text += f", rank {numbers['effective_rank']:.1f}"
            bar.update(task, description=text, completed=bar.tasks[0].elapsed or 0.0)

        yield report


def _summary(answer: Answer, input: Path, options: Options) -> dict[str, Any]:
    completion = answer.completion
    choice = completion.choice
    facts = {
        "input": str(input),
        "output": str(options.output),
        "missing_fraction": float(answer.source.mask.mean()),
        "result": completion.result.name.lower(),
        "cause": completion.result.cause,
        "depth": choice.recipe.depth,
        "width": choice.recipe.width,
        "scale": choice.recipe.scale,
        "smoothness": choice.recipe.weight,
        "steps": choice.recipe.steps,
        "effective_rank": float(completion.refit["effective_rank"][-1]),
        "held_out_rmse": choice.held_out,
        "uncertainty": completion.spread,
        "reason": choice.reason,
        "seconds": round(completion.seconds, 3),
        "seed": options.seed,
        "notes": list(answer.source.notes),
    }
    return facts if answer.scores is None else facts | answer.scores._asdict()


def _print(answer: Answer, options: Options) -> None:
    from rich.console import Console
    from rich.table import Table

    completion = answer.completion
    for note in answer.source.notes:
        print(f"note: {note}", file=sys.stderr)
    rows = {
        "chosen": str(completion.choice.recipe),
        "why": completion.choice.reason,
        "stopped": completion.result.cause,
        "effective rank": f"{completion.refit['effective_rank'][-1]:.1f}",
        "held-out error": f"{completion.choice.held_out:.4g} (root mean square)",
        "uncertainty": f"{completion.spread:.4g} (mean spread over refits, in the holes)",
        "time": f"{completion.seconds:.1f} s",
    }
    if answer.scores is not None:
        s = answer.scores
        rows["missing pixels"] = f"PSNR {s.psnr_missing:.2f} dB, SSIM {s.ssim_missing:.4f}"
        rows["all pixels"] = f"PSNR {s.psnr_all:.2f} dB, SSIM {s.ssim_all:.4f}"
    rows["written"] = ", ".join(str(path) for path in (options.output, options.report) if path)
    table = Table.grid(padding=(0, 2))
    for name, text in rows.items():
        table.add_row(name, text)
    Console(highlight=False).print(table)


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
        truth=answer.truth,
        scores=answer.scores,
        notes=source.notes,
        settings={name: value for name, value in asdict(options).items() if value is not None},
        command=shlex.join(["tacit", *sys.argv[1:]]),
    )
