"""Eigenvalues in stages, and the plateaus of the effective rank, depth by depth."""

from typing import TYPE_CHECKING

from tacit.plots.style import (
    GREY,
    PAGE,
    PALETTE,
    label,
    legend_below,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOTS = {
    "linestyle": "",
    "marker": "o",
    "markersize": 2.2,
    "markerfacecolor": "white",
    "markeredgewidth": 0.5,
    "color": "black",
    "markevery": 0.035,
}


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Eigenvalues (above) and rank r(W) (below) against the iteration, one column for each depth.

    Args:
        dataset: with `eigenvalue(depth, k, mode)`, `target(depth, mode)`, `rank(depth, k)`,
            `plateau(depth, stage)`, `half_time(depth, stage)`, and the records of the matrix run
            `singular_values` and `nuclear_rank`, which are drawn as dots.
    """
    depths = dataset["depth"].values
    width = PAGE * max(len(depths), 2) / 3
    figure, grid = panels(2, len(depths), width, 4.0, sharex="col", sharey="row")
    for column, depth in enumerate(depths):
        part = dataset.sel(depth=depth)
        end = min(int(part["half_time"].max()) * 1.4, int(part["k"][-1]))
        upper, lower = grid[:, column]
        upper.set_title(f"{label(dataset['depth'])} = {depth}")
        _eigenvalues(upper, part)
        _ranks(lower, part)
        lower.set_xlim(0, end)
        lower.set_xlabel(label(part["k"]))
        whole_numbers(lower.xaxis)
    grid[0, 0].set_ylabel(label(dataset["eigenvalue"]))
    grid[1, 0].set_ylabel(label(dataset["rank"]))
    grid[1, 0].set_ylim(0.9, float(dataset["plateau"].max()) + 0.5)
    grid[0, 0].set_ylim(bottom=0)
    figure.align_ylabels()
    legend_below(figure, grid[0, 0], columns=6)
    return figure


def _eigenvalues(axes: "Axes", part: "xr.Dataset") -> None:
    """Recursion as lines, matrix run as dots, targets as grey lines."""
    target = part["target"].values
    for mode in range(len(target) - 1):
        colour = PALETTE[mode % len(PALETTE)]
        axes.axhline(target[mode], color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
        axes.plot(
            part["k"],
            part["eigenvalue"][:, mode],
            color=colour,
            label=f"λ = {target[mode]:g}",
        )
    axes.plot(
        part["step"],
        part["singular_values"][:, : len(target) - 1],
        **_DOTS,
        label=["matrix run"] + [None] * (len(target) - 2),
    )


def _ranks(axes: "Axes", part: "xr.Dataset") -> None:
    """Rank of the recursion as a line, of the matrix run as dots, plateaus as grey lines."""
    for height in part["plateau"].values:
        axes.axhline(height, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.plot(part["k"], part["rank"], color=PALETTE[0])
    axes.plot(
        part["step"],
        part["nuclear_rank"],
        **_DOTS,
    )
