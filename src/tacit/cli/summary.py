"""What `tacit complete` says of its answer: a table for people, JSON for programs."""

import json
import math
import sys
from pathlib import Path
from typing import Any

from tacit.cli.complete import Options
from tacit.cli.roads import Answer

_RANK = "effective_rank"
"""Recorded where there is one matrix to have a rank."""


def print_json(answer: Answer, input: Path, options: Options) -> None:
    """One JSON object on standard output; a number that is not finite becomes null."""
    completion = answer.completion
    choice, refit = completion.choice, completion.refit
    facts = {
        "input": str(input),
        "output": str(options.output),
        "missing_fraction": float(answer.source.mask.mean()),
        "result": completion.result.name.lower(),
        "cause": completion.result.cause,
        **choice.recipe.facts(),
        **({_RANK: float(refit[_RANK][-1])} if _RANK in refit.records else {}),
        "held_out_rmse": choice.held_out,
        "uncertainty": completion.spread,
        "reason": choice.reason,
        "seconds": round(completion.seconds, 3),
        "seed": options.seed,
        "notes": list(answer.source.notes),
        **(answer.scores._asdict() if answer.scores else {}),
    }
    print(json.dumps(_finite(facts), allow_nan=False))


def print_table(answer: Answer, options: Options) -> None:
    """The notes of the source on standard error, then a table on standard output."""
    from rich.console import Console
    from rich.table import Table

    completion = answer.completion
    for note in answer.source.notes:
        print(f"note: {note}", file=sys.stderr)
    rows = {
        "chosen": str(completion.choice.recipe),
        "why": completion.choice.reason,
        "stopped": completion.result.cause,
    }
    if _RANK in completion.refit.records:
        rows["effective rank"] = f"{completion.refit[_RANK][-1]:.1f}"
    rows |= {
        "held-out error": f"{completion.choice.held_out:.4g} (root mean square)",
        "uncertainty": f"{completion.spread:.4g} (mean spread over fits, in the holes)",
        "time": f"{completion.seconds:.1f} s",
    }
    if answer.scores is not None:
        s = answer.scores
        places = "pixels" if answer.source.kind == "picture" else "entries"
        rows[f"missing {places}"] = f"PSNR {s.psnr_missing:.2f} dB, SSIM {s.ssim_missing:.4f}"
        rows[f"all {places}"] = f"PSNR {s.psnr_all:.2f} dB, SSIM {s.ssim_all:.4f}"
    rows["written"] = ", ".join(str(path) for path in (options.output, options.report) if path)
    table = Table.grid(padding=(0, 2))
    for name, text in rows.items():
        table.add_row(name, text)
    Console(highlight=False).print(table)


def _finite(content: Any) -> Any:
    """The same with None for infinite numbers and NaN, which JSON does not know."""
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
