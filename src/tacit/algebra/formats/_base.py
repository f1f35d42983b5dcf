"""The contract of a tensor that is held as its factors."""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Entry, Measurements, Target

_NUMBERS = 1 << 21
"""Numbers gathered at a time: what is gathered stays small beside the factors."""
GATHER_COST = 8
"""Price of one gathered product, in multiply-adds of a dense product (measured, 2 cores)."""


class AbstractTensorFormat(eqx.Module):
    """A tensor of any order, held as factors from which any of its entries can be read."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""

    @abstractmethod
    def dense(self) -> Target:
        """The tensor itself."""

    @abstractmethod
    def entries(self, *places: Entry) -> Measurements:
        """The entries at these places, one array of indices for each mode; all at once."""

    @property
    @abstractmethod
    def entry_cost(self) -> int:
        """Multiply-adds for one entry, about the numbers that are gathered for it."""

    @property
    @abstractmethod
    def dense_cost(self) -> int:
        """Multiply-adds for the whole tensor."""

    def is_cheaper_dense(self, count: int) -> bool:
        """Whether forming the tensor is cheaper than reading so many entries from the factors."""
        return count * self.entry_cost * GATHER_COST > self.dense_cost

    def read(self, *places: Entry) -> Measurements:
        """The entries at these places, from the factors chunk by chunk.

        Nothing is kept for the derivative but the factors: memory is O(factors + entries).
        """
        count = places[0].shape[0]
        length = min(max(_NUMBERS // self.entry_cost, 1), count)
        padding = -count % length
        chunks = [jnp.pad(place, (0, padding)).reshape(-1, length) for place in places]
        one = jax.checkpoint(lambda chunk: self.entries(*chunk))
        return jax.lax.map(one, tuple(chunks)).reshape(-1)[:count]
