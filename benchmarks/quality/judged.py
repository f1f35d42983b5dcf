"""How true a completion's own words are: its held-out error, its deviations, its intervals."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Completion

LEVEL = 0.95
UNKNOWN = "too few held out"
"""In place of a number where nothing could be calibrated."""

Answer = NDArray | Completion


def filled(answer: Answer) -> NDArray:
    """The filled data, whatever else a method gave."""
    return answer.filled if isinstance(answer, Completion) else np.asarray(answer)


def judged(answer: Answer, truth: NDArray, hidden: NDArray[np.bool_]) -> dict[str, Any]:
    """What a completion said of its errors beside those it made, over the hidden entries.

    Empty for a method that says nothing of them. `held_out_ratio`: the error predicted by the
    held-out entries over the true one, root mean squares both; `stated_ratio`: the root mean square
    of the stated deviations over the same; `cover`: the share of hidden entries within the 95 %
    intervals. None where nothing was calibrated.
    """
    if not isinstance(answer, Completion):
        return {}
    error = rms((answer.filled - truth)[hidden])
    return {
        "held_out_ratio": _known(answer.choice.held_out / error),
        "stated_ratio": _known(rms(answer.uncertainty[hidden]) / error),
        "cover": cover(*answer.interval(LEVEL), truth, hidden),
        "holes": answer.holes,
        "chosen": str(answer.choice.blend),
        "notes": list(answer.notes),
    }


def cover(
    lower: NDArray, upper: NDArray, truth: NDArray, hidden: NDArray[np.bool_]
) -> float | None:
    """The share of the hidden entries between the ends; None where the ends are not known."""
    low, high, values = lower[hidden], upper[hidden], truth[hidden]
    if np.isnan(low).all():
        return None
    return float(np.mean((low <= values) & (values <= high)))


def rms(values: NDArray) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.asarray(values, float) ** 2)))


def ratio_cell(value: float | None) -> str:
    """A ratio as a table shows it."""
    return UNKNOWN if value is None else f"{value:.2f}"


def cover_cell(value: float | None) -> str:
    """A covered share as a table shows it."""
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def own_words(title: str, rows: dict[str, dict[str, Any] | None]) -> list[str]:
    """A table of what Tacit said of its errors, what it took the holes for, and what it chose.

    Args:
        title: of the column of names.
        rows: by name, with what `judged` gave; None where Tacit was not measured.
    """
    lines = [
        f"| {title} | held-out / true | 95 % cover | stated / true | holes | chosen |",
        "|---|---:|---:|---:|---|---|",
    ]
    for name, row in rows.items():
        if row is None:
            lines.append(f"| {name} |" + " not measured |" * 5)
            continue
        cells = [ratio_cell(row["held_out_ratio"]), cover_cell(row["cover"])]
        cells += [ratio_cell(row["stated_ratio"]), row["holes"], row["chosen"]]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
