"""How values are distributed: shares over bins, several on one axis."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tacit.plots.style import COLUMN, PALETTE, label, legend_below, panels, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@styled
def shares(dataset: "xr.Dataset", names: Sequence[str]) -> "Figure":
    """The share of the values in each bin, as steps from edge to edge; the first is filled.

    Args:
        dataset: the shares of each name along one common axis, whose coordinates `lower` and
            `upper` are the edges of the bins.
        names: what is shown, at most 7.
    """
    from matplotlib.ticker import PercentFormatter

    figure, grid = panels(1, 1, COLUMN, 2.3)
    axes = grid[0, 0]
    edges = [*dataset["lower"].values.tolist(), dataset["upper"].values[-1].item()]
    for number, (name, colour) in enumerate(zip(names, PALETTE, strict=False)):
        share = dataset[name]
        if number == 0:
            axes.stairs(share, edges, fill=True, color=colour, alpha=0.2)
        axes.stairs(share, edges, color=colour, linewidth=1.2, label=label(share))
    axes.set_xlabel(label(dataset["lower"]))
    axes.set_ylabel("share")
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    legend_below(figure, axes)
    return figure
