"""The figure of `arora2019_fig1` and `arora2019_fig2`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """Error, nuclear norm and effective rank against the scale of the start, at each depth."""
    return plots.against_scale(
        dataset,
        ("final_reconstruction_error", "final_nuclear_norm", "final_effective_rank"),
        references=("convex", "truth"),
    )
