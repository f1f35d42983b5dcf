"""The last digits of a minimum nuclear norm, by Newton's method."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import Float, Measurements
from tacit.operators import AbstractMeasurement
from tacit.solvers.nuclear import NuclearMinimum

_STEPS = 12
_SINGULAR = 1e-9
"""Relative singular value below which a direction of Newton's system is left alone."""


def polish(
    operator: AbstractMeasurement, y: Measurements, minimum: NuclearMinimum
) -> NuclearMinimum:
    """Newton's method on the optimality conditions L = M R, R = Mᵀ L, A(L Rᵀ) = y with M = A* ν.

    They are those of min ½(‖L‖² + ‖R‖²) subject to A(L Rᵀ) = y, which has the value min ‖X‖_*
    [gunasekar2017]; on them M is 1 on the singular vectors of X. The rank is read off the start:
    the number of i with σ_i(X) / σ₁(X) > 1 − σ_i(M). A step solves r(m + n) + p equations in the
    sense of least norm, because rotations of the factors change nothing, and the minimiser, or ν,
    may not be unique. From the answer of `minimum_nuclear_norm` a few steps reach rounding.

    The new dual is kept only if it raises the lower bound, the new X only if it interpolates and
    lowers the value: the answer is never worse. For small problems, m·n·p numbers are held; in
    numpy and float64, so not to be traced.

    Args:
        operator: A.
        y: what is measured.
        minimum: where Newton's method starts.
    """
    m, n = minimum.X.shape
    matrix = np.asarray(operator.as_matrix(), np.float64)
    X, nu = np.asarray(minimum.X, np.float64), np.asarray(minimum.dual, np.float64)
    size, unit = np.linalg.norm(X, 2), np.linalg.norm(matrix, 2)
    if size == 0:
        return minimum
    target = matrix @ np.linalg.lstsq(matrix, np.asarray(y, np.float64))[0]
    arrays = matrix.reshape(-1, m, n) / unit
    L, R, nu = _newton(arrays, target / (size * unit), X / size, nu * unit)
    X, nu = size * (L @ R.T), nu / unit
    X = X + np.linalg.lstsq(matrix, target - matrix @ X.ravel())[0].reshape(m, n)
    return _better(matrix, np.asarray(y, np.float64), X, nu, minimum)


def _newton(
    arrays: Float[np.ndarray, "p m n"],
    y: Float[np.ndarray, " p"],
    X: Float[np.ndarray, "m n"],
    nu: Float[np.ndarray, " p"],
) -> tuple[Float[np.ndarray, "m r"], Float[np.ndarray, "n r"], Float[np.ndarray, " p"]]:
    """Factors and multiplier after Newton's steps from those of X and ν."""
    p, m, n = arrays.shape

    # Complementarity decides the rank: where X has a singular value, that of M is one.
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    duality = np.linalg.svd(np.tensordot(nu, arrays, axes=1), compute_uv=False)
    r = max(int(np.sum(s > 1 - duality)), 1)
    L, R = U[:, :r] * np.sqrt(s[:r]), Vt[:r].T * np.sqrt(s[:r])

    for _ in range(_STEPS):
        M = np.tensordot(nu, arrays, axes=1)
        to_left = (arrays @ R).reshape(p, -1)
        to_right = (arrays.transpose(0, 2, 1) @ L).reshape(p, -1)
        couple = np.kron(M, np.eye(r))
        system = np.block(
            [
                [np.eye(m * r), -couple, -to_left.T],
                [-couple.T, np.eye(n * r), -to_right.T],
                [to_left, to_right, np.zeros((p, p))],
            ]
        )
        misses = y - np.tensordot(arrays, L @ R.T, axes=2)
        wanted = np.concatenate([(M @ R - L).ravel(), (M.T @ L - R).ravel(), misses])
        # Singular: rotations of the factors change nothing. The step of least norm is one of many.
        step = np.linalg.lstsq(system, wanted, rcond=_SINGULAR)[0]
        L = L + step[: m * r].reshape(m, r)
        R = R + step[m * r : (m + n) * r].reshape(n, r)
        nu = nu + step[(m + n) * r :]
        if np.linalg.norm(wanted) < 1e-15:
            break
    return L, R, nu


def _better(
    matrix: Float[np.ndarray, "p size"],
    y: Float[np.ndarray, " p"],
    X: Float[np.ndarray, "m n"],
    nu: Float[np.ndarray, " p"],
    minimum: NuclearMinimum,
) -> NuclearMinimum:
    """The minimum with the new X and the new dual, each where it is better than the old."""
    dtype = minimum.X.dtype
    rounding = float(jnp.finfo(dtype).eps)
    if np.all(np.isfinite(nu)):
        largest = np.linalg.norm((nu @ matrix).reshape(X.shape), 2)
        nu = nu / (max(largest, 1) * (1 + 4 * rounding))
        if y @ nu > float(minimum.lower_bound):
            dual = jnp.asarray(nu, dtype)
            minimum = minimum._replace(dual=dual, lower_bound=jnp.asarray(y @ nu, dtype))
    if np.all(np.isfinite(X)):
        value = np.sum(np.linalg.svd(X, compute_uv=False))
        residual = np.linalg.norm(matrix @ X.ravel() - y) / np.linalg.norm(y)
        if value < float(minimum.value) and residual <= max(
            float(minimum.residual), 100 * rounding
        ):
            minimum = minimum._replace(
                X=jnp.asarray(X, dtype),
                value=jnp.asarray(value, dtype),
                residual=jnp.asarray(residual, dtype),
            )
    return minimum
