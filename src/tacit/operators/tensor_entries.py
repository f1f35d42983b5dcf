"""Observed entries of an array of any order."""

import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Bool, Int, Measurements, Target
from tacit.algebra import AbstractTensorFormat, Factored
from tacit.operators._base import AbstractMeasurement


class TensorEntries(AbstractMeasurement):
    """Entries (A X)_i = X[indices_i] of an array of any order, in the order given.

    Single ones, or all those of whole tubes or frontal slices. For matrices `Entries` is the better
    one: it reads a factored target without forming it.
    """

    positions: Int[Array, " p"]
    _shape: tuple[int, ...] = eqx.field(static=True)
    _dtype: np.dtype = eqx.field(static=True)
    is_sorted: bool = eqx.field(static=True)
    is_unique: bool = eqx.field(static=True)

    def __init__(self, positions: Any, shape: tuple[int, ...], dtype: Any = jnp.float32):
        """Observe the entries at the given places of the row-major flattened array.

        Args:
            positions: p whole numbers; `np.ravel_multi_index` makes them of indices.
            shape: Shape of the target.
            dtype: Floating-point type of the target.

        Raises:
            ValueError: if there is no position, or one outside the shape.
        """
        positions = np.asarray(positions)
        if positions.ndim != 1 or positions.size == 0:
            raise ValueError(
                "TensorEntries: positions need one axis of length ≥ 1, got shape "
                f"{positions.shape}; say what is observed"
            )
        if positions.min() < 0 or positions.max() >= math.prod(shape):
            raise ValueError(
                f"TensorEntries: positions run from {positions.min()} to {positions.max()}, "
                f"outside 0..{math.prod(shape) - 1} of shape {shape}"
            )
        steps = np.diff(positions.astype(np.int64))
        self.positions = jnp.asarray(positions, jnp.int32)
        self._shape = tuple(shape)
        self._dtype = np.dtype(dtype)
        self.is_sorted = bool(np.all(steps >= 0))
        self.is_unique = bool(np.all(steps > 0))

    @classmethod
    def from_mask(
        cls, observed: Bool[np.ndarray, "..."], dtype: Any = jnp.float32
    ) -> "TensorEntries":
        """Entries where the mask, of the shape of the target, is true."""
        return cls(np.flatnonzero(observed), observed.shape, dtype)

    @classmethod
    def from_tubes(
        cls, observed: Bool[np.ndarray, "m n"], tubes: tuple[int, ...], dtype: Any = jnp.float32
    ) -> "TensorEntries":
        """Whole tubes X[i, l, :], of the given lengths, where the mask over (m, n) is true."""
        m, n = observed.shape
        mask = observed.reshape(m, n, *(1 for _ in tubes))
        return cls.from_mask(np.broadcast_to(mask, (m, n, *tubes)), dtype)

    @classmethod
    def from_slices(
        cls, observed: Bool[np.ndarray, "*k"], sides: tuple[int, int], dtype: Any = jnp.float32
    ) -> "TensorEntries":
        """Whole frontal slices X[:, :, j] of the given sides where the mask over j is true."""
        return cls.from_mask(np.broadcast_to(observed, (*sides, *observed.shape)), dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type given at construction."""
        return self._dtype

    @property
    def size(self) -> int:
        """Number p of observed entries."""
        return self.positions.shape[0]

    @property
    def _is_whole(self) -> bool:
        """Whether every entry is observed, in order: as many as there are, each behind the last."""
        return self.is_unique and self.size == math.prod(self.shape)

    def mv(self, vector: Target) -> Measurements:
        """Entries of X, gathered; all of them as they lie."""
        if self._is_whole:
            return vector.reshape(-1)
        return (
            vector.reshape(-1)
            .at[self.positions]
            .get(
                mode="promise_in_bounds",
                indices_are_sorted=self.is_sorted,
                unique_indices=self.is_unique,
            )
        )

    def mv_factored(self, target: Factored | AbstractTensorFormat) -> Measurements:
        """Entries of a tensor, from its factors or itself, whichever is cheaper."""
        if isinstance(target, Factored) or target.is_cheaper_dense(self.size):
            return self.mv(target.dense())
        return target.read(*jnp.unravel_index(self.positions, self.shape))

    def adjoint(self, y: Measurements) -> Target:
        """Array that holds y at the observed entries and zero elsewhere; repeated entries add."""
        if self._is_whole:
            return y.reshape(self.shape)
        flat = jnp.zeros(math.prod(self.shape), y.dtype)
        return (
            flat.at[self.positions]
            .add(
                y,
                mode="promise_in_bounds",
                indices_are_sorted=self.is_sorted,
                unique_indices=self.is_unique,
            )
            .reshape(self.shape)
        )

    def take(self, index: Int[np.ndarray, " q"]) -> "TensorEntries":
        """The entries listed."""
        return TensorEntries(np.asarray(self.positions)[index], self.shape, self.dtype)
