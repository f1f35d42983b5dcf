"""A matrix of non-negative numbers as a picture with a colour bar."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tacit.plots.style import COLUMN, panels, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def heat_map(values: NDArray[np.floating], *, label: str) -> "Figure":
    """Rows downwards and columns to the right, zero at the dark end of a perceptual scale.

    Args:
        values: (m, n); NaN stays blank.
        label: what the colours stand for, with units.
    """
    m, n = values.shape
    figure, grid = panels(1, 1, COLUMN, min(COLUMN * m / n, 2 * COLUMN))
    axes = grid[0, 0]
    image = axes.imshow(values, cmap="viridis", vmin=0, interpolation="nearest", aspect="auto")
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    figure.colorbar(image, ax=axes, label=label)
    return figure
