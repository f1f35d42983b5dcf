"""The trivial parametrisation: the target itself."""

import jax.numpy as jnp

from tacit._typing import Any, PRNGKey, ScalarLike, Target
from tacit.models._base import AbstractFactorisation
from tacit.models.initialisers import Initialiser, gaussian


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

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, int],
        *,
        scale: ScalarLike,
        initialiser: Initialiser = gaussian,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Direct":
        """Draw a matrix whose singular values have root mean square `scale`.

        Raises:
            ValueError: if a known scale is not positive.
        """
        if isinstance(scale, int | float) and not scale > 0:
            raise ValueError(
                f"Direct: scale must be positive, got {scale}; Direct.zeros starts at X = 0"
            )
        (X,) = initialiser([shape], scale, dtype, key=key)
        return cls(X)
