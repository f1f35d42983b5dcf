"""What is looked at along a run: pure functions (t, model, problem) → array, on a schedule.

Example:
    >>> import jax.numpy as jnp
    >>> from tacit.observers import Observer
    >>> def largest_entry(t, model, problem):
    ...     return jnp.max(jnp.abs(model()))
    >>> largest = Observer(largest_entry, "largest", "max |X|")
    >>> largest.name, largest.dims
    ('largest', ())
"""

from tacit.observers._base import Law, Observer
from tacit.observers.alignment import alignment
from tacit.observers.balancedness import balance, balancedness
from tacit.observers.errors import (
    held_out,
    reconstruction_error,
    test_error,
    train_error,
)
from tacit.observers.noise import component_singular_values, noise
from tacit.observers.phases import Phases, find_phases
from tacit.observers.progress import gradient_norm, loss, objective
from tacit.observers.rates import spectral_balance, spectral_rates
from tacit.observers.spectra import (
    effective_rank,
    nuclear_norm,
    nuclear_rank,
    schatten_norm,
    singular_values,
    stable_rank,
    top_singular_values,
)
from tacit.observers.stages import Stages, find_stages, separations
from tacit.observers.tensors import (
    component_balance,
    component_norms,
    local_component_norms,
    unfolding_effective_ranks,
    unfolding_nuclear_norm,
    unfolding_ranks,
)
from tacit.observers.tubal import factor_spectrum, tensor_nuclear_norm, tubal_rank, tube_error
from tacit.observers.tubal_angles import (
    angle_to_spectral_tensor,
    angle_to_truth,
    power_iterate_angle,
)

__all__ = [
    "Law",
    "Observer",
    "Phases",
    "Stages",
    "alignment",
    "angle_to_spectral_tensor",
    "angle_to_truth",
    "balance",
    "balancedness",
    "component_balance",
    "component_norms",
    "component_singular_values",
    "effective_rank",
    "factor_spectrum",
    "find_phases",
    "find_stages",
    "gradient_norm",
    "held_out",
    "local_component_norms",
    "loss",
    "noise",
    "nuclear_norm",
    "nuclear_rank",
    "objective",
    "power_iterate_angle",
    "reconstruction_error",
    "schatten_norm",
    "separations",
    "singular_values",
    "spectral_balance",
    "spectral_rates",
    "stable_rank",
    "tensor_nuclear_norm",
    "test_error",
    "top_singular_values",
    "train_error",
    "tubal_rank",
    "tube_error",
    "unfolding_effective_ranks",
    "unfolding_nuclear_norm",
    "unfolding_ranks",
]
