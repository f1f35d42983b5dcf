"""Grids of grey pictures on one common scale."""

import textwrap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tacit.plots.style import PAGE, PALETTE, label, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGEST, _IN_A_ROW, _LINE, _GAP = 1.25, 8, 0.12, 0.06


@styled
def pictures(
    dataset: "xr.Dataset",
    name: str,
    *,
    rows: str | None = None,
    columns: str | None = None,
    vmin: float | int = 0,
    vmax: float | int | None = None,
) -> "Figure":
    """The pictures `dataset[name]` in rows and columns, black at `vmin` and white at `vmax` in all.

    Texts `dataset[f"{name}_caption"]` along the leading axes stand below the pictures, if there are
    any. Pictures along one axis form a row, which is broken where there are more than 8. NaN is
    blue. The figure is no wider than a page.

    Args:
        dataset: with `name` along one or two leading axes and then the two axes of a picture.
        name: the variable shown.
        rows: the leading axis, or a coordinate along it, whose values name the rows.
        columns: the same for the columns. By default two leading axes are rows and columns, and a
            single one is columns.
        vmin: the value that is black.
        vmax: the value that is white; by default the largest of all pictures.

    Raises:
        ValueError: if `name` has other axes, or there are no pictures.
    """
    from matplotlib.figure import Figure

    stack = dataset[name]
    rows, columns = _leading(stack, rows, columns)
    across = [stack[along].dims[0] for along in (rows, columns) if along]
    stack = stack.transpose(*across, ...)
    values = stack.values.reshape(-1, *stack.shape[-2:]).astype(float)
    below = dataset.get(f"{name}_caption")
    captions = [] if below is None else below.transpose(*across).values.ravel().tolist()
    layout = _arrange(stack, len(values), _values(stack, rows), _values(stack, columns), captions)
    figure = Figure(figsize=layout.size)
    if vmax is None:
        vmax = float(np.max(values, where=np.isfinite(values), initial=vmin))
    limits = float(vmin), float(vmax if vmax > vmin else vmin + 1)
    for number, picture in enumerate(values):
        axes = figure.add_axes(layout.box(number))
        _show(axes, picture, limits)
        row, column = divmod(number, layout.columns)
        if layout.captions:
            axes.set_xlabel(layout.captions[number], size=7, labelpad=2)
        if number < len(layout.titles):
            axes.set_title(layout.titles[number], pad=3)
        if layout.names and column == 0:
            axes.set_ylabel(layout.names[row], labelpad=3)
    return figure


class _Layout(NamedTuple):
    """Where the pictures stand, in inches, and the texts around them, broken into lines."""

    names: list[str]
    titles: list[str]
    captions: list[str]
    columns: int
    size: tuple[float, float]
    left: float
    shown: tuple[float, float]

    def box(self, number: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a picture in units of the figure."""
        row, column = divmod(number, self.columns)
        breadth, height = self.shown
        headed = len(self.titles) > self.columns
        top = _GAP + _depth(self.titles) * (row + 1 if headed else 1)
        top += row * (height + _depth(self.captions) + _GAP)
        x, y = self.left + column * (breadth + _GAP), self.size[1] - top - height
        return x / self.size[0], y / self.size[1], breadth / self.size[0], height / self.size[1]


def _arrange(
    stack: "xr.DataArray", count: int, names: list[str], titles: list[str], captions: list[str]
) -> _Layout:
    """As large as the page leaves room for, up to a limit."""
    rows = len(names) or -(-count // _IN_A_ROW)
    columns = -(-count // rows)
    shape = stack.shape[-2] / stack.shape[-1]
    side = min(_LARGEST, (PAGE - 0.3) / columns - _GAP)
    names = [_fitted(text, shape * side) for text in names]
    left = _GAP + _depth(names)
    side = min(_LARGEST, (PAGE - left) / columns - _GAP)
    titles, captions = (
        [_fitted(str(text), side) for text in texts] for texts in (titles, captions)
    )
    height = rows * (shape * side + _depth(captions) + _GAP) + _GAP
    height += _depth(titles) * (1 if names else rows)
    size = left + columns * (side + _GAP), height
    return _Layout(names, titles, captions, columns, size, left, (side, shape * side))


def _depth(texts: list[str]) -> float:
    """The room in inches for the text with the most lines."""
    lines = max((text.count("\n") + 1 for text in texts if text), default=0)
    return _LINE * lines + 0.05 * bool(lines)


def _leading(
    stack: "xr.DataArray", rows: str | None, columns: str | None
) -> tuple[str | None, str | None]:
    """Names of the rows and of the columns; one that is not given is the axis that is left."""
    leading = [str(dim) for dim in stack.dims[:-2]]
    given = {stack[along].dims for along in (rows, columns) if along}
    left = [dim for dim in leading if (dim,) not in given]
    if rows is None and len(leading) == 2 and left:
        rows = left.pop(0)
    if columns is None and left:
        columns = left.pop(0)
    across = sorted(str(stack[along].dims[0]) for along in (rows, columns) if along)
    if across != sorted(leading) or not leading or not stack.size:
        raise ValueError(
            f"pictures: {stack.name} has axes {stack.dims} of sizes {stack.shape}, to be shown in "
            f"rows {rows} and columns {columns}: give one or two leading axes, then a picture's"
        )
    return rows, columns


def _values(stack: "xr.DataArray", along: str | None) -> list[str]:
    """Names of rows or columns: SNN, or step = 1,000, or time t = 0.1 s."""
    if along is None:
        return []
    coordinate = stack[along]
    units = coordinate.attrs.get("units", "")
    plain = coordinate.copy()
    plain.attrs.pop("units", None)
    texts = []
    for value in coordinate.values.tolist():
        if isinstance(value, int | float):
            number = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
            texts.append(f"{label(plain)} = {number} {units}".strip())
        else:
            texts.append(str(value))
    return texts


def _fitted(text: str, inches: float) -> str:
    """The text in lines no longer than a side of a picture."""
    width = max(4, round(15 * inches))
    lines = text.splitlines()
    return "\n".join(textwrap.fill(line, width, break_long_words=False) for line in lines)


def _show(axes: "Axes", values: np.ndarray, limits: tuple[float, float]) -> None:
    """One picture in a thin frame, without ticks."""
    from matplotlib import colormaps

    grey = colormaps["gray"].with_extremes(bad=PALETTE[5])
    axes.imshow(values, cmap=grey, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.4)
