"""The trivial parametrisation: the target itself."""

import jax.numpy as jnp

from tacit._typing import Any, Target
from tacit.models._base import AbstractFactorisation


class Direct(AbstractFactorisation):
    """X = θ: no factorisation, hence no implicit bias beyond the start's null space.

    From zero, gradient descent on a quadratic loss reaches the least-norm interpolator, which for
    completion fills every hole with zero. The control of every experiment.
    """

    array: Target

    def __call__(self) -> Target:
        """The array."""
        return self.array

    @classmethod
    def zeros(cls, shape: tuple[int, ...], dtype: Any = jnp.float32) -> "Direct":
        """Start at X = 0."""
        return cls(jnp.zeros(shape, dtype))
