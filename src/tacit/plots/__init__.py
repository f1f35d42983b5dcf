"""Figures: a labelled dataset in, a matplotlib figure out; nothing is computed here.

matplotlib is imported when a figure is drawn, through its object-oriented interface alone: no
window, no global state.
"""

from tacit.plots.anatomy import anatomy
from tacit.plots.animation import watch_rank
from tacit.plots.comparison import against_scale
from tacit.plots.curves import curves
from tacit.plots.depths import depths_over_time
from tacit.plots.excess import excess_and_bound
from tacit.plots.greedy import greedy_stages
from tacit.plots.heat_map import heat_map
from tacit.plots.phase import phase_diagram
from tacit.plots.pictures import pictures
from tacit.plots.ranks import effective_rank_panels
from tacit.plots.saddles import saddle_stages
from tacit.plots.shares import shares
from tacit.plots.slopes import predicted_slopes
from tacit.plots.spectra import singular_values
from tacit.plots.stages import learning_stages
from tacit.plots.style import PALETTE, save
from tacit.plots.theorems import theorem_panels
from tacit.plots.training import training_at_rates
from tacit.plots.tubal import tubal_phases, tubal_recovery, tubal_recovery_by_count

__all__ = [
    "PALETTE",
    "against_scale",
    "anatomy",
    "curves",
    "depths_over_time",
    "effective_rank_panels",
    "excess_and_bound",
    "greedy_stages",
    "heat_map",
    "learning_stages",
    "phase_diagram",
    "pictures",
    "predicted_slopes",
    "saddle_stages",
    "save",
    "shares",
    "singular_values",
    "theorem_panels",
    "training_at_rates",
    "tubal_phases",
    "tubal_recovery",
    "tubal_recovery_by_count",
    "watch_rank",
]
