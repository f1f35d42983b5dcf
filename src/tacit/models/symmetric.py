"""Symmetric positive semidefinite factorisation."""

import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Matrix, PRNGKey, ScalarLike
from tacit.algebra import Factored
from tacit.models._base import AbstractThinFactorisation
from tacit.models.initialisers import Initialiser, gaussian


class Symmetric(AbstractThinFactorisation):
    """X = U Uᵀ with U of shape n × r; positive semidefinite targets only [gunasekar2017]."""

    factor: Float[Array, "n r"]

    def __call__(self) -> Matrix:
        """The product U Uᵀ."""
        return self.factored().dense()

    def factored(self) -> Factored:
        """The pair (U, Uᵀ)."""
        return Factored(self.factor, self.factor.T)

    @classmethod
    def zeros(cls, side: int, *, width: int, dtype: Any = jnp.float32) -> "Symmetric":
        """Start at U = 0, which is stationary: for `GreedyLowRank`, which fills it by columns.

        Raises:
            ValueError: if the width is not positive.
        """
        if width < 1:
            raise ValueError(f"Symmetric: width must be at least 1, got {width}")
        return cls(jnp.zeros((side, width), dtype))

    @classmethod
    def initialise(
        cls,
        side: int,
        *,
        init_scale: ScalarLike,
        width: int | None = None,
        initialiser: Initialiser = gaussian,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Symmetric":
        """Draw U such that the singular values of X = U Uᵀ have the mean `init_scale`.

        tr X = init_scale · min(n, width): exactly for `balanced`, `orthogonal` and `identity`, in
        the mean for `gaussian`. `width` defaults to the side n.

        Raises:
            ValueError: if `init_scale`, or the width, is not positive.
        """
        if isinstance(init_scale, int | float) and not init_scale > 0:
            raise ValueError(f"Symmetric: init_scale must be positive, got {init_scale}")
        width = side if width is None else width
        if width < 1:
            raise ValueError(f"Symmetric: width must be at least 1, got {width}")
        root = jnp.sqrt(jnp.asarray(init_scale, dtype))
        (factor,) = initialiser([(side, width)], root, dtype, key=key)
        return cls(factor)
