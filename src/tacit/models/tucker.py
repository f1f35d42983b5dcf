"""A core with a chain of matrices in every mode."""

import math

import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike, Sequence
from tacit.algebra import TuckerFormat, chain_product
from tacit.models._base import AbstractTensorFactorisation
from tacit.models._tensor_start import (
    chain_shapes,
    draw_arrays,
    refuse_tensor_start,
    refuse_unchained,
    widths_of,
)
from tacit.models.initialisers import Factors


class Tucker(AbstractTensorFactorisation):
    """X = G ×_1 U_1 ⋯ ×_N U_N with U_n = W_n,L ⋯ W_n,1, any order and depth [milanesi2021].

    `layers[n][0]` is W_n,1, the layer that meets the core. With a core as large as X, no rank is
    given: descent from a small start finds a small one.
    """

    core: Float[Array, "..."]
    layers: tuple[tuple[Float[Array, "_ _"], ...], ...]

    def __check_init__(self):
        refuse_unchained("Tucker", self.layers)
        widths = tuple(chain[0].shape[1] for chain in self.layers)
        if widths != self.core.shape:
            raise ValueError(
                f"Tucker: the core has shape {self.core.shape}, and the layers meet one of {widths}"
            )

    @property
    def factors(self) -> Factors:
        """U_n of every mode, of shape (n_n, r_n)."""
        return tuple(chain_product(chain) for chain in self.layers)

    def factored(self) -> TuckerFormat:
        """Core and factors, the layers of each mode multiplied together."""
        return TuckerFormat(self.core, self.factors)

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        init_scale: ScalarLike,
        widths: int | Sequence[int] | None = None,
        depth: int = 1,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Tucker":
        """Draw normal entries of one deviation.

        Args:
            shape: of X, any order.
            init_scale: root mean square of the singular values that an unfolding of X(0) can have,
                in the mean: ‖X(0)‖_F² = init_scale² q, q the narrowest side or width.
            widths: sides r_1, …, r_N of the core, or one for all; default the sides of X, which
                constrain nothing.
            depth: layers L of each mode.
            dtype: floating-point type of the parameters.
            key: JAX random key.

        Raises:
            ValueError: if a side, a width, the depth or `init_scale` is not positive, or the number
                of widths is not that of the modes.
        """
        widths = shape if widths is None else widths
        ranks = widths_of("Tucker", widths, len(shape), "modes")
        refuse_tensor_start("Tucker", shape, init_scale, depth, ranks)

        pairs = list(zip(shape, ranks, strict=True))
        chains = [layer for side, rank in pairs for layer in chain_shapes(side, rank, depth)]
        core, *drawn = draw_arrays(
            [ranks, *chains],
            init_scale=init_scale,
            narrowest=min(*shape, *ranks),
            squared_terms=math.prod(shape) * math.prod(ranks) ** depth,
            dtype=dtype,
            key=key,
        )
        modes = range(len(shape))
        layers = tuple(tuple(drawn[mode * depth : (mode + 1) * depth]) for mode in modes)
        return cls(core, layers)
