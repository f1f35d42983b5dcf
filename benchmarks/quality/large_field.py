"""Fill a year of a large field, and write `large_field.md`.

python -m benchmarks.quality.large_field    # some ten minutes
"""

import os
import resource
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax

from benchmarks.machine import machine
from benchmarks.quality.field_rows import of_sea
from benchmarks.quality.fields import in_time
from benchmarks.quality.judged import cover_cell, judged, ratio_cell, rms
from tacit.completion import complete

PAGE = Path(__file__).parent / "large_field.md"
SHAPE = (365, 200, 300)
SHARE = 0.5
"""Of the sea that clouds hide."""
BUDGET = 480.0
"""Seconds: what is beside the search and the answer is to fit into ten minutes as well."""


def main() -> None:
    """Measure, and write the page."""
    field = of_sea(0, SHARE, SHAPE)
    lines, _ = in_time("linear")(field)
    of_lines = rms((lines - field.values)[field.hidden])
    del lines

    began = time.perf_counter()
    answer = complete(
        field.data, outside=field.land, budget=BUDGET, key=jax.random.key(0), **field.options
    )
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    of_ours = rms((answer.filled - field.values)[field.hidden])
    own = judged(answer, field.values, field.hidden)

    days, rows, columns = SHAPE
    text = [
        "# A year of a large field",
        "",
        "`python -m benchmarks.quality.large_field`",
        "",
        machine(),
        "",
        f"The invented sea of `sea.py`, {days} × {rows} × {columns}, {field.values.size / 1e6:.1f} "
        f"million numbers with its land, {SHARE:.0%} of the sea under clouds; `tacit.complete` is "
        f"told the axes, the land and a budget of {BUDGET:.0f} s. Seconds of the call; peak memory "
        "of the process, its data and truth included; errors are root mean squares over hidden "
        "entries. Targets: 600 s and 8 GiB.",
        "",
        "| | |",
        "|---|---:|",
        f"| seconds | {seconds:.0f} |",
        f"| peak memory, GiB | {peak:.1f} |",
        f"| error of Tacit | {of_ours:.3f} |",
        f"| error of lines in time | {of_lines:.3f} |",
        f"| error predicted by the held-out entries, over the true one | "
        f"{ratio_cell(own['held_out_ratio'])} |",
        f"| hidden entries within the 95 % intervals | {cover_cell(own['cover'])} |",
        "",
        f"Chosen: {own['chosen']}.",
        "",
        *(f"- {note}" for note in own["notes"]),
        "",
    ]
    PAGE.write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
