"""A matrix of numbers as a picture with a colour bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tacit.media import visible
from tacit.plots.style import COLUMN, GREY, is_drawable, panels, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FLATTEST, _TALLEST = 0.45, 1.6
"""Height over width; a table that is longer or wider is squeezed."""
_NAMED, _LETTERS = 20, 14


@styled
def heat_map(
    values: NDArray[np.floating],
    *,
    label: str,
    limits: tuple[float, float] | None = None,
    columns: Sequence[str] = (),
) -> "Figure":
    """Rows downwards and columns to the right, counted from 1; NaN is grey.

    Args:
        values: (m, n).
        label: what the colours stand for, with units.
        limits: values at which the colours end, those below zero of another hue; by default zero
            and the largest value.
        columns: names of the columns, shown where there are few, as they are typed; a name in
            letters that the font has not, or that run from right to left, gives way to its number.
    """
    from matplotlib import colormaps

    m, n = values.shape
    figure, grid = panels(1, 1, COLUMN, COLUMN * float(np.clip(m / n, _FLATTEST, _TALLEST)))
    axes = grid[0, 0]
    low, high = limits or (0, None)
    ends = "neither" if limits is None else "both" if low < 0 else "max"
    image = axes.imshow(
        values,
        cmap=colormaps["RdBu_r" if low < 0 else "viridis"].with_extremes(bad=GREY),
        vmin=low,
        vmax=high,
        aspect="auto",
        extent=(0.5, n + 0.5, m + 0.5, 0.5),
    )
    if 0 < len(columns) <= _NAMED:
        # Names are a user's: text, never mathematics; a number stands for what cannot be drawn.
        short = [visible(name, _LETTERS) for name in columns]
        shown = [name if is_drawable(name) else f"{at}" for at, name in enumerate(short, 1)]
        axes.set_xticks(range(1, n + 1), shown, rotation=90, parse_math=False)
    else:
        axes.set_xlabel("column")
    axes.set_ylabel("row")
    figure.colorbar(image, ax=axes, label=label, extend=ends)
    return figure
