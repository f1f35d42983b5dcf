"""Recipes: from a known truth to the problem of recovering it."""

import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Matrix, PRNGKey, ScalarLike, Target
from tacit.operators import AbstractMeasurement, Dense, Entries
from tacit.problems.losses import AbstractLoss, LeastSquares, MeanSquared
from tacit.problems.problem import Problem


def full_observation(truth: Matrix, loss: AbstractLoss = LeastSquares()) -> Problem:
    """Every entry observed without noise: ℓ = ½‖X − X★‖_F², the setting of [chou2024]."""
    m, n = truth.shape
    rows, columns = np.divmod(np.arange(m * n), n)
    return _noiseless(Entries(rows, columns, (m, n), truth.dtype), truth, loss)


def completion(
    truth: Matrix, count: int, loss: AbstractLoss = MeanSquared(), *, key: PRNGKey
) -> Problem:
    """`count` entries observed without noise, drawn uniformly without replacement.

    Raises:
        ValueError: if count is not between 1 and m·n.
    """
    m, n = truth.shape
    if not 1 <= count <= m * n:
        raise ValueError(f"completion: count must be between 1 and {m * n}, got {count}")
    drawn = np.sort(np.asarray(jax.random.choice(key, m * n, (count,), replace=False)))
    return _noiseless(Entries(*np.divmod(drawn, n), (m, n), truth.dtype), truth, loss)


def sensing(
    truth: Target,
    count: int,
    deviation: ScalarLike,
    loss: AbstractLoss = MeanSquared(),
    *,
    key: PRNGKey,
) -> Problem:
    """`count` Gaussian measurements ⟨A_i, X★⟩, entries of A_i normal with the given deviation."""
    arrays = deviation * jax.random.normal(key, (count, *truth.shape), truth.dtype)
    return _noiseless(Dense(jnp.asarray(arrays)), truth, loss)


def _noiseless(operator: AbstractMeasurement, truth: Target, loss: AbstractLoss) -> Problem:
    return Problem(operator, operator.mv(truth), loss, truth=truth)
