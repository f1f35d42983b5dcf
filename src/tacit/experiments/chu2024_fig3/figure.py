"""The figure of `chu2024_fig3`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Training error, nuclear norm and the leading singular values of each network."""
    return plots.training_at_rates(dataset)
