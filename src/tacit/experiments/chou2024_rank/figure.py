"""Effective rank and error along descent, half times, and an eigenvalue below zero."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    logarithmic_height,
    panels,
    styled,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHED = {"color": GREY, "linewidth": 0.6, "linestyle": (0, (4, 3))}


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """r(W) and the error against time at each depth; below, half times and a negative eigenvalue.

    Args:
        dataset: with `nuclear_rank`, `error` and `time(depth, setting, record)`,
            `best(depth, setting)`, `plateau(mode)`, `half_time` and
            `closed_half_time(depth, mode)`, `eigenvalue(mode)`,
            `negative(depth, start, instant)` and `negative_target`.
    """
    depths = dataset["depth"].values
    columns = max(len(depths), 2)
    figure, grid = panels(3, columns, PAGE * columns / 3, 5.4)

    # A column a depth; a single depth leaves room for the second panel of the lowest row.
    for column in range(columns):
        if column >= len(depths):
            for axes in grid[:2, column]:
                axes.set_axis_off()
            continue
        _ranks(grid[0, column], dataset.isel(depth=column))
        _errors(grid[1, column], dataset.isel(depth=column))
        grid[0, column].set_title(f"{label(dataset['depth'])} = {depths[column]}")

    # One vertical scale for all depths, written at the left alone.
    grid[0, 0].set_ylabel(label(dataset["nuclear_rank"]))
    grid[1, 0].set_ylabel(label(dataset["error"]))
    for row in grid[:2]:
        for axes in row[1 : len(depths)]:
            axes.sharey(row[0])
            axes.tick_params(labelleft=False)

    _half_times(grid[2, 0], dataset)
    _negative(grid[2, 1], dataset)
    for axes in grid[2, 2:]:
        axes.set_axis_off()

    figure.align_ylabels(grid[:, 0])
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return figure


def _ranks(axes: "Axes", part: "xr.Dataset") -> None:
    for number, height in enumerate(part["plateau"].values):
        axes.axhline(height, **_DASHED, label=None if number else "r of low-rank parts of W★")
    for number, setting in enumerate(part["setting"].values):
        lane = part.sel(setting=setting)
        axes.plot(lane["time"], lane["nuclear_rank"], color=PALETTE[number], label=setting)
    axes.set_xscale("log")
    axes.set_ylim(0.9, float(part["plateau"].max()) + 1.6)
    axes.tick_params(labelbottom=False)


def _errors(axes: "Axes", part: "xr.Dataset") -> None:
    """Root mean square error, its least value marked."""
    for number, setting in enumerate(part["setting"].values):
        lane = part.sel(setting=setting)
        error, best = lane["error"].values, int(lane["best"])
        axes.plot(lane["time"], error, color=PALETTE[number])
        axes.plot(lane["time"][best], error[best], MARKERS[number], color=PALETTE[number])
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_ylim(bottom=3e-3)
    axes.set_xlabel(label(part["time"]))


def _half_times(axes: "Axes", dataset: "xr.Dataset") -> None:
    """Marks by descent on lines of the closed form, with the depth beside them."""
    values = dataset["eigenvalue"]
    for number, depth in enumerate(dataset["depth"].values):
        part, colour = dataset.sel(depth=depth), PALETTE[3 + number]
        axes.plot(values, part["closed_half_time"], color=colour)
        axes.plot(values, part["half_time"], MARKERS[number], color=colour)
        axes.annotate(
            f"N = {depth}",
            (float(values.max()), float(part["half_time"].min())),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    axes.plot([], [], "o", color="black", label="descent")
    axes.plot([], [], color="black", label="closed form")
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_ylim(top=4 * float(dataset["half_time"].max()))
    axes.set_xlim(0.9 * float(values.min()), 1.6 * float(values.max()))
    axes.set_xticks(values.values, [f"{value:g}" for value in values.values], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_xlabel(label(values))
    axes.set_ylabel(label(dataset["half_time"]))
    axes.legend(ncols=2, loc="upper center")


def _negative(axes: "Axes", dataset: "xr.Dataset") -> None:
    axes.axhline(float(dataset["negative_target"]), **_DASHED)
    share = np.linspace(0, 1, dataset.sizes["instant"])
    for number, depth in enumerate(dataset["depth"].values):
        part = dataset["negative"].sel(depth=depth)
        colour = PALETTE[3 + number]
        axes.plot(share, part.sel(start="perturbed"), color=colour, label=f"N = {depth}, perturbed")
        axes.plot(share, part.sel(start="identical"), color=colour, linestyle="--")
    axes.plot([], [], "--", color="black", label="identical")
    axes.set_xlabel("time over that of the run")
    axes.set_ylabel(label(dataset["negative"]))
    axes.legend()
