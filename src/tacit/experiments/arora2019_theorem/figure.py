"""The figure of `arora2019_theorem`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Singular values with their predicted slopes, above ∇ℓ on and off the diagonal."""
    return plots.predicted_slopes(dataset)
