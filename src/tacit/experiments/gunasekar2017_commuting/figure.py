"""The figure of `gunasekar2017_commuting`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots
from tacit.experiments.gunasekar2017_commuting.claims import bound, excess

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Excess of the trace and its bound against α, and their ratio."""
    return plots.excess_and_bound(dataset.assign(excess=excess(dataset), bound=bound(dataset)))
