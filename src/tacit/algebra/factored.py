"""A matrix kept as two thin factors, so that its entries are read without forming it."""

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Entry, Float, Matrix, Measurements
from tacit.algebra.products import product


class Factored(eqx.Module):
    """The matrix X = left · right, held as its factors."""

    left: Float[Array, "m r"]
    right: Float[Array, "r n"]

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (m, n) of X."""
        return self.left.shape[0], self.right.shape[1]

    @property
    def width(self) -> int:
        """Number r of columns of the left factor."""
        return self.left.shape[1]

    def dense(self) -> Matrix:
        """X itself, m·n numbers."""
        return product(self.left, self.right)

    def entries(self, rows: Entry, columns: Entry) -> Measurements:
        """Entries X[rows, columns] = Σ_a left[rows, a] right[a, columns], in 2·p·r operations."""
        return jnp.sum(self.left[rows] * self.right[:, columns].T, axis=-1)

    def singular_values(self) -> Float[Array, " q"]:
        """The q = min(m, n, r) leading singular values of X; any others are zero.

        With left = Q R and rightᵀ = P T they are those of the core R Tᵀ, found in
        O((m + n) r² + r³) operations.
        """
        if self.width >= min(self.shape):
            return jnp.linalg.svd(self.dense(), compute_uv=False)
        R = jnp.linalg.qr(self.left, mode="r")
        T = jnp.linalg.qr(self.right.T, mode="r")
        return jnp.linalg.svd(R @ T.T, compute_uv=False)

    def __matmul__(self, other: Float[Array, "n _"]) -> Float[Array, "m _"]:
        """X · other in O((m + n) r) operations a column."""
        return self.left @ (self.right @ other)
