"""The figure of `karnik2025_fig2`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors and angles along the run, its phases shaded."""
    return plots.tubal_phases(dataset)
