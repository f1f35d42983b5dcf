"""Sums of outer products, plain and deep."""

import math

import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike
from tacit.algebra import CanonicalFormat, chain_product
from tacit.models._base import AbstractTensorFactorisation
from tacit.models._tensor_start import (
    chain_shapes,
    draw_arrays,
    refuse_tensor_start,
    refuse_unchained,
)
from tacit.models.initialisers import Factors


class CP(AbstractTensorFactorisation):
    """X = Σ_r u_r¹ ⊗ ⋯ ⊗ u_rᴺ, the tensor factorisation of [razin2021], any order and depth.

    The columns u_rⁿ are those of U_n = W_n,L ⋯ W_n,1, with `layers[n][0]` the layer W_n,1 that
    meets the components. At depth 1 and balanced, gradient flow moves the norm of a component,
    σ_r = Π_n ‖u_rⁿ‖, by

        dσ_r/dt = N σ_r^{2 − 2/N} ⟨−∇ℓ(X), ⊗_n û_rⁿ⟩,

    and conserves ‖u_rⁿ‖² − ‖u_rᵐ‖²: large components grow faster, more so the higher the order. Of
    order 2 it is `Deep` of depth 2.
    """

    layers: tuple[tuple[Float[Array, "_ _"], ...], ...]

    def __check_init__(self):
        refuse_unchained("CP", self.layers)
        widths = {chain[0].shape[1] for chain in self.layers}
        if len(widths) > 1:
            raise ValueError(f"CP: the modes have different numbers of components, {widths}")

    @property
    def factors(self) -> Factors:
        """U_n of every mode, of shape (n_n, R)."""
        return tuple(chain_product(chain) for chain in self.layers)

    def factored(self) -> CanonicalFormat:
        """The components, the layers of each mode multiplied together."""
        return CanonicalFormat(self.factors)

    def component_norms(self) -> Float[Array, " R"]:
        """σ_r = Π_n ‖u_rⁿ‖ of every component."""
        norms = jnp.stack([jnp.linalg.norm(factor, axis=0) for factor in self.factors])
        return jnp.prod(norms, axis=0)

    def balanced(self) -> "CP":
        """The same X with ‖u_rⁿ‖ = σ_r^{1/N} in every mode, as the component law supposes.

        Raises:
            ValueError: if it is deeper than 1.
        """
        if any(len(chain) > 1 for chain in self.layers):
            raise ValueError("CP.balanced: defined at depth 1, where a mode has one layer")
        root = self.component_norms() ** (1 / len(self.layers))

        def scaled(factor: Array) -> Array:
            norms = jnp.linalg.norm(factor, axis=0)
            stretch = jnp.where(norms > 0, root / jnp.where(norms > 0, norms, 1), 0)
            return factor * stretch[None, :]

        return CP(tuple((scaled(factor),) for factor in self.factors))

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        init_scale: ScalarLike,
        width: int | None = None,
        depth: int = 1,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "CP":
        """Draw normal entries of one deviation.

        Args:
            shape: of X, any order.
            init_scale: root mean square of the singular values that an unfolding of X(0) can have,
                in the mean: ‖X(0)‖_F² = init_scale² q, q the narrowest side or width.
            width: number R of components; default the product of all sides but the largest, which
                constrains nothing.
            depth: layers L of each mode.
            dtype: floating-point type of the factors.
            key: JAX random key.

        Raises:
            ValueError: if a side, the width, the depth or `init_scale` is not positive.
        """
        width = max(1, math.prod(shape) // max(shape, default=1)) if width is None else width
        refuse_tensor_start("CP", shape, init_scale, depth, (width,))
        chains = [chain_shapes(side, width, depth) for side in shape]
        inner = width ** ((depth - 1) * len(shape))
        drawn = draw_arrays(
            [layer for chain in chains for layer in chain],
            init_scale=init_scale,
            narrowest=min(*shape, width),
            squared_terms=math.prod(shape) * width * inner,
            dtype=dtype,
            key=key,
        )
        return cls(tuple(drawn[mode * depth : (mode + 1) * depth] for mode in range(len(shape))))
