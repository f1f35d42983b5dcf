"""The figure of `chou2024_rank`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Effective rank and error in each setting, half times, and the negative eigenvalue."""
    return plots.effective_rank_panels(dataset)
