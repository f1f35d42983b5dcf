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
        init_scale: ScalarLike,
        initialiser: Initialiser = gaussian,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Direct":
        """Draw a matrix whose singular values have root mean square `init_scale`.

        Raises:
            ValueError: if `init_scale` is not positive.
        """
        if isinstance(init_scale, int | float) and not init_scale > 0:
            raise ValueError(
                f"Direct: init_scale must be positive, got {init_scale}; "
                "Direct.zeros starts at X = 0"
            )
        (X,) = initialiser([shape], init_scale, dtype, key=key)
        return cls(X)
