"""The figure of `cao2022_stages`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """A run at each depth with its plateaus, above the share of runs with as many stages as R."""
    return plots.saddle_stages(dataset)
