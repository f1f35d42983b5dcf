"""Observed tubes and frontal slices of a tensor: what is seen, or missing, as a whole."""

import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Bool, Int, Measurements, Target
from tacit.operators._base import AbstractMeasurement
from tacit.operators.tensor_entries import TensorEntries


class Tubes(AbstractMeasurement):
    """Whole tubes X[i, l, :] of an m × n × *k tensor, those of a mask over (m, n), row by row."""

    places: Int[Array, " q"]
    _shape: tuple[int, ...] = eqx.field(static=True)
    _dtype: np.dtype = eqx.field(static=True)

    def __init__(
        self, observed: Bool[np.ndarray, "m n"], tubes: tuple[int, ...], dtype: Any = jnp.float32
    ):
        """Observe the tubes where the mask is true, each of the given lengths.

        Raises:
            ValueError: if the mask is true nowhere.
        """
        self.places = jnp.asarray(_marked("Tubes", observed), jnp.int32)
        self._shape = (*observed.shape, *tubes)
        self._dtype = np.dtype(dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape (m, n, *k) of the tensor."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type given at construction."""
        return self._dtype

    @property
    def size(self) -> int:
        """Number of observed tubes times their length."""
        return self.places.shape[0] * math.prod(self.shape[2:])

    def mv(self, vector: Target) -> Measurements:
        """Entries of the observed tubes, tube by tube."""
        m, n, *tubes = self.shape
        flat = vector.reshape(m * n, math.prod(tubes))
        return flat[self.places].reshape(-1)

    def adjoint(self, y: Measurements) -> Target:
        """Tensor with y in the observed tubes and zero elsewhere."""
        m, n, *tubes = self.shape
        flat = jnp.zeros((m * n, math.prod(tubes)), y.dtype)
        values = y.reshape(-1, math.prod(tubes))
        return (
            flat.at[self.places]
            .set(values, mode="promise_in_bounds", indices_are_sorted=True, unique_indices=True)
            .reshape(self.shape)
        )

    def take(self, index: Int[np.ndarray, " q"]) -> TensorEntries:
        """The entries listed; of a tube only some may be among them."""
        length = math.prod(self.shape[2:])
        positions = np.asarray(self.places)[:, None] * length + np.arange(length)
        return TensorEntries(positions.ravel()[index], self.shape, self.dtype)


class FrontalSlices(AbstractMeasurement):
    """Whole frontal slices X[:, :, j] of an m × n × *k tensor, those of a mask over the tube."""

    places: Int[Array, " q"]
    _shape: tuple[int, ...] = eqx.field(static=True)
    _dtype: np.dtype = eqx.field(static=True)

    def __init__(
        self,
        observed: Bool[np.ndarray, "*k"],
        sides: tuple[int, int],
        dtype: Any = jnp.float32,
    ):
        """Observe the slices where the mask, of the shape of a tube, is true.

        Raises:
            ValueError: if the mask is true nowhere.
        """
        self.places = jnp.asarray(_marked("FrontalSlices", observed), jnp.int32)
        self._shape = (*sides, *observed.shape)
        self._dtype = np.dtype(dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape (m, n, *k) of the tensor."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type given at construction."""
        return self._dtype

    @property
    def size(self) -> int:
        """Number m·n of entries of a slice times that of observed slices."""
        return self.places.shape[0] * self.shape[0] * self.shape[1]

    def mv(self, vector: Target) -> Measurements:
        """Entries of the observed slices, tube by tube."""
        m, n, *tubes = self.shape
        flat = vector.reshape(m * n, math.prod(tubes))
        return flat[:, self.places].reshape(-1)

    def adjoint(self, y: Measurements) -> Target:
        """Tensor with y in the observed slices and zero elsewhere."""
        m, n, *tubes = self.shape
        flat = jnp.zeros((m * n, math.prod(tubes)), y.dtype)
        values = y.reshape(m * n, -1)
        return (
            flat.at[:, self.places]
            .set(values, mode="promise_in_bounds", indices_are_sorted=True, unique_indices=True)
            .reshape(self.shape)
        )

    def take(self, index: Int[np.ndarray, " q"]) -> TensorEntries:
        """The entries listed; of a slice only some may be among them."""
        m, n, *tubes = self.shape
        tube_starts = np.arange(m * n)[:, None] * math.prod(tubes)
        positions = tube_starts + np.asarray(self.places)
        return TensorEntries(positions.ravel()[index], self.shape, self.dtype)


def _marked(name: str, observed: Bool[np.ndarray, "..."]) -> Int[np.ndarray, " q"]:
    places = np.flatnonzero(observed)
    if not places.size:
        raise ValueError(f"{name}: the mask is true nowhere; mark what is observed")
    return places
