"""De-biasing of a shrunken solution."""

import jax
import jax.numpy as jnp

from tacit._typing import Matrix, ScalarLike
from tacit.problems import Problem


def debias(problem: Problem, X: Matrix, tolerance: ScalarLike = 1e-3) -> Matrix:
    """U diag(s) Vᵀ with the singular vectors of X and s = argmin Σ w_i (A(U diag(s) Vᵀ) − y)_i².

    Soft thresholding shrinks the singular values that it keeps; this gives them back
    [mazumder2010]. Vectors with σ ≤ tolerance · σ₁ are dropped; X = 0 stays. It solves one p × r
    least-squares problem, whatever the problem's loss. Not to be traced: the number r of vectors
    kept depends on X.

    Args:
        problem: whose operator, y and weights are met.
        X: the shrunken matrix.
        tolerance: σ/σ₁ up to which a pair of vectors is dropped.
    """
    U, spectrum, Vt = jnp.linalg.svd(X, full_matrices=False)
    rank = int(jnp.sum(spectrum > tolerance * spectrum[0]))
    if rank == 0:
        return X
    U, Vt = U[:, :rank], Vt[:rank]
    columns = jax.vmap(lambda u, v: problem.operator.mv(jnp.outer(u, v)))(U.T, Vt)
    root = jnp.sqrt(jnp.ones_like(problem.y) if problem.weights is None else problem.weights)
    values, *_ = jnp.linalg.lstsq((root[None, :] * columns).T, root * problem.y)
    return (U * values[None, :]) @ Vt
