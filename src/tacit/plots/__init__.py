"""Figures: a labelled dataset in, a matplotlib figure out; nothing is computed here.

matplotlib is imported when a figure is drawn, through its object-oriented interface alone: no
window, no global state.
"""

from tacit.plots.comparison import against_scale
from tacit.plots.curves import curves
from tacit.plots.heat_map import heat_map
from tacit.plots.phase import phase_diagram
from tacit.plots.spectra import singular_values
from tacit.plots.stages import learning_stages
from tacit.plots.style import PALETTE, save

__all__ = [
    "PALETTE",
    "against_scale",
    "curves",
    "heat_map",
    "learning_stages",
    "phase_diagram",
    "save",
    "singular_values",
]
