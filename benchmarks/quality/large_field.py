"""Fill a year of large fields, each size in a process of its own; writes `large_field.md`.

    python -m benchmarks.quality.large_field                 # some ten minutes
    python -m benchmarks.quality.large_field --only 200x300  # one of the sizes
    python -m benchmarks.quality.large_field --write         # the table of what has been measured

Rows that an earlier call had finished are kept in `large_field.jsonl` (not committed).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.machine import machine
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import cover_cell, ratio_cell

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "large_field.jsonl", ("size",))
SIZES = {"200x300": (365, 200, 300)}
SHARE = 0.5
"""Of the sea that clouds hide."""
BUDGET = 480.0
"""Seconds: what is beside the search and the answer is to fit into ten minutes as well."""


def measure(size: str) -> dict[str, object]:
    """One size, in this process."""
    import jax

    from benchmarks.quality.field_rows import of_sea
    from benchmarks.quality.fields import in_time
    from benchmarks.quality.judged import judged, rms
    from tacit.completion import complete

    field = of_sea(0, SHARE, SIZES[size])
    lines, _ = in_time("linear")(field)
    told = rms((lines - field.values)[field.hidden])
    del lines

    began = time.perf_counter()
    answer = complete(
        field.data, outside=field.land, budget=BUDGET, key=jax.random.key(0), **field.options
    )
    seconds = time.perf_counter() - began
    error = rms((answer.filled - field.values)[field.hidden])
    return {
        "size": size,
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "rmse": error,
        "lines": told,
        **judged(answer, field.values, field.hidden),
    }


def row(size: str, found: dict) -> str:
    """A line of the table."""
    days, rows, columns = SIZES[size]
    return (
        f"| {days} × {rows} × {columns} | {days * rows * columns / 1e6:.1f} | "
        f"{found['seconds']:.0f} | {found['peak']:.1f} | {found['rmse']:.3f} | "
        f"{found['lines']:.3f} | {ratio_cell(found['held_out_ratio'])} | "
        f"{cover_cell(found['cover'])} | {found['chosen']} |"
    )


def write() -> None:
    """Write `large_field.md` of what has been measured."""
    known = JOURNAL.rows()
    text = [
        "# A year of large fields",
        "",
        "`python -m benchmarks.quality.large_field`",
        "",
        machine(),
        "",
        f"The invented sea of `sea.py`, {SHARE:.0%} under clouds, by "
        f"`tacit.complete` that is told the axes, the land and a budget of {BUDGET:.0f} s, each in "
        "a process of its own: seconds of the call, peak memory of the process (its data "
        "and truth included), root mean square error over hidden entries of Tacit and of lines in "
        "time, the error that was predicted over it, and the share within the 95 % intervals. "
        "Target at 18 million numbers: 600 s and 8 GiB.",
        "",
        "| field | millions | seconds | GiB | Tacit | lines in time | held-out / true | 95 % cover "
        "| chosen |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
        *(
            row(size, known[size,])
            if (size,) in known
            else f"| {size} | was not measured |" + " |" * 7
            for size in SIZES
        ),
        "",
    ]
    (HERE / "large_field.md").write_text("\n".join(text))


def main() -> None:
    """Measure what is missing, and write the table."""
    parser = argparse.ArgumentParser(description="Fill a year of large fields.")
    parser.add_argument("--only", choices=SIZES, help="one size")
    parser.add_argument("--alone", choices=SIZES, help="in this process, printed as JSON")
    parser.add_argument("--write", action="store_true", help="measure nothing")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measure(options.alone)))
        return
    wanted = [] if options.write else [options.only] if options.only else list(SIZES)
    for size in wanted:
        command = [sys.executable, "-m", "benchmarks.quality.large_field", "--alone", size]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        JOURNAL.add(json.loads(done.stdout.splitlines()[-1]))
    write()


if __name__ == "__main__":
    main()
