"""The figure of `karnik2025_underdetermined`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors along the runs by scale for either number, and at the end against the scale."""
    return plots.tubal_recovery_by_count(dataset)
