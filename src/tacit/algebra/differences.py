"""Differences that stop at the boundary, of a tensor by its channels, and periodic ones."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Sequence, Target
from tacit.algebra.matrix_transforms import Cosine

Fields = Float[Array, "c *sides"]
"""A tensor by its channels: all modes along which no differences are taken, as one."""


def along(V: Float[Array, "..."], matrix: np.ndarray, axis: int) -> Float[Array, "..."]:
    """The matrix applied along an axis.

    Args:
        V: the tensor.
        matrix: applied to each fibre.
        axis: along which fibres run.
    """
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


def periodic_gradient(X: Target, directions: Sequence[int]) -> list[Target]:
    """∇_d X for each direction, periodic forward differences."""
    return [jnp.roll(X, -1, d) - X for d in directions]


def periodic_gradient_adjoint(fields: Sequence[Target], directions: Sequence[int]) -> Target:
    """Σ_d ∇_dᵀ V_d."""
    terms = [jnp.roll(V, 1, d) - V for d, V in zip(directions, fields, strict=True)]
    return sum(terms[1:], start=terms[0])


def solve_periodic_differences(V: Target, directions: Sequence[int]) -> Target:
    """(I + Σ_d ∇_dᵀ ∇_d)⁻¹ V: a division in the Fourier domain."""
    *others, last = directions
    eigenvalues = np.ones((1,) * V.ndim)
    for d in directions:
        side = V.shape[d]
        waves = 2 - 2 * np.cos(2 * np.pi * np.arange(side // 2 + 1 if d == last else side) / side)
        eigenvalues = eigenvalues + np.expand_dims(waves, [e for e in range(V.ndim) if e != d])
    spectrum = jnp.fft.rfft(V, axis=last)
    for d in others:
        spectrum = jnp.fft.fft(spectrum, axis=d)
    spectrum = spectrum / jnp.asarray(eigenvalues, V.dtype).astype(spectrum.dtype)
    for d in others:
        spectrum = jnp.fft.ifft(spectrum, axis=d)
    return jnp.fft.irfft(spectrum, V.shape[last], axis=last)
