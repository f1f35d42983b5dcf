"""Defects of rotation, and errors at one residual, rule by rule."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.experiments.singh2026_optimisers.config import COORDINATEWISE, SCALARS
from tacit.plots.style import PAGE, PALETTE, label, logarithmic_height, panels, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Every draw as a point, coloured by the kind of its rule.

    Args:
        dataset: with `defect(rule, draw)` and `error(rule, draw)`.
    """
    figure, grid = panels(1, 2, PAGE, 3.4)
    for axes, name in zip(grid[0], ("defect", "error"), strict=True):
        _points(axes, dataset[name])
    return figure


def _points(axes: "Axes", values: "xr.DataArray") -> None:
    names = values["rule"].values.tolist()
    for at, name in enumerate(names):
        kind = 0 if name in SCALARS else 2 if name in COORDINATEWISE else 1
        shown = values.sel(rule=name).values
        axes.plot(np.full(len(shown), at), shown, ".", color=PALETTE[kind])
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    logarithmic_height(axes)
    axes.set_ylabel(label(values))
