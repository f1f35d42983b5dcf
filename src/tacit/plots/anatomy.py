"""The anatomy of a spectral neural network: its matrices, their spectra and what joins them."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.plots.style import COLUMN, GREY, PAGE, PALETTE, styled, wrapped

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POSITIVE, _NEGATIVE, _BAND = PALETTE[0], PALETTE[1], (PALETTE[4], 0.5)
_BAR = "#4D4D4D"
_LEFT, _RIGHT, _HEAD, _FOOT, _ENTRY, _LINE = 0.62, 0.28, 0.5, 0.36, 0.17, 0.14


class _Layout(NamedTuple):
    """Where things stand, in inches from the lower left corner."""

    widths: tuple[int, ...]
    size: tuple[float, float]
    bottom: float
    body: float
    block: tuple[float, float]
    pitch: tuple[float, float]
    band: float
    radius: float

    def left(self, layer: int) -> float:
        """The left edge of the blocks of a layer."""
        return _LEFT + layer * self.pitch[0]

    def middle(self, layer: int, node: int) -> float:
        """The height of the middle of a block; the first is on top, narrow layers in the centre."""
        count = self.widths[layer]
        apart = min(self.body / count, 1.5 * self.pitch[1])
        return self.bottom + self.body / 2 + ((count - 1) / 2 - node) * apart


@styled
def anatomy(dataset: "xr.Dataset") -> "Figure":
    """A spectral neural network from its inputs (left) to its output (right) [chu2024].

    A block is a matrix, and the bars in it are its singular values, on one scale in all blocks.
    The band at its right edge is the activation Γ of its singular values; the lines that end in Σ
    are the weights α of the aggregation, wide where |α| is large, with the colour of their sign.

    Args:
        dataset: of a network of widths K_1, …, K_D, as wide as a column for D = 1 and as a page for
            deeper ones: `spectrum(layer, node, index)` for the layers 0, …, D,
            `mixer(step, source, target)` for the steps 1, …, D, both NaN where a layer has no such
            node, and `width(layer)`, K_1, …, K_D, 1. Attributes: `shape`, such as "10 × 10";
            `activation`, such as "tanh", or "none", for which no band is drawn; `parameters`.

    Raises:
        ValueError: if the last layer has not one matrix, or the widths and the weights differ.
    """
    from matplotlib.figure import Figure

    widths = tuple(int(width) for width in dataset["width"].values)
    weights = dataset["mixer"].transpose("step", "source", "target").values
    _check(widths, weights)
    spectra = dataset["spectrum"].transpose("layer", "node", "index").values
    active = dataset.attrs["activation"] != "none"
    handles = _keys(weights, spectra, dataset.attrs["activation"])
    width = COLUMN if len(widths) == 2 else PAGE
    columns = min(len(handles), 2 if width == COLUMN else 5)
    caption = _caption(dataset, width)
    foot = _FOOT + _LINE * caption.count("\n")
    layout = _arrange(widths, width, foot + _ENTRY * -(-len(handles) // columns), active)
    figure = Figure(figsize=layout.size)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, layout.size[1]))
    axes.set_axis_off()
    for step in range(len(weights)):
        _connect(axes, layout, step, weights)
    top = _largest(spectra)
    for layer, count in enumerate(widths):
        _head(axes, layout, layer)
        for node in range(count):
            _block(axes, layout, layer, node, spectra[layer, node] / top)
            if active and layer < len(widths) - 1:
                _band(axes, layout, layer, node)
    figure.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.5, (foot - 0.1) / layout.size[1]),
        ncols=columns,
        borderaxespad=0,
        columnspacing=1.4,
    )
    axes.text(width / 2, 0.08, caption, ha="center", va="bottom")
    return figure


def _check(widths: tuple[int, ...], weights: NDArray[np.floating]) -> None:
    if widths[-1] != 1 or len(widths) != len(weights) + 1:
        raise ValueError(
            f"anatomy: widths {widths} and {len(weights)} mixers: give the widths of the inputs, "
            "of every layer, and 1 for the output, and a mixer between each two"
        )
    for step, found in enumerate(np.isfinite(weights)):
        expected = np.zeros_like(found)
        expected[: widths[step], : widths[step + 1]] = True
        if not np.array_equal(found, expected):
            raise ValueError(
                f"anatomy: mixer {step + 1} must have {widths[step]} × {widths[step + 1]} finite "
                f"weights, by the widths, and NaN beyond; it has {found.sum()}"
            )


def _arrange(widths: tuple[int, ...], width: float, bottom: float, active: bool) -> _Layout:
    """Blocks of one size: as large as the widest layer and the number of layers leave room for."""
    most, depth = max(widths), len(widths) - 1
    across = width - _LEFT - _RIGHT
    breadth = min(0.7, 0.38 * across / (depth + 0.38))
    pitch = (across - breadth) / depth, min(0.62, 4.6 / most if most < 20 else 7.0 / most)
    body = max(most * pitch[1], 0.7)
    size = width, bottom + body + _HEAD
    height = 0.78 * pitch[1]
    band = min(0.13, 0.16 * pitch[0]) if active else 0.0
    radius = min(0.075, 0.45 * height, 0.1 * pitch[0])
    return _Layout(widths, size, bottom, body, (breadth, height), pitch, band, radius)


def _largest(values: NDArray[np.floating]) -> float:
    """The largest size, or 1 if there is none above 0."""
    return float(np.max(np.abs(values), where=np.isfinite(values), initial=0)) or 1.0


def _font(layout: _Layout, size: float) -> float:
    """A font size in points, smaller where the blocks are too low for it."""
    return min(size, 0.75 * 72 * layout.block[1])


def _broadest(weights: NDArray[np.floating]) -> float:
    """The width in points of the line of the largest weight: narrow where there are many lines."""
    return float(np.clip(14 / np.isfinite(weights).sum(axis=(1, 2)).max() ** 0.5, 0.9, 2.6))


def _connect(axes: "Axes", layout: _Layout, step: int, weights: NDArray[np.floating]) -> None:
    """A line from every matrix of one layer to every one of the next."""
    from matplotlib.collections import LineCollection

    start = layout.left(step) + layout.block[0] + layout.band
    end = layout.left(step + 1) - layout.radius
    sources, targets = np.nonzero(np.isfinite(weights[step]))
    values = weights[step][sources, targets]
    ends = [
        ((start, layout.middle(step, source)), (end, layout.middle(step + 1, target)))
        for source, target in zip(sources.tolist(), targets.tolist(), strict=True)
    ]
    lines = LineCollection(
        ends,
        linewidths=np.abs(values) * (_broadest(weights) / _largest(weights)),
        colors=[_NEGATIVE if value < 0 else _POSITIVE for value in values],
        alpha=0.8,
        label=f"mixer {step + 1}",
    )
    axes.add_collection(lines, autolim=False)
    for target in range(layout.widths[step + 1]):
        _sum(axes, layout, end, layout.middle(step + 1, target))


def _sum(axes: "Axes", layout: _Layout, x: float, y: float) -> None:
    """The sign Σ in a circle."""
    from matplotlib.patches import Circle

    circle = Circle((x, y), layout.radius, facecolor="white", edgecolor="black", linewidth=0.6)
    axes.add_patch(circle).set_zorder(3)
    size = 72 * layout.radius
    axes.text(x, y, "Σ", size=size, ha="center", va="center_baseline", zorder=4)


def _block(
    axes: "Axes", layout: _Layout, layer: int, node: int, heights: NDArray[np.floating]
) -> None:
    """A frame with the singular values as bars, of at most 1 in units of the scale."""
    from matplotlib.patches import Rectangle

    (breadth, height), x = layout.block, layout.left(layer)
    y = layout.middle(layer, node) - height / 2
    frame = Rectangle((x, y), breadth, height, facecolor="white", edgecolor="black", linewidth=0.6)
    axes.add_patch(frame).set_zorder(3)
    slot = 0.9 * breadth / len(heights)
    axes.bar(
        x + 0.05 * breadth + slot * (np.arange(len(heights)) + 0.5),
        0.88 * height * np.nan_to_num(heights),
        width=slot * (0.75 if slot > 0.02 else 1.1),
        bottom=y,
        color=_BAR,
        zorder=4,
        label=f"X {layer} {node}",
    )
    size = _font(layout, 7.5)
    if layer == 0:
        name = rf"$U_{{{node + 1}}}V_{{{node + 1}}}^\top$"
        axes.text(x - 0.06, y + height / 2, name, size=size, ha="right", va="center")
    elif layer == len(layout.widths) - 1:
        axes.text(x + breadth + 0.06, y + height / 2, "$X$", size=size, ha="left", va="center")


def _band(axes: "Axes", layout: _Layout, layer: int, node: int) -> None:
    """The activation at the right edge of a block."""
    from matplotlib.patches import Rectangle

    height, x = layout.block[1], layout.left(layer) + layout.block[0]
    y = layout.middle(layer, node)
    band = Rectangle((x, y - height / 2), layout.band, height, facecolor=_BAND, linewidth=0.6)
    band.set_edgecolor("black")
    axes.add_patch(band).set_zorder(3)
    size = min(_font(layout, 6.5), 60 * layout.band)
    axes.text(x + layout.band / 2, y, "Γ", size=size, ha="center", va="center", zorder=4)


def _head(axes: "Axes", layout: _Layout, layer: int) -> None:
    """What a column is, and the weights to the right of it."""
    last = len(layout.widths) - 1
    name = "inputs" if layer == 0 else "output" if layer == last else f"layer {layer}"
    count = layout.widths[layer]
    symbol = f"X^{{({layer})}}_{'j' if count > 1 else 1}"
    below = "X = " * (layer == last) + symbol + f",\\ j \\leq {count}" * (count > 1)
    x, y = layout.left(layer) + layout.block[0] / 2, layout.bottom + layout.body
    size = min(8, 9 * layout.pitch[0])
    axes.text(x, y + 0.3, name, ha="center", weight="bold", size=size)
    axes.text(x, y + 0.13, f"${below}$", ha="center", size=0.875 * size)
    if layer < last:
        gap = layout.pitch[0] + layout.block[0] + layout.band
        weights = rf"$\alpha^{{({layer + 1})}}$"
        axes.text(
            layout.left(layer) + gap / 2, y + 0.3, weights, ha="center", color=GREY, size=size
        )


def _keys(weights: NDArray[np.floating], spectra: NDArray[np.floating], activation: str) -> list:
    """Entries of the legend: signs and width of the lines, scale of the bars, activation."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    broad = _broadest(weights)
    signs = ((_POSITIVE, "α > 0", weights > 0), (_NEGATIVE, "α < 0", weights < 0))
    lines = [
        Line2D([], [], color=colour, linewidth=broad, label=text)
        for colour, text, present in signs
        if present.any()
    ]
    scale = f"|α| = {_largest(weights):.2g}"
    lines.append(Line2D([], [], color="black", linewidth=broad, label=scale))
    highest = f"$\\sigma_i$, highest bar {_largest(spectra):.2g}"
    bars = [Patch(facecolor=_BAR, label=highest)]
    if activation != "none":
        bars.append(
            Patch(facecolor=_BAND, edgecolor="black", linewidth=0.6, label=f"Γ: {activation}")
        )
    return [*lines, *bars]


def _caption(dataset: "xr.Dataset", width: float) -> str:
    activation = dataset.attrs["activation"]
    through = "no activation" if activation == "none" else f"activation {activation}"
    # A space that is not broken between the number and its unit.
    count = f"{int(dataset.attrs['parameters']):,}\N{NO-BREAK SPACE}parameters"
    return wrapped(f"{dataset.attrs['shape']}, {through}, {count}", width)
