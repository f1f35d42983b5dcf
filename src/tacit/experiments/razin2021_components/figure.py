"""Component norms along a run from the small start and from the large, case by case."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import GREY, PAGE, PALETTE, label, panels, styled, whole_numbers

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Component norms of the first draw of each case, the large start above, the small below.

    Args:
        dataset: with `norms(run, start, record, component)`, `error` and `last` over (run, start),
            `step(record)` and `case(run)`.
    """
    cases = np.unique(dataset["case"].values)
    width = PAGE * max(len(cases), 2) / 3
    figure, grid = panels(2, len(cases), width, 4.2, sharey="row")
    rank = dataset.sizes["true"]
    for column, case in enumerate(cases):
        first = int(np.flatnonzero(dataset["case"].values == case)[0])
        for row, start in enumerate(dataset["start"].values):
            _draw(grid[row, column], dataset.isel(run=first).sel(start=start), rank)
    for row in range(2):
        grid[row, 0].set_ylabel(label(dataset["norms"]))
        grid[row, 0].set_ylim(bottom=0)
    return figure


def _draw(axes: "Axes", part: "xr.Dataset", rank: int) -> None:
    """The largest `rank` components in colour, the others grey."""
    shown = part.isel(record=part["step"].values <= float(part["last"]))
    for number, norms in enumerate(shown["norms"].values.T):
        colour = PALETTE[number % len(PALETTE)] if number < rank else GREY
        axes.plot(shown["step"], norms, color=colour)
    axes.set_title(f"{part['start'].item()} start, error {float(part['error']):.2g}")
    axes.set_xlabel(label(part["step"]))
    whole_numbers(axes.xaxis)
