"""What a report shows of a table: maps of it before and after, and a line a column."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Completion
from tacit.media import visible
from tacit.plots import heat_map
from tacit.report.markup import drawing, figure, listing, scroll

Values = NDArray[np.floating]

_MOST = 40
"""Columns that get a line."""
_LONGEST = 60
"""Characters of a column's name that are shown."""
_FAR = 3.0
"""Deviations at which the colours end."""
_NEARLY_ALL = 0.98
"""Share of the uncertainties below the end of their colours."""
_UNIT = "column's standard deviations"


def table_section(completion: Completion, before: Values, names: Sequence[str]) -> str:
    """Maps of the table before and after and of its uncertainty, then a line for each column.

    Columns have units of their own: the maps show each in its standard deviations from its mean.

    Args:
        completion: what was made of it.
        before: the data, NaN where missing.
        names: of the columns.
    """
    frame = _Frame.of(before)
    missing = np.isnan(before)
    named = names if any(name != str(at) for at, name in enumerate(names, 1)) else ()

    # The few entries that are most uncertain would make all others look certain: the colours end
    # below them.
    limits = (-_FAR, _FAR)
    spread = np.where(missing, completion.uncertainty, np.nan) / frame.deviation
    most = float(np.nanquantile(spread, _NEARLY_ALL))
    far = f"from its mean ({_UNIT})"

    maps = [
        (
            "Before; missing entries are grey",
            heat_map(frame.standard(before), label=far, limits=limits, columns=named),
        ),
        (
            "After",
            heat_map(frame.standard(completion.filled), label=far, limits=limits, columns=named),
        ),
        (
            "Uncertainty of what was filled in; observed entries are grey",
            heat_map(
                spread, label=f"standard deviation ({_UNIT})", limits=(0.0, most), columns=named
            ),
        ),
    ]

    figures = "\n".join(figure(caption, drawing(drawn)) for caption, drawn in maps)
    others = len(names) - _MOST
    more = f'<p class="quiet">and {others} more columns</p>' if others > 0 else ""
    lines = scroll(_lines(completion, before, names))
    return f'<div class="plots">\n{figures}\n</div>\n{lines}{more}'


class _Frame(NamedTuple):
    """Mean and standard deviation of what was observed of each column."""

    mean: Values
    deviation: Values

    @classmethod
    def of(cls, before: Values) -> "_Frame":
        seen = ~np.isnan(before)
        count = np.maximum(seen.sum(axis=0), 1)
        mean = np.where(seen, before, 0).sum(axis=0) / count
        deviation = np.sqrt((np.where(seen, before - mean, 0) ** 2).sum(axis=0) / count)
        return cls(mean, np.where(deviation > 0, deviation, 1.0))

    def standard(self, values: Values) -> Values:
        return (values - self.mean) / self.deviation


def _lines(completion: Completion, before: Values, names: Sequence[str]) -> str:
    """Share missing, means of what was observed and filled in, and uncertainty, by column."""
    rows = []
    for at, name in enumerate(names[:_MOST]):
        holes = np.isnan(before[:, at])
        seen, filled = before[~holes, at], completion.filled[holes, at]
        doubt = completion.uncertainty[holes, at]
        means = (f"{part.mean():.4g}" if part.size else "–" for part in (seen, filled, doubt))
        rows.append((visible(name, _LONGEST), f"{holes.mean():.0%}", *means))
    head = ("column", "missing", "mean of observed", "mean of filled in", "uncertainty")
    return listing(head, rows)
