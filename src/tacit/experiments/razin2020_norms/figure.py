"""The unseen entry by the loss at each depth, and the effective rank."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import GREY, PAGE, PALETTE, label, legend_below, panels, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """|w₁₁| of every draw by 1/ℓ, a panel a depth, and the effective rank at the last depth.

    Args:
        dataset: with `loss`, `entry` and `spectrum(…, index)` over (depth, start, draw, record).
    """
    depths = dataset["depth"].values.tolist()
    figure, grid = panels(1, len(depths) + 1, PAGE, 2.5)
    s = np.geomspace(np.sqrt(2 * dataset["loss"].values.min()), 0.9, 100)
    for axes, depth in zip(grid[0], depths, strict=False):
        part = dataset.sel(depth=depth)
        _draw(axes, part, abs(part["entry"]))
        axes.plot(2 / s**2, (1 - s) ** 2 / s, color=GREY, linestyle="--", label="least for det > 0")
        axes.set_yscale("log")
        axes.set_ylim(0.1, 1.5 * float(np.abs(dataset["entry"]).max()))
        axes.set_title(f"depth {depth}")
    grid[0, 0].set_ylabel(label(dataset["entry"]).replace("w", "|w") + "|")
    legend_below(figure, grid[0, 0])

    part, last = dataset.sel(depth=depths[-1]), grid[0, -1]
    values = part["spectrum"]
    shares = values / values.sum("index")
    powers = shares.where(shares > 0, 1) ** -shares
    _draw(last, part, powers.prod("index"))
    last.set_ylabel("effective rank")
    last.set_title(f"depth {depths[-1]}")
    return figure


def _draw(axes: "Axes", part: "xr.Dataset", values: "xr.DataArray") -> None:
    """Every draw as a line, its colour that of the start."""
    for number, start in enumerate(part["start"].values.tolist()):
        loss = part["loss"].sel(start=start).transpose("record", "draw").values
        shown = values.sel(start=start).transpose("record", "draw").values
        lines = axes.plot(
            1 / loss, shown, color=PALETTE[number % len(PALETTE)], linewidth=0.6, alpha=0.7
        )
        lines[0].set_label(start)
    axes.set_xscale("log")
    # What comes to rest has done so long before the loss of 1e-12 at which a run stops.
    axes.set_xlim(0.5, 1e6)
    axes.set_xlabel("1 / loss ℓ")
