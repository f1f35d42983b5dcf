"""Singular values with their predicted slopes, and what turns their vectors."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = 4
"""Singular values drawn, the largest ones."""
_TANGENT = {"color": "black", "linewidth": 0.9, "zorder": 3}
_DOTS = {
    "linestyle": "",
    "marker": "o",
    "markersize": 2.4,
    "markerfacecolor": "white",
    "markeredgewidth": 0.6,
    "markevery": 0.06,
}
_TANGENTS = 9
"""Places along a curve at which its predicted slope is drawn."""


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """σ_r(t) with its predicted slopes at three depths, above three panels of what else is checked.

    Those are the gradient on and off the diagonal of the singular vectors from two starts, and the
    distance of descent against its step.

    Args:
        dataset: with `singular_values` and `predicted` over (rows, product_depth, record, index)
            and `time`; `layered_singular_values(rows, depth, record, index)`; `diagonal`,
            `off_diagonal` and `turn_time` over (start, record); `descent_gap(depth, step)`.
    """
    figure, grid = panels(2, 3, PAGE, 4.2)
    square = dataset.isel(rows=0)
    depths = dataset["product_depth"].values
    for number, at in enumerate((0, len(depths) // 2, len(depths) - 1)):
        _values(grid[0, number], square.isel(product_depth=at), square)
    highest = max(axes.get_ylim()[1] for axes in grid[0])
    for axes in grid[0]:
        axes.set_ylim(0, highest)
        axes.tick_params(labelleft=axes is grid[0, 0])
    grid[0, 0].set_ylabel(label(dataset["singular_values"]))
    for number, start in enumerate(dataset["start"].values):
        _gradient(grid[1, number], dataset.sel(start=start))
        grid[1, number].set_title(f"{start}, depth 2" if number == 0 else f"{start} start, depth 2")
    grid[1, 0].set_ylabel("norm of a part of Uᵀ∇ℓ V")
    grid[1, 0].legend()
    _first_order(grid[1, 2], dataset["descent_gap"])
    figure.align_ylabels(grid[:, 0])
    _name_marks(grid[0, 0])
    legend_below(figure, grid[0, 0])
    return figure


def _values(axes: "Axes", part: "xr.Dataset", square: "xr.Dataset") -> None:
    """The largest values as lines with tangents; those of the layers, where there are, as dots."""
    depth = float(part["product_depth"])
    time = part["time"].values
    values, slopes = part["singular_values"].values, part["predicted"].values
    width, height = (time[-1] - time[0]) / 25, values.max() / 12
    layered = depth in square["depth"].values
    for index in range(min(_SHOWN, values.shape[1])):
        axes.plot(time, values[:, index], color=PALETTE[index])
        if layered:
            layers = square["layered_singular_values"].sel(depth=int(depth))
            axes.plot(time, layers[:, index], color=PALETTE[index], **_DOTS)
        places = np.linspace(0, len(time) - 1, _TANGENTS + 2).astype(int)[1:-1]
        for at in places:
            slope = slopes[at, index]
            ends = np.array([-1, 1]) / np.hypot(1 / width, slope / height)
            axes.plot(time[at] + ends, values[at, index] + slope * ends, **_TANGENT)
    infinite = np.isinf(depth)
    axes.set_title(f"depth {'∞' if infinite else f'{depth:g}'}")
    axes.set_xlabel("time N t" if infinite else label(part["time"]))


def _name_marks(axes: "Axes") -> None:
    """Entries of the legend for marks whose colour is that of a value."""
    axes.plot([], [], color=GREY, label="flow of the product")
    axes.plot([], [], color=GREY, **_DOTS, label="flow of the layers")
    axes.plot([], [], **_TANGENT, label="predicted slope")


def _gradient(axes: "Axes", part: "xr.Dataset") -> None:
    """The parts of Uᵀ∇ℓ V on and off its diagonal."""
    for colour, style, name, text in (
        (PALETTE[0], "-", "diagonal", "on the diagonal"),
        (PALETTE[1], "--", "off_diagonal", "off it"),
    ):
        axes.plot(part["turn_time"], part[name], style, color=colour, label=text)
    logarithmic_height(axes)
    axes.set_xlabel(label(part["turn_time"]))


def _first_order(axes: "Axes", gap: "xr.DataArray") -> None:
    """Distance of descent from the slope against its step, with a line of first order."""
    steps = gap["step"].values
    for number, depth in enumerate(gap["depth"].values):
        values = gap.sel(depth=depth)
        axes.plot(
            steps, values, color=PALETTE[number], marker=MARKERS[number], label=f"depth {depth}"
        )
    line = float(gap.min()) / 1.5 * steps / steps.min()
    axes.plot(steps, line, color=GREY, linestyle=":", label="∝ η")
    axes.set_xscale("log")
    axes.set_xticks(steps, [f"{step:g}" for step in steps])
    axes.set_xlim(steps.min() / 1.15, steps.max() * 1.15)
    axes.minorticks_off()
    logarithmic_height(axes)
    axes.set_ylim(float(gap.min()) / 8, float(gap.max()) * 2)
    axes.set_title("descent")
    axes.set_xlabel(label(gap["step"]))
    axes.set_ylabel(label(gap))
    axes.legend(loc="lower right", ncols=2)
