"""Phase diagrams of sweeps."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from tacit.plots.style import COLUMN, label, panels, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def phase_diagram(
    dataset: "xr.Dataset",
    x: str,
    y: str,
    value: str,
    *,
    colours: Literal["linear", "log"] = "linear",
) -> "Figure":
    """The number `value` over the plane of two swept axes, one cell for each pair.

    Cells have equal sides and carry the values of their axes, so unevenly spaced sweeps read well.
    Cells without a number are hatched.

    Args:
        dataset: a sweep; `value` must have the axes `x` and `y` and no other.
        x: the axis along the horizontal.
        y: the axis along the vertical.
        value: name of the variable shown.
        colours: scale of the colours.

    Raises:
        ValueError: if `value` has other axes.
    """
    from matplotlib.colors import LogNorm, Normalize

    field = dataset[value]
    if set(field.dims) != {x, y}:
        raise ValueError(
            f"phase_diagram: {value} has axes {field.dims}, not {x} and {y}; select or average"
        )
    rows, columns = field.sizes[y], field.sizes[x]
    height = 0.9 + min(3.2, max(1.0, 2.4 * rows / columns))
    figure, grid = panels(1, 1, COLUMN, height)
    axes = grid[0, 0]
    axes.set_facecolor("white")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("#C8C8C8")
    cells = np.ma.masked_invalid(field.transpose(y, x).values.astype(float))
    image = axes.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        cells,
        cmap="cividis",
        norm=LogNorm() if colours == "log" else Normalize(),
        rasterized=True,
    )
    _ticks(axes, "x", field[x])
    _ticks(axes, "y", field[y])
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    bar = figure.colorbar(image, ax=axes, label=label(field), pad=0.03)
    bar.outline.set_linewidth(0.6)  # pyright: ignore[reportCallIssue]
    return figure


def _ticks(axes: "Axes", which: Literal["x", "y"], coordinate: "xr.DataArray") -> None:
    """A tick in the middle of every cell, or of every few, with the value of its axis."""
    count = coordinate.size
    every = -(-count // 8)
    at = range(0, count, every)
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(at), [_short(coordinate.values[index]) for index in at])
    axis.set_tick_params(length=2)
    axis.set_label_text(label(coordinate))


def _short(value: object) -> str:
    """A number as 0.01, 25 or, where that is long, 10⁻⁵."""
    if not isinstance(value, int | float | np.number):
        return str(value)
    number = float(value)
    exponent = np.log10(abs(number)) if number else 0.0
    if abs(exponent) >= 3 and float(exponent).is_integer():
        return f"$10^{{{int(exponent)}}}$"
    return f"{number:.3g}"
