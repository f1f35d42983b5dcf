"""The interpolator of least Frobenius norm."""

import jax.numpy as jnp
from jax.scipy.sparse.linalg import cg

from tacit._typing import Any, Measurements, ScalarLike, Target
from tacit.operators import AbstractMeasurement


def least_norm(
    operator: AbstractMeasurement, y: Measurements, tolerance: ScalarLike = 1e-10
) -> Target:
    """X = A⁺ y: the least ‖X‖_F among A X = y, by conjugate gradients on A* A X = A* y from zero.

    It is where gradient descent from zero on `Direct` ends. If y is outside the range of A, X is
    the least-squares solution of least norm. It stops at ‖A*(A X − y)‖ ≤ tolerance · ‖A* y‖; a
    tolerance below 1e-12, in float32 1.2e-5, stands for that: conjugate gradients that are asked
    for rounding may run away once they have reached it.

    Args:
        operator: A.
        y: what is measured.
        tolerance: of the normal equations, relative to ‖A* y‖.
    """
    reachable: Any = jnp.maximum(tolerance, max(100 * float(jnp.finfo(y.dtype).eps), 1e-12))
    X, _ = cg(lambda X: operator.adjoint(operator.mv(X)), operator.adjoint(y), tol=reachable)
    return X
