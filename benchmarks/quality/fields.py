"""Fill fields and series by each method, and write `fields.md`.

    make -C benchmarks peers                                  # once: the peers' environment
    python -m benchmarks.quality.fields                       # everything, about an hour
    python -m benchmarks.quality.fields --only "sea 0"        # rows whose name holds this
    python -m benchmarks.quality.fields --again Tacit         # a method anew
    python -m benchmarks.quality.fields --write               # the table of what has been measured

Rows that an earlier, interrupted call had finished are kept in `fields.jsonl` (not committed).
"""

import os
import time
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.interpolate import griddata

from benchmarks.machine import machine
from benchmarks.quality.field_rows import PEERS, ROWS, Field
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import judged, own_words, rms
from benchmarks.quality.methods import explicit
from benchmarks.quality.peers.worker import LIMIT, call
from tacit.completion import complete, hold_out
from tacit.dynamics import DINEOF as EOFs
from tacit.dynamics import TNN
from tacit.models import Direct
from tacit.observers import held_out
from tacit.operators import Entries
from tacit.problems import Problem
from tacit.runs import Schedule, Stalled, run

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "fields.jsonl", ("row", "method"))
OURS, DINEOF = "Tacit", "DINEOF"
SEED = 0
LARGE = 10_000
"""Entries of a map-day or series beyond which kriging, whose cost is their cube, is not asked."""

FEWEST = 10
"""Places of a day from which others of that day are filled."""
WIDE = 1000
"""Columns beyond which MICE is not asked: of the 4,800 of a sea it was not done in 240 s."""

Found = tuple[NDArray, dict[str, Any]] | str
"""An answer and what it said of itself, or why there is none."""


def tacit(field: Field) -> Found:
    """`complete` on its defaults."""
    outside = field.land if field.land.any() else None
    answer = complete(field.data, outside=outside, key=jax.random.key(SEED), **field.options)
    return answer.filled, judged(answer, field.values, field.hidden)


def dineof(field: Field) -> Found:
    """Empirical orthogonal functions; their number by the entries that `complete` holds out."""
    data = field.data
    if data.ndim == 1:
        return "one series"
    sea = ~field.land.all(axis=0)
    matrix = data[:, sea]
    missing = np.isnan(matrix)
    ordered = (0,) if data.ndim == 2 else (0, 1, 2)
    outside = field.land if field.land.any() else None
    sets, _ = hold_out(np.isnan(data), ordered, outside=outside, key=jax.random.key(SEED))
    held = sets[0][:, sea]
    centre = matrix[~missing].mean()
    start = Direct.zeros(matrix.shape)
    part, apart, whole = (
        Problem(operator, operator.mv(jnp.asarray(np.where(missing, 0, matrix - centre), "f4")))
        for operator in map(Entries.from_mask, (~missing & ~held, held, ~missing))
    )
    path = run(
        part,
        start,
        EOFs(),
        Schedule.every(10, 3000),
        (held_out(apart),),
        stop=Stalled("held_out", 15),
        keep="best",
        chunk=5,
    )
    steps = max(int(path.step[int(path.best)]), 1)
    final = run(whole, start, EOFs(), Schedule([0, steps]), ()).model
    filled = data.copy()
    filled[:, sea] = np.where(missing, np.asarray(final(), float) + centre, matrix)
    return filled, {"steps": steps}


def in_time(kind: str) -> Any:
    """`xarray.DataArray.interpolate_na` along time; the ends hold the nearest value."""

    def method(field: Field) -> Found:
        return _rest_in_time(field.data, kind), {}

    return method


def _rest_in_time(values: NDArray, kind: Any = "linear") -> NDArray:
    """What is missing yet, from the times before and after."""
    array = xr.DataArray(values, dims=("time", *"yx"[: values.ndim - 1]))
    between = array.interpolate_na("time", method=kind)
    ends = array.interpolate_na("time", method="nearest", fill_value="extrapolate")
    return between.fillna(ends).values


def in_space(field: Field) -> Found:
    """Lines between the places seen on a day, over their triangles; beyond, the nearest.

    Of days of which next to nothing is seen, lines in time.
    """
    if field.data.ndim < 3:
        return "no map"
    filled = field.data.copy()
    for day, land in zip(filled, field.land, strict=True):
        seen = np.isfinite(day)
        places = np.argwhere(seen)
        if seen.sum() < FEWEST or np.ptp(places, axis=0).min() == 0:
            continue
        for kind in ("linear", "nearest"):
            wanted = np.isnan(day) & ~land
            day[wanted] = griddata(places, day[seen], np.argwhere(wanted), method=kind)
    return _rest_in_time(filled), {}


def tensor_nuclear_norm(field: Field) -> Found:
    """TNN, days as tubes: least nuclear norms of the maps' Fourier components."""
    if field.data.ndim < 3:
        return "two axes"
    data = np.moveaxis(field.data, 0, 2)
    centre = np.nanmean(data)
    missing = np.isnan(data)
    filled = np.asarray(explicit(TNN())(np.where(missing, 0, data - centre), missing, SEED))
    return np.moveaxis(filled + centre, 2, 0), {}


def peer(name: str) -> Any:
    """A method of the peers' environment."""

    def method(field: Field) -> Found:
        data = field.data
        if name == "MICE" and data.ndim == 1:
            return "one series"
        if name == "MICE" and data[0].size > WIDE:
            return "too wide"
        if name == "kriging" and data.ndim == 2:
            return "no map"
        if name == "kriging" and data.size > LARGE * (40 if data.ndim == 3 else 1):
            return "too large"
        (found,) = call(PEERS, name, {"data": data}, [{}])
        if found is None:
            return f"not in {LIMIT:.0f} s"
        return _rest_in_time(found.predicted) if name == "kriging" else found.predicted, {}

    return method


