"""Recipes: from a known truth to the problem of recovering it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Matrix, PRNGKey, ScalarLike, Target
from tacit.algebra import AbstractTransform, Fourier, t_transpose
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

    Args:
        truth: X★.
        count: number p of entries seen.
        loss: how misfit is counted.
        key: JAX random key.

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

    Args:
        truth: X★, a matrix or a tensor.
        count: number p of measurements.
        deviation: standard deviation of the entries of A_i.
        loss: how misfit is counted.
        noise: standard deviation of the noise, in units of y.
        key: JAX random key.
    """
    arrays_key, noise_key = jax.random.split(key)
    arrays = deviation * jax.random.normal(arrays_key, (count, *truth.shape), truth.dtype)
    return _noisy(_noiseless(Dense(jnp.asarray(arrays)), truth, loss), noise, noise_key)


def tubal_sensing(
    truth: Float[Array, "m n *k"],
    count: int,
    loss: AbstractLoss = LeastSquares(),
    *,
    deviation: ScalarLike | None = None,
    symmetrised: bool = False,
    transform: AbstractTransform = Fourier(),
    noise: ScalarLike = 0.0,
    key: PRNGKey,
) -> Problem:
    """`count` Gaussian measurements of a tensor, the setting of [karnik2025].

    Args:
        truth: Tensor of order 3 or higher.
        count: Number p of measurements.
        loss: Loss of the residual.
        deviation: Of the entries of A_i; default 1/√p, with which E ‖A(Z)‖² = ‖Z‖_F².
        symmetrised: Replace A_i by its tubal-symmetric part (A_i + A_iᵀ)/2, which measures the same
            of a tubal-symmetric target and is all that descent on U * Uᵀ sees. (The authors'
            scripts take G + Gᵀ of unit deviation: `deviation=2`.)
        transform: That of the tubal transpose.
        noise: Deviation of the normal noise added to each measurement.
        key: JAX random key.

    Raises:
        ValueError: if the truth has no tubes, or is not square and the A_i are to be symmetrised.
    """
    if truth.ndim < 3 or (symmetrised and truth.shape[0] != truth.shape[1]):
        raise ValueError(
            f"tubal_sensing: truth has shape {truth.shape}; it needs order ≥ 3, and equal sides to "
            "symmetrise the measurements"
        )
    arrays_key, noise_key = jax.random.split(key)
    arrays = jax.random.normal(arrays_key, (count, *truth.shape), truth.dtype)
    if symmetrised:
        arrays = (arrays + jax.vmap(lambda A: t_transpose(A, transform))(arrays)) / 2
    arrays = arrays * (count**-0.5 if deviation is None else deviation)
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

    Args:
        truth: X★.
        count: number p of measurements.
        deviation: standard deviation of the numbers a_i.
        loss: how misfit is counted.
        noise: standard deviation of the noise, in units of y.
        ones: whether A_1 = Φ Ψᵀ.
        key: JAX random key.
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
