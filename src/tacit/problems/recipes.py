"""Recipes: from a known truth to the problem of recovering it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Matrix, PRNGKey, ScalarLike, Target
from tacit.operators import AbstractMeasurement, Dense, Entries, SharedBasis
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
    noise: ScalarLike = 0.0,
    key: PRNGKey,
) -> Problem:
    """`count` Gaussian measurements ⟨A_i, X★⟩, entries of A_i normal with the given deviation.

    Normal noise of the deviation `noise` is added to each. For [chu2024] they are mis-specified:
    their singular vectors are not those of the truth.
    """
    arrays_key, noise_key = jax.random.split(key)
    arrays = deviation * jax.random.normal(arrays_key, (count, *truth.shape), truth.dtype)
    return _noisy(_noiseless(Dense(jnp.asarray(arrays)), truth, loss), noise, noise_key)


def shared_sensing(
    truth: Matrix,
    count: int,
    deviation: ScalarLike,
    loss: AbstractLoss = MeanSquared(),
    *,
    noise: ScalarLike = 0.0,
    ones: bool = False,
    key: PRNGKey,
) -> Problem:
    """`count` measurements that share the singular vectors Φ, Ψ of the truth [chu2024].

    A_i = Φ diag(a_i) Ψᵀ, a_i normal numbers of the given deviation in descending order: the
    well-specified case. With `ones` the first A_i is Φ Ψᵀ, which measures the nuclear norm and
    makes Assumption 3 hold. Normal noise of the deviation `noise` is added to each measurement.
    """
    U, _, Vt = jnp.linalg.svd(truth, full_matrices=False)
    spectra_key, noise_key = jax.random.split(key)
    drawn = deviation * jax.random.normal(spectra_key, (count, U.shape[1]), truth.dtype)
    spectra = jnp.sort(drawn, axis=1, descending=True)
    if ones:
        spectra = spectra.at[0].set(1)
    return _noisy(_noiseless(SharedBasis(U, Vt.T, spectra), truth, loss), noise, noise_key)


def _noisy(problem: Problem, noise: ScalarLike, key: PRNGKey) -> Problem:
    draw = noise * jax.random.normal(key, problem.y.shape, problem.y.dtype)
    return eqx.tree_at(lambda given: given.y, problem, problem.y + draw)


def _noiseless(operator: AbstractMeasurement, truth: Target, loss: AbstractLoss) -> Problem:
    return Problem(operator, operator.mv(truth), loss, truth=truth)
