"""Sums of outer products."""

import math
from functools import reduce

import jax.numpy as jnp

from tacit._typing import Array, Entry, Float, Measurements, Sequence, Target
from tacit.algebra.formats._base import AbstractTensorFormat
from tacit.algebra.products import khatri_rao


class CanonicalFormat(AbstractTensorFormat):
    """X = Σ_r u_r¹ ⊗ ⋯ ⊗ u_rᴺ, u_rⁿ the columns of factor n, of shape (n_n, R) [kolda2009]."""

    factors: tuple[Float[Array, "_ R"], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""
        return tuple(factor.shape[0] for factor in self.factors)

    def dense(self) -> Target:
        """The tensor, as one product of two matrices: the modes are cut where they are evenest."""
        if len(self.factors) == 1:
            return jnp.sum(self.factors[0], axis=1)
        cut = _even_cut(self.shape)
        left, right = (
            reduce(khatri_rao, part) for part in (self.factors[:cut], self.factors[cut:])
        )
        return (left @ right.T).reshape(self.shape)

    def entries(self, *places: Entry) -> Measurements:
        """Σ_r Π_n u_rⁿ[i_n] at the places."""
        rows = [factor[place] for factor, place in zip(self.factors, places, strict=True)]
        return jnp.sum(reduce(jnp.multiply, rows), axis=-1)

    @property
    def entry_cost(self) -> int:
        """N R."""
        return len(self.factors) * self.factors[0].shape[1]

    @property
    def dense_cost(self) -> int:
        """R a number of the tensor."""
        return math.prod(self.shape) * self.factors[0].shape[1]


def _even_cut(shape: Sequence[int]) -> int:
    """How many of the modes stand on the left: of the least sum of the two sides."""

    def sides(cut: int) -> int:
        return math.prod(shape[:cut]) + math.prod(shape[cut:])

    return min(range(1, len(shape)), key=sides)
