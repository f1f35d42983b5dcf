"""Differences that stop at the boundary, of a tensor by its channels."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Sequence
from tacit.algebra import Cosine

Fields = Float[Array, "c *sides"]
"""A tensor by its channels: all modes along which no differences are taken, as one."""


def along(V: Float[Array, "..."], matrix: np.ndarray, axis: int) -> Float[Array, "..."]:
    """The matrix applied along an axis."""
    product = jnp.tensordot(V, jnp.asarray(matrix, V.dtype), axes=(axis, 1))
    return jnp.moveaxis(product, -1, axis)


def difference(X: Fields, direction: int) -> Fields:
    """∇_d X, forward differences, zero beyond the last."""
    axis = direction + 1
    beyond = [(0, 1 if mode == axis else 0) for mode in range(X.ndim)]
    return jnp.pad(jnp.diff(X, axis=axis), beyond)


def difference_adjoint(V: Fields, direction: int) -> Fields:
    """∇_dᵀ V."""
    axis = direction + 1
    inner = V[(slice(None),) * axis + (slice(-1),)]
    ends = [(1, 1) if mode == axis else (0, 0) for mode in range(V.ndim)]
    return -jnp.diff(jnp.pad(inner, ends), axis=axis)


def solve_differences(V: Fields, directions: Sequence[int]) -> Fields:
    """(I + Σ_d ∇_dᵀ ∇_d)⁻¹ V, a division in the cosine domain; a direction may occur repeatedly."""
    sides = V.shape[1:]
    eigenvalues = np.ones((1,) * V.ndim)
    for d in directions:
        along_d = 2 - 2 * np.cos(np.pi * np.arange(sides[d]) / sides[d])
        shape = [-1 if axis == d + 1 else 1 for axis in range(V.ndim)]
        eigenvalues = eigenvalues + along_d.reshape(shape)
    matrices = Cosine().matrices(sides)
    for axis, matrix in enumerate(matrices, start=1):
        V = along(V, matrix, axis)
    V = V / jnp.asarray(eigenvalues, V.dtype)
    for axis, matrix in enumerate(matrices, start=1):
        V = along(V, matrix.T, axis)
    return V
