"""A chain of cores, one for each mode."""

import math
from functools import reduce

import jax.numpy as jnp

from tacit._typing import Array, Entry, Float, Measurements, Target
from tacit.algebra.formats._base import AbstractTensorFormat


class TrainFormat(AbstractTensorFormat):
    """X[i_1, …, i_N] = G_1[i_1] ⋯ G_N[i_N], G_n of shape (r_{n−1}, n_n, r_n), r_0 = r_N = 1.

    The tensor train, or matrix product state [oseledets2011].
    """

    cores: tuple[Float[Array, "_ _ _"], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""
        return tuple(core.shape[1] for core in self.cores)

    def dense(self) -> Target:
        """The tensor, core after core."""
        whole = reduce(lambda chain, core: jnp.tensordot(chain, core, axes=1), self.cores)
        return whole[0, ..., 0]

    def entries(self, *places: Entry) -> Measurements:
        """Products of the matrices that the places choose."""
        found = self.cores[0][0][places[0]]
        for core, place in zip(self.cores[1:], places[1:], strict=True):
            chosen = jnp.moveaxis(core, 1, 0)[place]
            found = jnp.einsum("pa,pab->pb", found, chosen)
        return found[:, 0]

    @property
    def entry_cost(self) -> int:
        """Σ r_{n−1} r_n."""
        return sum(core.shape[0] * core.shape[2] for core in self.cores)

    @property
    def dense_cost(self) -> int:
        """Σ_k n_1 ⋯ n_k · r_{k−1} r_k."""
        sides = self.shape
        return sum(
            math.prod(sides[: mode + 1]) * core.shape[0] * core.shape[2]
            for mode, core in enumerate(self.cores)
        )
