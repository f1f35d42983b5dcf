"""Deep matrix factorisation."""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Float, Matrix, PRNGKey, ScalarLike, Sequence
from tacit.algebra import Factored, chain_product
from tacit.models._base import AbstractThinFactorisation
from tacit.models.initialisers import Initialiser, gaussian


class Deep(AbstractThinFactorisation):
    """X = W_L ⋯ W_2 W_1, any depth L ≥ 1, any widths, rectangular or square [arora2019].

    `factors[0]` is W_1, the factor that meets the columns.
    """

    factors: tuple[Float[Array, "_ _"], ...]

    def __check_init__(self):
        if not self.factors:
            raise ValueError("Deep: factors is empty; give at least one")
        sides = [factor.shape for factor in self.factors]
        for lower, upper in pairwise(sides):
            if upper[1] != lower[0]:
                raise ValueError(
                    f"Deep: factors of shapes {sides} do not chain, {upper} after {lower}"
                )

    def __call__(self) -> Matrix:
        """The product, multiplied from its narrowest width outwards."""
        return self.factored().dense() if self.depth > 1 else self.factors[0]

    def factored(self) -> Factored:
        """The product cut at its narrowest inner width."""
        if self.depth == 1:
            (W,) = self.factors
            return Factored(W, jnp.eye(W.shape[1], dtype=W.dtype))
        cut = 1 + int(np.argmin([factor.shape[0] for factor in self.factors[:-1]]))
        return Factored(chain_product(self.factors[cut:]), chain_product(self.factors[:cut]))

    @property
    def depth(self) -> int:
        """Number L of factors."""
        return len(self.factors)

    @classmethod
    def zeros(
        cls, shape: tuple[int, int], *, depth: int, width: int, dtype: Any = jnp.float32
    ) -> "Deep":
        """Start at W_j = 0, which is stationary: for `GreedyLowRank`, which adds one by one.

        Raises:
            ValueError: if depth or the inner width is not positive.
        """
        if depth < 1 or width < 1:
            raise ValueError(f"Deep: depth and width must be at least 1, got {depth} and {width}")
        m, n = shape
        sides = (n, *(width,) * (depth - 1), m)
        return cls(tuple(jnp.zeros((upper, lower), dtype) for lower, upper in pairwise(sides)))

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, int],
        *,
        depth: int,
        init_scale: ScalarLike,
        widths: int | Sequence[int] | None = None,
        initialiser: Initialiser = gaussian,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Deep":
        """Draw a start of the given end-to-end scale.

        Args:
            shape: (m, n) of X.
            depth: number L ≥ 1 of factors.
            init_scale: root mean square of the singular values of X(0), for any depth and shape;
                see `tacit.models.initialisers`.
            widths: inner widths w_1, …, w_{L−1}, or one for all; default min(m, n), which
                constrains nothing.
            initialiser: `gaussian`, `balanced`, `orthogonal`, `identity`, or one of your own.
            dtype: floating-point type of the factors.
            key: JAX random key.

        Raises:
            ValueError: if depth, a width or `init_scale` is not positive, or the number of widths
                is not L − 1.
        """
        m, n = shape
        if not isinstance(depth, int | np.integer) or depth < 1:
            raise ValueError(f"Deep: depth must be a whole number ≥ 1, got {depth}")
        if isinstance(init_scale, int | float) and not init_scale > 0:
            raise ValueError(
                f"Deep: init_scale must be positive, got {init_scale}; from zero a product of two "
                "or more factors never moves"
            )
        if widths is None:
            widths = min(m, n)
        inner = (widths,) * (depth - 1) if isinstance(widths, int | np.integer) else tuple(widths)
        if len(inner) != depth - 1 or any(width < 1 for width in inner):
            raise ValueError(
                f"Deep: widths {inner} given for depth {depth}; "
                f"it takes {depth - 1} positive widths"
            )
        sides = (n, *inner, m)
        shapes = [(sides[layer + 1], sides[layer]) for layer in range(depth)]
        return cls(initialiser(shapes, init_scale, dtype, key=key))
