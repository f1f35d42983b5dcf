"""What `tacit complete` says of its answer: a table for people, JSON for programs."""

import math
from pathlib import Path
from typing import Any

from tacit.cli.complete.answer import Answer, is_table
from tacit.cli.complete.options import Options
from tacit.cli.printing import print_notes, print_rows
from tacit.media import percent

_RANK = "effective_rank"
"""Recorded where there is one matrix to have a rank."""


def answer_facts(answer: Answer, input: Path, output: Path, options: Options) -> dict[str, Any]:
    """What was done, for programs.

    Args:
        answer: what was read, and its completion.
        input: the path that was read.
        output: the path that was written.
        options: of the command.
    """
    completion = answer.completion
    choice, refit = completion.choice, completion.refit
    return {
        "input": str(input),
        "read_as": answer.source.read_as,
        "output": str(output),
        "missing_fraction": float(answer.source.missing.mean()),
        "result": completion.result.name.lower(),
        "cause": completion.result.cause,
        **choice.blend.facts(),
        "holes": completion.holes,
        **({_RANK: float(refit[_RANK][-1])} if _RANK in refit.records else {}),
        "held_out_rmse": choice.held_out,
        "uncertainty": completion.spread,
        "reason": choice.reason,
        "seconds": round(completion.seconds, 3),
        "seed": options.seed,
        "notes": list(answer.notes),
        **({"rmse_missing": answer.error, **answer.scores._asdict()} if answer.scores else {}),
    }


def picture_row(answer: Answer | None) -> str:
    """One line on a picture of several: what was missing, and how well it could be filled."""
    if answer is None:
        return "nothing is missing: written as it was"
    completion = answer.completion
    words = (
        f"{percent(answer.source.missing.mean())} missing, held-out error "
        f"{completion.choice.held_out:.4g}, {completion.seconds:.1f} s"
    )
    return words if answer.scores is None else f"{words}, PSNR {answer.scores.psnr_missing:.2f} dB"


def print_table(answer: Answer, options: Options) -> None:
    """The notes of the source on standard error, then a table on standard output."""
    completion = answer.completion
    print_notes(answer.notes)

    # First what was found in the data and chosen, then how good it should be.
    unit = "pixels" if answer.source.kind == "picture" else "entries"
    rows = {
        "read as": answer.source.read_as,
        "missing": f"{percent(answer.source.missing.mean())} of the {unit}",
        "holes": completion.holes,
        "chosen": str(completion.choice.blend),
        "why": completion.choice.reason,
        "stopped": completion.result.cause,
    }
    if _RANK in completion.refit.records:
        rows["effective rank"] = f"{completion.refit[_RANK][-1]:.1f}"
    rows |= {
        "held-out error": f"{completion.choice.held_out:.4g} (root mean square)",
        "uncertainty": _in_words(completion.spread),
        "time": f"{completion.seconds:.1f} s",
    }

    # PSNR is made for pictures; a table's error is told in its own numbers.
    if is_table(answer.source) and answer.truth is not None:
        rows["error"] = f"{answer.error:.4g} (root mean square, in the holes)"
    elif answer.scores is not None:
        s = answer.scores
        if answer.source.missing.any():
            rows[f"missing {unit}"] = f"PSNR {s.psnr_missing:.2f} dB, SSIM {s.ssim_missing:.4f}"
        rows[f"all {unit}"] = f"PSNR {s.psnr_all:.2f} dB, SSIM {s.ssim_all:.4f}"

    rows["written"] = ", ".join(str(path) for path in (options.output, options.report) if path)
    print_rows(rows)


def _in_words(spread: float) -> str:
    if math.isnan(spread):
        return "not known: too few entries could be held out"
    return f"{spread:.4g} (root mean square of the standard deviations, in the holes)"
