"""Figures: a labelled dataset in, a matplotlib figure out; nothing is computed here.

matplotlib is imported when a figure is drawn, through its object-oriented interface alone: no
window, no global state.

Example:
    >>> import numpy as np
    >>> import xarray as xr
    >>> from tacit.plots import curves
    >>> steps = np.arange(5)
    >>> dataset = xr.Dataset({"loss": ("record", 0.5**steps)}, {"step": ("record", steps)})
    >>> figure = curves(dataset, ["loss"], logarithmic=["loss"])
    >>> len(figure.axes)
    1
"""

from tacit.plots.anatomy import anatomy
from tacit.plots.animation import watch_rank
from tacit.plots.comparison import against_scale
from tacit.plots.curves import curves
from tacit.plots.heat_map import heat_map
from tacit.plots.phase import phase_diagram
from tacit.plots.pictures import pictures
from tacit.plots.shares import shares
from tacit.plots.spectra import singular_values
from tacit.plots.style import PALETTE, save
from tacit.plots.training import training_at_rates
from tacit.plots.tubal import tubal_phases, tubal_recovery, tubal_recovery_by_count

__all__ = [
    "PALETTE",
    "against_scale",
    "anatomy",
    "curves",
    "heat_map",
    "phase_diagram",
    "pictures",
    "save",
    "shares",
    "singular_values",
    "training_at_rates",
    "tubal_phases",
    "tubal_recovery",
    "tubal_recovery_by_count",
    "watch_rank",
]
