"""Complete the Hangzhou metro by each method, and write `series.md`.

    python -m benchmarks.quality.series                       # everything, about 20 minutes
    python -m benchmarks.quality.series --only "random 30"    # rows whose name holds this
    python -m benchmarks.quality.series --again Tacit         # a method anew
    python -m benchmarks.quality.series --write               # the table of what has been measured

Rows that an earlier, interrupted call had finished are kept in `series.jsonl` (not committed).
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import filled, judged, own_words, rms
from benchmarks.quality.methods import COLOUR_METHODS, STEPS, Method
from benchmarks.quality.metro import LATC, PATH, hidden, metro
from tacit.completion import Completion, complete

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "series.jsonl", ("mask", "method"))
SEED = 0
OURS = "Tacit"
MATRIX = "Tacit (matrix)"
RIDGE = 1.0
"""Days that a station's mean is worth beside those of one time of its day."""
TARGETS = {
    "random 30 %": 25.0,
    "random 70 %": 28.3,
    "random 90 %": 34.5,
    "whole days 30 %": 42.0,
    "whole days 70 %": 47.0,
    "blackout 30 %": 28.6,
}


def tacit(data: NDArray, missing: NDArray, seed: int) -> Completion:
    """`complete` on its defaults."""
    axes = ("item", "time", "time")
    return complete(data, missing, axes=axes, key=jax.random.key(seed))


def tacit_matrix(data: NDArray, missing: NDArray, seed: int) -> NDArray:
    """`complete` on the matrix of stations by time, of which nobody said that it has days."""
    stations, slots, days = data.shape

    def unfold(values: NDArray) -> NDArray:
        return values.transpose(0, 2, 1).reshape(stations, days * slots)

    axes = ("item", "time")
    found = complete(unfold(data), unfold(missing), axes=axes, key=jax.random.key(seed))
    return found.filled.reshape(stations, days, slots).transpose(0, 2, 1)


def time_means(data: NDArray, missing: NDArray, seed: int) -> NDArray:
    """The mean of a station at a time of day over its days, drawn to the station's mean."""
    del seed
    seen = np.where(missing, 0.0, data)
    count = (~missing).sum(axis=2, keepdims=True)
    every = seen.sum(axis=(1, 2), keepdims=True) / (~missing).sum(axis=(1, 2), keepdims=True)
    means = (seen.sum(axis=2, keepdims=True) + RIDGE * every) / (count + RIDGE)
    return np.where(missing, means, data)


METHODS: dict[str, Method] = {
    "station-time means": time_means,
    **COLOUR_METHODS,
    MATRIX: tacit_matrix,
    OURS: tacit,
}
COLUMNS = ("station-time means", "HaLRTC", "TNN", "TCTV", MATRIX, OURS)
"""Of the table: orientations are one method, at its best on the hidden entries."""


def measured(mask: str, method: str) -> dict:
    """Errors and seconds of one method."""
    truth = metro()
    missing = hidden(mask, truth.shape)
    data = np.where(missing, np.nan, truth)
    began = time.perf_counter()
    answer = METHODS[method](data, missing, SEED)
    seconds = time.perf_counter() - began
    error = filled(answer) - truth
    return {
        "rmse": rms(error[missing & (truth != 0)]),
        "rmse_all": rms(error[missing]),
        "seconds": seconds,
        **judged(answer, truth, missing),
    }


def measure(only: str) -> None:
    """Add to the journal every row and method that it lacks."""
    if not PATH.exists():
        sys.exit(f"{PATH} is not at hand")
    known = JOURNAL.rows()
    for mask in LATC:
        for method in METHODS if only in mask else ():
            if (mask, method) not in known:
                JOURNAL.add({"mask": mask, "method": method, **measured(mask, method)})


def best(rows: dict[tuple, dict], mask: str, column: str) -> tuple[dict, str] | None:
    """The row of a column, of several orientations the one of least error, with its name."""
    found = [
        (row, method) for (at, method), row in rows.items() if at == mask and _is(method, column)
    ]
    return min(found, key=lambda pair: pair[0]["rmse"]) if found else None


