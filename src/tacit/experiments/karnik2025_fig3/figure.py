"""The figure of `karnik2025_fig3`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors along the runs by width, and when they leave zero."""
    return plots.tubal_recovery(dataset, "width")
