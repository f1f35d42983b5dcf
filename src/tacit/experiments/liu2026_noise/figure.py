"""Errors along noisy runs by width, and the least of them from either start."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Error of the first draw from a small start (left); least error against R (right).

    Args:
        dataset: with `test_error` and `held_out(noise, start, width, draw, record)`, and
            `step(record)`. The left panel is of the greatest noise.
    """
    figure, grid = panels(1, 2, 0.85 * PAGE, 2.9)
    along, least = grid[0]

    first = dataset.isel(noise=-1, start=0, draw=0)
    for number, width in enumerate(first["width"].values.tolist()):
        run, colour = first.sel(width=width), PALETTE[number % len(PALETTE)]
        along.plot(run["step"], run["test_error"], color=colour, label=f"R = {width}")
        # Held out 10 % or so: where it is least the run should have stopped.
        stop = int(np.argmin(run["held_out"].values))
        along.plot(run["step"][stop], run["test_error"][stop], "o", color=colour)
    logarithmic_height(along)
    whole_numbers(along.xaxis)
    along.set_xlabel(label(first["step"]))
    along.set_ylabel(label(first["test_error"]))
    legend_below(figure, along)

    middle = dataset["test_error"].min("record").median("draw")
    for number, noise in enumerate(dataset["noise"].values.tolist()):
        for line, start in zip(("-", "--"), dataset["start"].values.tolist(), strict=True):
            least.plot(
                dataset["width"],
                middle.sel(noise=noise, start=start),
                marker=MARKERS[number % len(MARKERS)],
                linestyle=line,
                color=PALETTE[number % len(PALETTE)],
                label=f"σ = {noise:g}, {start}",
            )
    least.set_xscale("log")
    least.set_yscale("log")
    least.set_xlabel(label(dataset["width"]))
    least.set_ylabel("least error, middle draw")
    least.legend(loc="best")
    return figure
