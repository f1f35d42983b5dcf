"""The figure of `chu2024_fig1`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Blocks, widths and connections."""
    return plots.anatomy(dataset)
