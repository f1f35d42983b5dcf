"""Observed entries of a matrix: the operator of completion."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Bool, Entry, Float, Int, Measurements, Target
from tacit.algebra import AbstractTensorFormat, Factored
from tacit.algebra.formats import GATHER_COST
from tacit.operators._base import AbstractMeasurement

CHUNK = 1 << 13
"""Entries read at a time from a factored target: what is gathered stays in the cache."""
_IN_CACHE = 1 << 20
"""Entries of a matrix up to which its dense product is three times cheaper still."""


class Entries(AbstractMeasurement):
    """Entries (A X)_i = X[rows_i, columns_i] of a matrix, in the order given.

    A target held as two factors is read chunk by chunk wherever that is cheaper than forming the
    matrix; its gradient then takes memory O(chunk · width + factors).
    """

    rows: Entry
    columns: Entry
    _shape: tuple[int, int] = eqx.field(static=True)
    _dtype: np.dtype = eqx.field(static=True)
    is_sorted: bool = eqx.field(static=True)
    is_unique: bool = eqx.field(static=True)

    def __init__(self, rows: Any, columns: Any, shape: tuple[int, int], dtype: Any = jnp.float32):
        """Observe `rows[i], columns[i]`, i = 1..p, of a matrix of the given shape.

        Raises:
            ValueError: if an index is outside the shape, or the two index arrays differ in length.
        """
        rows, columns = np.asarray(rows), np.asarray(columns)
        if rows.ndim != 1 or rows.shape != columns.shape or rows.size == 0:
            raise ValueError(
                f"Entries: rows and columns need one length ≥ 1, "
                f"got shapes {rows.shape} and {columns.shape}"
            )
        m, n = shape
        for name, index, side in (("rows", rows, m), ("columns", columns, n)):
            if index.min() < 0 or index.max() >= side:
                raise ValueError(
                    f"Entries: {name} runs from {index.min()} to {index.max()}, "
                    f"outside 0..{side - 1}"
                )
        steps = np.diff(rows.astype(np.int64) * n + columns)
        self.rows = jnp.asarray(rows, jnp.int32)
        self.columns = jnp.asarray(columns, jnp.int32)
        self._shape = (m, n)
        self._dtype = np.dtype(dtype)
        self.is_sorted = bool(np.all(steps >= 0))
        self.is_unique = bool(np.all(steps > 0)) if self.is_sorted else False

    @classmethod
    def from_mask(cls, observed: Bool[np.ndarray, "m n"], dtype: Any = jnp.float32) -> "Entries":
        """Entries where the mask is true, row by row."""
        rows, columns = np.nonzero(observed)
        return cls(rows, columns, observed.shape, dtype)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (m, n) of the matrix."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type given at construction."""
        return self._dtype

    @property
    def size(self) -> int:
        """Number p of observed entries."""
        return self.rows.shape[0]

    @property
    def _is_whole(self) -> bool:
        """Whether every entry is observed, in order: as many as there are, each behind the last."""
        return self.is_unique and self.size == math.prod(self.shape)

    def mv(self, vector: Target) -> Measurements:
        """Entries of X, gathered; all of them as they lie."""
        if self._is_whole:
            return vector.reshape(-1)
        return vector.at[self.rows, self.columns].get(
            mode="promise_in_bounds",
            indices_are_sorted=self.is_sorted,
            unique_indices=self.is_unique,
        )

    def adjoint(self, y: Measurements) -> Target:
        """Matrix that holds y at the observed entries and zero elsewhere; repeated entries add."""
        if self._is_whole:
            return y.reshape(self.shape)
        return (
            jnp.zeros(self.shape, y.dtype)
            .at[self.rows, self.columns]
            .add(
                y,
                mode="promise_in_bounds",
                indices_are_sorted=self.is_sorted,
                unique_indices=self.is_unique,
            )
        )

    def take(self, index: Int[np.ndarray, " q"]) -> "Entries":
        """The entries listed."""
        return Entries(
            np.asarray(self.rows)[index], np.asarray(self.columns)[index], self.shape, self.dtype
        )

    def mv_factored(self, target: Factored | AbstractTensorFormat) -> Measurements:
        """Entries of left · right, from the factors or the product, whichever is cheaper."""
        if isinstance(target, AbstractTensorFormat):
            if target.is_cheaper_dense(self.size):
                return self.mv(target.dense())
            return target.read(self.rows, self.columns)
        m, n = target.shape
        price = GATHER_COST if m * n > _IN_CACHE else 3 * GATHER_COST
        if self.size * price > m * n:
            return self.mv(target.dense())
        return gathered(target.left, target.right.T, self.rows, self.columns)


def _inner_products(
    left: Float[Array, "m r"], right: Float[Array, "n r"], rows: Entry, columns: Entry
) -> Measurements:
    """Inner products of rows of the factors, a chunk at a time."""
    row_chunks, column_chunks, _ = _chunks(rows, columns)
    products = jax.lax.map(
        lambda index: jnp.sum(left[index[0]] * right[index[1]], axis=-1),
        (row_chunks, column_chunks),
    )
    return products.reshape(-1)[: rows.shape[0]]


gathered = jax.custom_vjp(_inner_products)


def _gathered_forward(left, right, rows, columns):
    # The undecorated function, so that forward mode over this rule (Hessian products) works.
    return _inner_products(left, right, rows, columns), (left, right, rows, columns)


def _gathered_backward(residuals, cotangent):
    # One pass: gather both factors' rows, scale by the cotangent, scatter-add into both gradients.
    left, right, rows, columns = residuals
    row_chunks, column_chunks, padding = _chunks(rows, columns)
    weights = jnp.pad(cotangent, (0, padding)).reshape(row_chunks.shape)

    def accumulate(gradients, chunk):
        of_left, of_right = gradients
        row, column, weight = chunk
        of_left = of_left.at[row].add(weight[:, None] * right[column])
        of_right = of_right.at[column].add(weight[:, None] * left[row])
        return (of_left, of_right), None

    (of_left, of_right), _ = jax.lax.scan(
        accumulate,
        (jnp.zeros_like(left), jnp.zeros_like(right)),
        (row_chunks, column_chunks, weights),
    )
    return of_left, of_right, None, None


gathered.defvjp(_gathered_forward, _gathered_backward)


def _chunks(rows: Entry, columns: Entry) -> tuple[Array, Array, int]:
    """Indices in rows of at most CHUNK, padded with entry (0, 0), and the length of the padding."""
    length = min(CHUNK, rows.shape[0])
    padding = -rows.shape[0] % length
    row_chunks, column_chunks = (
        jnp.pad(index, (0, padding)).reshape(-1, length) for index in (rows, columns)
    )
    return row_chunks, column_chunks, padding
