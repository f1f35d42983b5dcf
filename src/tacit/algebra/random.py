"""Random draws with structure: orthogonal frames and low-rank matrices."""

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Matrix, PRNGKey


def orthogonal_frame(
    shape: tuple[int, int], dtype: Any = jnp.float32, *, key: PRNGKey
) -> Float[Array, "m n"]:
    """Haar-distributed Q of the given shape with QᵀQ = I (tall) or QQᵀ = I (wide)."""
    rows, columns = shape
    return jax.random.orthogonal(key, rows, (), dtype, m=columns)


def low_rank_matrix(
    shape: tuple[int, int], rank: int, dtype: Any = jnp.float32, *, key: PRNGKey
) -> Matrix:
    """Gaussian product U Vᵀ of the given rank, scaled so that entries have mean square one.

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
