"""Random draws with structure: orthogonal frames, low-rank matrices and tensors."""

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Matrix, PRNGKey
from tacit.algebra.transforms import AbstractTransform, Fourier
from tacit.algebra.tubal import t_product
from tacit.algebra.tubal_factorisations import t_qr


def orthogonal_frame(
    shape: tuple[int, int], dtype: Any = jnp.float32, *, key: PRNGKey
) -> Float[Array, "m n"]:
    """Haar-distributed Q of the given shape with QᵀQ = I (tall) or QQᵀ = I (wide).

    Args:
        shape: (m, n).
        dtype: floating-point type.
        key: JAX random key.
    """
    rows, columns = shape
    return jax.random.orthogonal(key, rows, (), dtype, m=columns)


def low_rank_matrix(
    shape: tuple[int, int], rank: int, dtype: Any = jnp.float32, *, key: PRNGKey
) -> Matrix:
    """Gaussian product U Vᵀ of the given rank, scaled so that entries have mean square one.

    Args:
        shape: (m, n).
        rank: number of columns of U and V.
        dtype: floating-point type.
        key: JAX random key.

    Raises:
        ValueError: if the rank is not between 1 and min(m, n).
    """
    m, n = shape
    if not 1 <= rank <= min(m, n):
        raise ValueError(f"low_rank_matrix: rank {rank} is not in 1..{min(m, n)} for shape {shape}")
    left_key, right_key = jax.random.split(key)
    X = jax.random.normal(left_key, (m, rank), dtype) @ jax.random.normal(
        right_key, (rank, n), dtype
    )
    return X / jnp.sqrt(jnp.mean(X**2))


def tubal_frame(
    shape: tuple[int, ...],
    transform: AbstractTransform = Fourier(),
    dtype: Any = jnp.float32,
    *,
    key: PRNGKey,
) -> Float[Array, "m r *k"]:
    """Random Q of shape (m, r, *k), r ≤ m, with Qᵀ * Q = I: the t-QR of a Gaussian tensor.

    Args:
        shape: (m, r, *k), r ≤ m.
        transform: transform of the tubes.
        dtype: floating-point type.
        key: JAX random key.

    Raises:
        ValueError: if it is wider than high.
    """
    if shape[1] > shape[0]:
        raise ValueError(
            f"tubal_frame: shape {shape} is wider than high; transpose one that is not"
        )
    return t_qr(jax.random.normal(key, shape, dtype), transform)[0]


def low_tubal_rank_tensor(
    shape: tuple[int, ...],
    rank: int,
    transform: AbstractTransform = Fourier(),
    dtype: Any = jnp.float32,
    *,
    key: PRNGKey,
) -> Float[Array, "m n *k"]:
    """Gaussian t-product of the given tubal rank, scaled so that entries have mean square one.

    Args:
        shape: (m, n, *k).
        rank: number of lateral slices of the two factors.
        transform: transform of the tubes.
        dtype: floating-point type.
        key: JAX random key.

    Raises:
        ValueError: if the rank is not between 1 and min(m, n).
    """
    m, n, *tubes = shape
    if not 1 <= rank <= min(m, n):
        raise ValueError(
            f"low_tubal_rank_tensor: rank {rank} is not in 1..{min(m, n)} for shape {shape}"
        )
    left_key, right_key = jax.random.split(key)
    left = jax.random.normal(left_key, (m, rank, *tubes), dtype)
    right = jax.random.normal(right_key, (rank, n, *tubes), dtype)
    T = t_product(left, right, transform)
    return T / jnp.sqrt(jnp.mean(T**2))
