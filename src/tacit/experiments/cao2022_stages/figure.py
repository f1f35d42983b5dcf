"""Saddle-escaping stages: runs with their plateaus, and where there are as many as the rank."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
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


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """For each depth a run's singular values and ‖∇L‖, and the share of runs with R stages.

    Plateaus are shaded, escapes are lines. The table below has a row for each scale of the start
    and a column for each ratio.

    Args:
        dataset: with `singular_values(depth, record, index)`, `target(depth, index)`,
            `gradient_norm`, `loss` and `time(depth, record)`, `start_time`, `end_time`,
            `escape_time` and `predicted_loss(depth, stage)`, and `share(depth, scale, ratio)` with
            `alpha(depth, scale)`.
    """
    depths = dataset["depth"].values
    figure, grid = panels(3, len(depths), PAGE * max(len(depths), 2) / 3, 5.4)
    images = []
    for column, depth in enumerate(depths):
        part = dataset.sel(depth=depth)
        top, middle, bottom = grid[:, column]
        top.set_title(f"{label(dataset['depth'])} = {depth}")
        _values(top, part)
        _descent(middle, part)
        for number, axes in enumerate((top, middle)):
            _plateaus(axes, part)
            if column:
                axes.sharey(grid[number, 0])
                axes.tick_params(labelleft=False)
        middle.set_xlabel(label(part["time"]))
        images.append(_share(bottom, part))
    grid[0, 0].set_ylabel(label(dataset["singular_values"]))
    grid[1, 0].set_ylabel("loss ℓ, ‖∇L‖")
    grid[2, 0].set_ylabel("size α of the factors")
    bar = figure.colorbar(images[0], ax=list(grid[2]), label="runs with R stages", pad=0.02)
    bar.outline.set_linewidth(0.6)  # pyright: ignore[reportCallIssue]
    figure.align_ylabels(grid[:, 0])
    legend_below(figure, grid[1, 0])
    return figure


def _values(axes: "Axes", part: "xr.Dataset") -> None:
    """Singular values of W, each with that of M as a dotted line."""
    for index in range(part.sizes["index"]):
        colour = PALETTE[index % len(PALETTE)]
        axes.axhline(float(part["target"][index]), color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
        axes.plot(part["time"], part["singular_values"][:, index], color=colour)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.tick_params(labelbottom=False)


def _descent(axes: "Axes", part: "xr.Dataset") -> None:
    """Loss and norm of the gradient, and the losses of the saddles."""
    for height in part["predicted_loss"].values:
        if height > 0:
            axes.axhline(height, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.plot(part["time"], part["loss"], color=PALETTE[0], label="loss ℓ")
    axes.plot(part["time"], part["gradient_norm"], color=PALETTE[1], label="‖∇L‖")
    axes.axhline(
        np.nan, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)), label="½ Σ σᵢ² not learnt"
    )
    axes.fill_between([], [], color="#E4ECF2", label="plateau")
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_ylim(bottom=float(part["predicted_loss"].where(part["predicted_loss"] > 0).min()) / 30)


def _plateaus(axes: "Axes", part: "xr.Dataset") -> None:
    """Bands from the start to the end of each plateau."""
    times = part["time"].values
    first, last = np.nanmin(times[times > 0]), np.nanmax(times)
    axes.set_xlim(max(first, last / 300), last)
    for start, end in zip(part["start_time"].values, part["end_time"].values, strict=True):
        if np.isfinite(start):
            axes.axvspan(max(start, first), end, color="#E4ECF2", linewidth=0, zorder=0)


def _share(axes: "Axes", part: "xr.Dataset"):
    """Share of runs with as many stages as the rank, in every cell."""
    alphas = part["alpha"].values
    rows = np.flatnonzero(np.isfinite(alphas))
    cells = part["share"].transpose("scale", "ratio").values[rows]
    image = axes.imshow(cells, cmap="cividis", vmin=0, vmax=1, aspect="auto", origin="lower")
    for row, column in np.ndindex(cells.shape):
        value = cells[row, column]
        axes.text(
            column,
            row,
            f"{value:.0%}".replace("%", " %"),
            ha="center",
            va="center",
            fontsize=6,
            color="white" if value < 0.6 else "black",
        )
    axes.set_yticks(range(len(rows)), [_power(alphas[row]) for row in rows])
    axes.set_xticks(range(part.sizes["ratio"]), [f"{ratio:g}" for ratio in part["ratio"].values])
    axes.set_xlabel(label(part["ratio"]))
    axes.tick_params(length=0)
    return image


def _power(value: float) -> str:
    exponent = np.log10(value)
    if abs(exponent - round(exponent)) < 1e-9 and exponent < -2:
        return f"$10^{{{round(exponent)}}}$"
    return f"{value:g}"
