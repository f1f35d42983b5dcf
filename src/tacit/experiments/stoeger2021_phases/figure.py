"""The figure of `stoeger2021_phases`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors and angles along the first draw, its phases shaded."""
    return plots.tubal_phases(dataset.isel(count=0))
