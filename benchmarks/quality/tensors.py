"""Complete generated tensors by each method, and write `tensors.md`.

    python -m benchmarks.quality.tensors                    # everything, about two hours
    python -m benchmarks.quality.tensors --only "train"     # rows whose name holds this
    python -m benchmarks.quality.tensors --again Tacit      # a method anew
    python -m benchmarks.quality.tensors --write            # the table of what has been measured

Rows that an earlier, interrupted call had finished are kept in `tensors.jsonl` (not committed).
"""

import itertools
import math
import os
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np

from benchmarks.machine import machine
from benchmarks.quality.cubes import KINDS, NOISES, SHAPES, SHARES, Cube, generated
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import cover_cell, filled, judged, ratio_cell, rms
from benchmarks.quality.methods import explicit
from benchmarks.quality.peers.worker import call
from tacit.completion import complete
from tacit.dynamics import HaLRTC

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "tensors.jsonl", ("row", "method"))
MODULE = "benchmarks.quality.peers.tensors"
INITS = ("svd", "random")
LIMIT = 180.0
"""Seconds for one start of a peer."""
OURS, COLUMNS = "Tacit", ("HaLRTC", "tensorly CP", "tensorly Tucker", "Tacit")
NEAR, EXACT = 1.05, 1e-3
"""What is as good as the best: within 5 %, or both of them without error but for rounding."""
ROWS = {
    f"{kind}, order {order}, noise {noise}, {share} % seen": (kind, order, noise, share)
    for share, noise, order, kind in itertools.product(SHARES, NOISES, SHAPES, KINDS)
}


def tacit(cube: Cube) -> dict:
    """`complete` on its defaults."""
    data = np.where(cube.observed, cube.values, np.nan)
    began = time.perf_counter()
    answer = complete(data, key=jax.random.key(0))
    seconds = time.perf_counter() - began
    error = rms((filled(answer) - cube.truth)[~cube.observed])
    told = judged(answer, cube.values, ~cube.observed)
    return {"error": error, "seconds": seconds, **told}


def halrtc(cube: Cube) -> dict:
    """HaLRTC on its defaults."""
    began = time.perf_counter()
    data = np.where(cube.observed, cube.values, 0.0)
    answer = explicit(HaLRTC())(data, ~cube.observed, 0)
    seconds = time.perf_counter() - began
    return {"error": rms((filled(answer) - cube.truth)[~cube.observed]), "seconds": seconds}


def tensorly(cube: Cube, method: str) -> dict:
    """A peer with the true rank, from either start, the better on the hidden entries."""
    arrays = {"values": cube.values, "observed": cube.observed}
    rank = cube.rank if method == "CP" else list(cube.multirank)
    found = []
    for init in INITS:
        (answer,) = call(MODULE, method, arrays, [{"rank": rank, "init": init}], limit=LIMIT)
        if answer is not None and np.isfinite(answer.predicted).all():
            error = rms((answer.predicted - cube.truth)[~cube.observed])
            found.append({"error": error, "seconds": answer.seconds, "init": init})
    return min(found, key=lambda row: row["error"]) if found else {"error": None, "seconds": None}


METHODS = {
    "HaLRTC": halrtc,
    "tensorly CP": lambda cube: tensorly(cube, "CP"),
    "tensorly Tucker": lambda cube: tensorly(cube, "Tucker"),
    OURS: tacit,
}


def measure(only: str) -> None:
    """Add to the journal every row and method that it lacks."""
    for row, settings in ROWS.items():
        for method, answer in METHODS.items() if only in row else ():
            if (row, method) not in JOURNAL.rows():
                JOURNAL.add({"row": row, "method": method, **answer(generated(*settings))})


def errors_of(row: str) -> dict[str, float]:
    """What each method erred in a row, infinite where it failed; of those that were measured."""
    known = JOURNAL.rows()
    found = {name: known[row, name]["error"] for name in COLUMNS if (row, name) in known}
    return {name: math.inf if error is None else error for name, error in found.items()}


def table() -> list[str]:
    """A line a row, the least error in bold."""
    head = "| tensor | " + " | ".join(COLUMNS) + " |"
    lines = [head, "|---|" + "---:|" * len(COLUMNS)]
    for row in ROWS:
        errors = errors_of(row)
        if set(errors) != set(COLUMNS):
            continue
        least = min(errors.values())
        cells = []
        for name in COLUMNS:
            cell = f"{errors[name]:.2g}" if math.isfinite(errors[name]) else "failed"
            cells.append(f"**{cell}**" if errors[name] == least else cell)
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def own_words() -> list[str]:
    """What Tacit said of its errors, and what it chose."""
    lines = [
        "| tensor | held-out / true | 95 % cover | seconds | chosen |",
        "|---|---:|---:|---:|---|",
    ]
    for row in ROWS:
        found = JOURNAL.rows().get((row, OURS))
        if found is not None:
            cells = [ratio_cell(found["held_out_ratio"]), cover_cell(found["cover"])]
            cells += [f"{found['seconds']:.0f}", found["chosen"]]
            lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def summary() -> str:
    """In how many rows we are best, or near it."""
    rows = [errors for row in ROWS if set(errors := errors_of(row)) == set(COLUMNS)]
    good = sum(errors[OURS] <= max(NEAR * min(errors.values()), EXACT) for errors in rows)
    share = f" ({good / len(rows):.0%})" if rows else ""
    missing = len(ROWS) - len(rows)
    rest = f" {missing} of {len(ROWS)} rows were not measured." if missing else ""
    return (
        f"Of {len(rows)} rows, Tacit is the best, or within 5 % of it, in {good}{share} (target: "
        f"80 %); errors below {EXACT:g} count as none.{rest}"
    )


def write() -> None:
    """Write `tensors.md` of what has been measured."""
    sides = " and ".join(" × ".join(map(str, shape)) for shape in SHAPES.values())
    text = [
        "# Completing tensors of low rank",
        "",
        "`python -m benchmarks.quality.tensors`",
        "",
        machine(),
        "",
        f"Tensors of {sides}, of unit mean square, one draw each: of CP rank 5; of multilinear "
        "ranks (3, 4, 5) or (2, 3, 3, 4); of train ranks (3, 4) or (3, 4, 3); hierarchical over "
        "(0, (1, 2)) or ((0, 1), (2, 3)) with three components a node. Single entries are seen, "
        "without noise or with noise of 20 dB. `Tacit` is `tacit.complete(data)` with nothing "
        "else set: no rank, no axes, 60 seconds. The others are told the ranks: tensorly's "
        "`tucker(mask=)` those of the unfoldings, `parafac(mask=)` a number of components of which "
        "the tensor surely is a sum; each from both starts (`svd`, `random`), 1,000 steps and "
        f"{LIMIT:.0f} seconds at most, and the better on the hidden entries is shown. HaLRTC is "
        "told nothing and runs 120 steps.",
        "",
        summary(),
        "",
        "## Root mean square error over hidden entries, against the truth without noise",
        "",
        *table(),
        "",
        "## What Tacit says of its errors",
        "",
        "Against the hidden entries with their noise. What is not yet in the compile cache is "
        "compiled in the seconds of the call.",
        "",
        *own_words(),
        "",
    ]
    (HERE / "tensors.md").write_text("\n".join(text))


if __name__ == "__main__":
    JOURNAL.command(__doc__, measure, write)
