"""What is looked at along a run: pure functions (t, model, problem) → array, on a schedule."""

from tacit.observers._base import Law, Observer
from tacit.observers.alignment import alignment
from tacit.observers.balancedness import balance, balancedness
from tacit.observers.errors import HeldOut, reconstruction_error, test_error
from tacit.observers.progress import gradient_norm, loss, objective
from tacit.observers.rates import spectral_balance, spectral_rates
from tacit.observers.spectra import (
    effective_rank,
    nuclear_norm,
    schatten_norm,
    singular_values,
    stable_rank,
    top_singular_values,
)
from tacit.observers.stages import Stages, find_stages, separations

__all__ = [
    "HeldOut",
    "Law",
    "Observer",
    "Stages",
    "alignment",
    "balance",
    "balancedness",
    "effective_rank",
    "find_stages",
    "gradient_norm",
    "loss",
    "nuclear_norm",
    "objective",
    "reconstruction_error",
    "schatten_norm",
    "separations",
    "singular_values",
    "spectral_balance",
    "spectral_rates",
    "stable_rank",
    "test_error",
    "top_singular_values",
]
