"""The figure of `chu2024_theorems`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """The loss between its bounds, and the nuclear norm over its minimum."""
    return plots.theorem_panels(dataset)
