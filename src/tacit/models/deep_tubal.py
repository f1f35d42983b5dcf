"""Deep factorisation of a tensor by the t-product."""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike, Sequence
from tacit.algebra import AbstractTransform, Fourier, t_chain_product
from tacit.models._base import AbstractFactorisation
from tacit.models.tubal import gaussian_chain, refuse_start


class DeepTubal(AbstractFactorisation):
    """X = W_L * ⋯ * W_2 * W_1, any depth L ≥ 1 and any widths.

    `factors[0]` is W_1, the factor that meets the columns.
    """

    factors: tuple[Float[Array, "..."], ...]
    transform: AbstractTransform = Fourier()

    def __check_init__(self):
        if not self.factors:
            raise ValueError("DeepTubal: factors is empty; give at least one")
        shapes = [factor.shape for factor in self.factors]
        for lower, upper in pairwise(shapes):
            if upper[1:2] != lower[:1] or upper[2:] != lower[2:]:
                raise ValueError(
                    f"DeepTubal: factors of shapes {shapes} do not chain, {upper} after {lower}"
                )

    def __call__(self) -> Float[Array, "m n *k"]:
        """The product, transformed once a factor."""
        return t_chain_product(self.factors, self.transform)

    @property
    def depth(self) -> int:
        """Number L of factors."""
        return len(self.factors)

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        depth: int,
        init_scale: ScalarLike,
        widths: int | Sequence[int] | None = None,
        transform: AbstractTransform = Fourier(),
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "DeepTubal":
        """Draw independent normal entries, one standard deviation for all layers.

        Args:
            shape: (m, n, *k) of X.
            depth: number L ≥ 1 of factors.
            init_scale: root mean square of the slice singular values that X(0) can have, in the
                mean: ‖X̄(0)‖_F² = init_scale² q · (number of slices), q the narrowest width.
            widths: inner widths w_1, …, w_{L−1}, or one for all; default min(m, n).
            transform: a multiple of a unitary transform of the tubes.
            dtype: floating-point type of the factors.
            key: JAX random key.

        Raises:
            ValueError: if depth, a width or `init_scale` is not positive, the number of widths is
                not L − 1, or the transform is no multiple of a unitary one.
        """
        m, n, *tubes = shape
        if not isinstance(depth, int | np.integer) or depth < 1:
            raise ValueError(f"DeepTubal: depth must be a whole number ≥ 1, got {depth}")
        if widths is None:
            widths = min(m, n)
        inner = (widths,) * (depth - 1) if isinstance(widths, int | np.integer) else tuple(widths)
        refuse_start("DeepTubal", init_scale, inner)
        if len(inner) != depth - 1:
            raise ValueError(
                f"DeepTubal: widths {inner} given for depth {depth}; it takes {depth - 1}"
            )
        sides = (n, *inner, m)
        shapes = [(upper, lower) for lower, upper in pairwise(sides)]
        factors = gaussian_chain(shapes, tuple(tubes), init_scale, transform, dtype, key=key)
        return cls(factors, transform)