def _is(method: str, column: str) -> bool:
    return method == column or method.startswith(f"{column}, ")


def table(value: str, digits: int) -> list[str]:
    """A row a mask, a column a method, the least in bold, the published figures beside."""
    rows, published = JOURNAL.rows(), value == "rmse"
    head = ["hidden", *COLUMNS, *["LATC (published)", "target"] * published]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for mask in LATC:
        found = {column: best(rows, mask, column) for column in COLUMNS}
        cells = dict.fromkeys(COLUMNS, "not measured")
        for name, pair in found.items():
            if pair is not None:
                row, method = pair
                turned = f" ({method.split(', ')[1]})" if method != name and published else ""
                cells[name] = f"{row[value]:.{digits}f}{turned}"
        there = {name: pair[0][value] for name, pair in found.items() if pair}
        if there and value != "seconds":
            least = min(there, key=lambda name: there[name])
            cells[least] = f"**{cells[least]}**"
        further = [f"{LATC[mask]:.2f}", f"{TARGETS[mask]:.1f}"] if published else []
        lines.append(f"| {mask} | {' | '.join([*cells.values(), *further])} |")
    return lines


def summary() -> str:
    """How many targets are met."""
    rows = JOURNAL.rows()
    ours = {mask: rows[mask, OURS] for mask in LATC if (mask, OURS) in rows}
    if not ours:
        return "Tacit was not measured."
    met = sum(row["rmse"] <= TARGETS[mask] for mask, row in ours.items())
    ratios = [row["held_out_ratio"] for row in ours.values()]
    near = sum(ratio is not None and 1 / 1.3 <= ratio <= 1.3 for ratio in ratios)
    covered = sum(0.9 <= (row["cover"] or 0) <= 0.98 for row in ours.values())
    return (
        f"Of {len(ours)} rows, {met} meet the target, {near} predict their error within a factor "
        f"of 1.3, and {covered} cover 90 to 98 % of the hidden entries (targets: all)."
    )


def write() -> None:
    """Write `series.md` of what has been measured."""
    text = [
        "# Completing series",
        "",
        "`python -m benchmarks.quality.series`",
        "",
        machine(),
        "",
        "Passengers that enter the 80 stations of the Hangzhou metro in 108 slots of ten minutes "
        "on 25 days, station × time of day × day; masks of seed 1000 as in transdim's notebooks: "
        "single entries, whole days of a station, or windows of six slots at all stations at once "
        "(blackout). `Tacit` is `tacit.complete(data, missing, axes=("
        '"item", "time", "time"))` with nothing else set; `Tacit (matrix)` is the same '
        'of the matrix of stations by 2,700 times, `axes=("item", "time")`. TNN and TCTV are taken '
        f"in three orientations, {STEPS} steps each with a growing penalty, and the best on the "
        "hidden entries is shown; station-time means are those of a station at a time of day, "
        f"drawn to the station's mean by a ridge worth {RIDGE:g} day. LATC's figures are "
        "published, the best of 20 settings on the hidden entries.",
        "",
        summary(),
        "",
        "## RMSE over hidden entries whose truth is not zero",
        "",
        *table("rmse", 2),
        "",
        "## RMSE over all hidden entries",
        "",
        *table("rmse_all", 2),
        "",
        "## What Tacit says of its errors",
        "",
        "Over all hidden entries: the error predicted by the held-out entries over the true one, "
        "the share within the 95 % intervals, and the root mean square of the stated deviations "
        "over the true error.",
        "",
        *own_words("hidden", {name: JOURNAL.rows().get((name, OURS)) for name in LATC}),
        "",
        "## Seconds of one call",
        "",
        "What is not yet in the compile cache is compiled in this time.",
        "",
        *table("seconds", 1),
        "",
    ]
    (HERE / "series.md").write_text("\n".join(text))


if __name__ == "__main__":
    JOURNAL.command(__doc__, measure, write)
