"""An excess over a minimum and the bound on it, draw by draw."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.experiments.gunasekar2017_commuting.claims import find_bound, find_excess
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
    from matplotlib.figure import Figure

_FLOOR = 1e-12
"""What is smaller is rounding, and is drawn here."""


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Excess and bound of every draw against α (left), and excess over bound (right)."""
    found = {"excess": find_excess(dataset), "bound": find_bound(dataset)}
    excess, bound = (np.maximum(values.values, _FLOOR) for values in found.values())

    figure, grid = panels(1, 2, 0.8 * PAGE, 2.6)
    values, ratios = grid[0]
    alpha, draws = dataset["alpha"].values, dataset.sizes["draw"]
    # Draws side by side, each excess beneath its bound.
    places = alpha[None, :] * 10 ** np.linspace(-0.25, 0.25, draws)[:, None]

    values.vlines(places, excess, bound, color=GREY, linewidth=0.5)
    values.plot(
        places.ravel(),
        bound.ravel(),
        "v",
        color=PALETTE[1],
        markersize=3.5,
        label=label(found["bound"]),
    )
    values.plot(
        places.ravel(),
        excess.ravel(),
        "o",
        color=PALETTE[0],
        markersize=3,
        label=label(found["excess"]),
    )

    logarithmic_height(values)
    values.set_ylabel("trace")
    legend_below(figure, values)

    # Below the floor the ratio is one of two roundings.
    ratios.axhline(1, color=GREY, linestyle="--", linewidth=0.8)
    meant = bound > _FLOOR
    ratios.plot(places[meant], (excess / bound)[meant], "o", color=PALETTE[0], markersize=3)
    ratios.set_ylim(0, 1.1)
    ratios.set_ylabel("excess / bound")

    for axes in grid[0]:
        axes.set_xscale("log")
        axes.set_xticks(alpha)
        axes.set_xlabel(label(dataset["alpha"]))
    return figure
