"""The figure of `arora2019_fig3`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """The largest singular values over the time at each depth, and the test errors."""
    return plots.depths_over_time(dataset)
