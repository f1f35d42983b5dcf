"""The figure of `chou2024_dynamics`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Eigenvalues of the product, and r(W) with its plateaus, for each depth."""
    return plots.learning_stages(dataset)
