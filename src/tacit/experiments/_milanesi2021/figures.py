"""Slices along training at each depth, with few entries, and norms beside the convex answer."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    PAGE,
    PALETTE,
    label,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = 12


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Slices of the first mode of the first draw at each depth, above error and nuclear norm.

    Args:
        dataset: as `_milanesi2021.runs.run` makes it.
    """
    first = dataset.isel(draw=0)
    depths = dataset["depth"].values
    columns = max(len(depths), 2)
    figure, grid = panels(2, columns, PAGE * columns / 3, 4.4)
    few = first.isel(share=-1)
    for axes, depth in zip(grid[0], depths, strict=False):
        _slices(axes, few.sel(depth=depth))
        axes.set_title(f"depth {depth}, {float(few['share']):.0%} seen")
    top = max(axes.get_ylim()[1] for axes in grid[0])
    for axes in grid[0]:
        axes.set_ylim(0, top)
    grid[0, 0].set_ylabel(label(dataset["slices"]))

    _along(grid[1, 0], few, "test_error")
    logarithmic_height(grid[1, 0])
    _along(grid[1, 1], few, "nuclear")
    grid[1, 1].set_ylabel("mean nuclear norm")
    for name, style in (("truth_nuclear", "--"), ("convex_nuclear", ":")):
        text = "truth" if name == "truth_nuclear" else "least that fits"
        grid[1, 1].axhline(float(few[name]), color=GREY, linestyle=style, label=text)
    grid[1, 1].legend(loc="lower right")
    for axes in grid[1, 2:]:
        axes.set_axis_off()
    return figure


def _slices(axes: "Axes", part: "xr.Dataset") -> None:
    slices = part["slices"].isel(mode=0).values
    for number in range(min(_SHOWN, slices.shape[1])):
        grey = number >= int(np.sum(slices[-1] > 0.1 * slices[-1, 0]))
        axes.plot(
            part["step"],
            slices[:, number],
            color=GREY if grey else PALETTE[number % len(PALETTE)],
            linewidth=0.8 if grey else 1.2,
        )
    axes.set_xlabel(label(part["step"]))
    whole_numbers(axes.xaxis)


def _along(axes: "Axes", part: "xr.Dataset", name: str) -> None:
    """A record of every depth."""
    for number, depth in enumerate(part["depth"].values):
        run = part.sel(depth=depth)
        axes.plot(run["step"], run[name], color=PALETTE[number], label=f"depth {depth}")
    axes.set_xlabel(label(part["step"]))
    axes.set_ylabel(label(part[name]))
    whole_numbers(axes.xaxis)
