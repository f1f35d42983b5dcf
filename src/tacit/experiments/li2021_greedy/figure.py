"""The figure of `li2021_greedy`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """One run past its stages, the nearest distances against the scale, and the two traces."""
    return plots.greedy_stages(dataset)
