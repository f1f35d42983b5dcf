"""Observers with the lengths of their axes on a 5 × 4 problem; laws as observers of their drift."""

from typing import Any, NamedTuple

from tacit import observers


class ObserverCase(NamedTuple):
    """An observer, a law, or what makes one of arguments."""

    name: str
    thing: Any
    lengths: tuple[int, ...] = ()
    slow: bool = False


OBSERVERS = [
    ObserverCase("alignment", observers.alignment),
    ObserverCase("angle_to_spectral_tensor", observers.angle_to_spectral_tensor, slow=True),
    ObserverCase("angle_to_truth", observers.angle_to_truth, slow=True),
    ObserverCase("balance", observers.balance),
    ObserverCase("balancedness", observers.balancedness),
    ObserverCase("effective_rank", observers.effective_rank),
    ObserverCase("factor_spectrum", observers.factor_spectrum, (3, 2)),
    ObserverCase("gradient_norm", observers.gradient_norm),
    ObserverCase("held_out", observers.held_out),
    ObserverCase("loss", observers.loss),
    ObserverCase("noise", observers.noise),
    ObserverCase("nuclear_norm", observers.nuclear_norm),
    ObserverCase("objective", observers.objective),
    ObserverCase("power_iterate_angle", observers.power_iterate_angle, slow=True),
    ObserverCase("reconstruction_error", observers.reconstruction_error),
    ObserverCase("schatten_norm", observers.schatten_norm),
    ObserverCase("singular_values", observers.singular_values, (4,)),
    ObserverCase("spectral_balance", observers.spectral_balance),
    ObserverCase("spectral_rates", observers.spectral_rates, (2,), slow=True),
    ObserverCase("nuclear_rank", observers.nuclear_rank),
    ObserverCase("stable_rank", observers.stable_rank),
    ObserverCase("component_singular_values", observers.component_singular_values, (2,)),
    ObserverCase("tensor_nuclear_norm", observers.tensor_nuclear_norm),
    ObserverCase("test_error", observers.test_error),
    ObserverCase("top_singular_values", observers.top_singular_values, (2,)),
    ObserverCase("train_error", observers.train_error),
    ObserverCase("tubal_rank", observers.tubal_rank),
    ObserverCase("component_balance", observers.component_balance),
    ObserverCase("component_norms", observers.component_norms, (2,)),
    ObserverCase("local_component_norms", observers.local_component_norms, (2,)),
    ObserverCase("unfolding_effective_ranks", observers.unfolding_effective_ranks, (2,)),
    ObserverCase("unfolding_nuclear_norm", observers.unfolding_nuclear_norm),
    ObserverCase("unfolding_ranks", observers.unfolding_ranks, (2,)),
    ObserverCase("tube_error", observers.tube_error),
]
