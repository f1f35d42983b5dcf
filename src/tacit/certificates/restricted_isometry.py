"""How far from an isometry measurements are, on targets of low rank: a lower bound by sampling."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from tacit._jit import jit
from tacit._typing import Callable, PRNGKey, Target
from tacit.operators import AbstractMeasurement


class RIPEstimate(NamedTuple):
    """What sampled targets say of the constant δ in (1 − δ)‖Z‖_F² ≤ ‖A Z‖² ≤ (1 + δ)‖Z‖_F².

    `lower_bound` ≤ δ, and no more: δ is the worst over all targets of the class, these are some.
    That δ is small does not follow from a small bound. `smallest` and `largest` are the extreme
    ratios ‖A Z‖² / ‖Z‖_F² met.
    """

    lower_bound: float
    smallest: float
    largest: float


def rip_estimate(
    operator: AbstractMeasurement,
    draw: Callable[[PRNGKey], Target],
    count: int = 1000,
    *,
    key: PRNGKey,
) -> RIPEstimate:
    """Bound the constant of restricted isometry from below, δ ≥ max |‖A Z‖² / ‖Z‖_F² − 1|.

    Args:
        operator: The measurements A, of the deviation with which E ‖A Z‖² = ‖Z‖_F².
        draw: A random target of the class, from a key: for example `low_tubal_rank_tensor` of the
            rank in question.
        count: Number of targets drawn.
        key: JAX random key.

    Raises:
        ValueError: if count is not positive.
    """
    if count < 1:
        raise ValueError(f"rip_estimate: count must be at least 1, got {count}")

    def ratio(one: PRNGKey) -> jax.Array:
        Z = draw(one)
        return jnp.sum(operator.mv(Z) ** 2) / jnp.sum(Z**2)

    # One after the other: together the targets would take `count` times the memory.
    ratios = jit(lambda keys: jax.lax.map(ratio, keys))(jax.random.split(key, count))
    smallest, largest = float(jnp.min(ratios)), float(jnp.max(ratios))
    return RIPEstimate(max(1 - smallest, largest - 1), smallest, largest)
