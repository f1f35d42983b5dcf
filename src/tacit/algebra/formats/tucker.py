"""A core, multiplied by a matrix in every mode."""

import math

import jax.numpy as jnp

from tacit._typing import Array, Entry, Float, Measurements, Target
from tacit.algebra.formats._base import AbstractTensorFormat
from tacit.algebra.products import multilinear


class TuckerFormat(AbstractTensorFormat):
    """X = G ×_1 U_1 ⋯ ×_N U_N, U_n of shape (n_n, r_n) [kolda2009]."""

    core: Float[Array, "..."]
    factors: tuple[Float[Array, "_ _"], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""
        return tuple(factor.shape[0] for factor in self.factors)

    def dense(self) -> Target:
        """The tensor, one mode after another."""
        return multilinear(self.core, self.factors)

    def entries(self, *places: Entry) -> Measurements:
        """Σ G[j_1, …, j_N] Π_n U_n[i_n, j_n] at the places."""
        found = jnp.tensordot(self.factors[0][places[0]], self.core, axes=1)
        for factor, place in zip(self.factors[1:], places[1:], strict=True):
            found = jnp.einsum("pj,pj...->p...", factor[place], found)
        return found

    @property
    def entry_cost(self) -> int:
        """The core once: Π r_n."""
        return math.prod(self.core.shape)

    @property
    def dense_cost(self) -> int:
        """Σ_k n_1 ⋯ n_k · r_k ⋯ r_N."""
        ranks, sides = self.core.shape, self.shape
        return sum(
            math.prod(sides[: mode + 1]) * math.prod(ranks[mode:]) for mode in range(len(sides))
        )