METHODS = {
    "lines in time": in_time("linear"),
    "Akima in time": in_time("akima"),
    "lines in space": in_space,
    "kriging": peer("kriging"),
    "MICE": peer("MICE"),
    "TNN": tensor_nuclear_norm,
    DINEOF: dineof,
    OURS: tacit,
}


def measure(only: str) -> None:
    """Add to the journal every row and method that it lacks."""
    known = JOURNAL.rows()
    for name, make in ROWS.items():
        asked = [method for method in METHODS if only in f"{name}, {method}"]
        wanted = [method for method in asked if (name, method) not in known]
        field = make() if wanted else None
        for method in wanted if field is not None else ():
            assert field is not None
            began = time.perf_counter()
            found = METHODS[method](field)
            row: dict[str, Any] = {"row": name, "method": method}
            if isinstance(found, str):
                JOURNAL.add({**row, "why": found})
                continue
            filled, words = found
            # Of places that are never seen some methods say nothing.
            filled = np.where(np.isnan(filled), np.nanmean(field.data), filled)
            error = rms((filled - field.values)[field.hidden])
            seconds = time.perf_counter() - began
            JOURNAL.add({**row, "rmse": float(error), "seconds": seconds, **words})


def table(value: str, digits: int) -> list[str]:
    """A row a field, a column a method, the least in bold."""
    rows = JOURNAL.rows()
    further = ["Tacit / best other", "Tacit / DINEOF"] * (value == "rmse")
    head = ["field", *METHODS, *further]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name in ROWS:
        found = {m: rows.get((name, m), {"why": "not measured"}) for m in METHODS}
        there = {m: row[value] for m, row in found.items() if value in row}
        least = min(there, key=lambda m: there[m], default="") if value == "rmse" else ""
        cells = [
            row["why"]
            if value not in row
            else f"**{row[value]:.{digits}f}**"
            if m == least
            else f"{row[value]:.{digits}f}"
            for m, row in found.items()
        ]
        cells += [
            "not measured" if ratio is None else f"{ratio:.3f}" for ratio in ratios(name, rows)
        ] * bool(further)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def ratios(name: str, rows: dict[tuple, dict]) -> tuple[float | None, float | None]:
    """Our error over that of the best other method, and over that of DINEOF."""
    errors = {m: rows[name, m]["rmse"] for m in METHODS if "rmse" in rows.get((name, m), {})}
    if OURS not in errors or len(errors) < 2:
        return None, None
    ours = errors.pop(OURS)
    return ours / min(errors.values()), ours / errors[DINEOF] if DINEOF in errors else None


def summary() -> str:
    """How many targets are met."""
    rows = JOURNAL.rows()
    both = [ratios(name, rows) for name in ROWS]
    best = [ratio for ratio, _ in both if ratio is not None]
    eofs = [ratio for _, ratio in both if ratio is not None]
    covers = [rows[name, OURS]["cover"] or 0 for name in ROWS if (name, OURS) in rows]
    if not best or not eofs:
        return "Tacit was not measured."
    return (
        f"Of {len(best)} rows Tacit is the best in {sum(ratio <= 1 for ratio in best)} (target: "
        f"80 %); the worst is {max(best):.2f} times the best other (target: 1.05). Against DINEOF "
        f"the median ratio is {median(eofs):.2f} (target: 0.90). The 95 % intervals cover 90 to "
        f"98 % in {sum(0.9 <= cover <= 0.98 for cover in covers)} of {len(covers)}."
    )


def write() -> None:
    """Write `fields.md` of what has been measured."""
    text = [
        "# Filling fields and series",
        "",
        "`python -m benchmarks.quality.fields`",
        "",
        machine(),
        "",
        "`sea`: an invented sea of 365 days, 60 × 80 places (`sea.py`; the number is its seed), "
        "under clouds that the wind moves by nine places a day (slow: by one and a half), or with "
        "whole days lost; `small sea`: 40 days, 24 × 32 places. El Niño: 732 months; CO₂: 2,284 "
        "weeks of Mauna Loa, both of statsmodels; gaps are of six months and of a quarter. Metro: "
        "2,700 times of 80 stations, hidden as in `series.md`. `Tacit` is `tacit.complete(data)` "
        "that is told which axes are time, row and column, and what is land, on its defaults (60 "
        "s). Errors are against what the instrument would have measured. DINEOF is "
        "`tacit.dynamics.DINEOF`, its rank by the entries that Tacit holds out; lines and Akima's "
        "splines in time are `interpolate_na` of xarray; kriging is PyKrige's, ordinary, with a "
        "spherical variogram fitted each day; MICE is scikit-learn's `IterativeImputer`; TNN takes "
        "days as tubes.",
        "",
        "The rivals ran beside other work, Tacit on nearly quiet cores; Tacit on the metro as a "
        "matrix is measured in `series.md`.",
        "",
        summary(),
        "",
        "## RMSE over hidden entries",
        "",
        *table("rmse", 3),
        "",
        "## What Tacit says of its errors",
        "",
        "The error predicted by the held-out entries over the true one, the share within the 95 % "
        "intervals, and the root mean square of the stated deviations over the true error.",
        "",
        *own_words("field", {name: JOURNAL.rows().get((name, OURS)) for name in ROWS}),
        "",
        "## Seconds of one call",
        "",
        "What is not yet in the compile cache is compiled in this time.",
        "",
        *table("seconds", 1),
        "",
    ]
    (HERE / "fields.md").write_text("\n".join(text))


if __name__ == "__main__":
    JOURNAL.command(__doc__, measure, write)
