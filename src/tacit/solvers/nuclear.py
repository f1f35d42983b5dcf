"""The minimum nuclear norm subject to the measurements, with its dual."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.sparse.linalg import cg

from tacit._jit import jit
from tacit._typing import Any, Array, IntScalar, Matrix, Measurements, RealScalar
from tacit.algebra import nuclear_norm, shrink_singular_values, singular_values, spectral_norm
from tacit.operators import AbstractMeasurement
from tacit.solvers.least_norm import least_norm

_RELAXATION = 1.8
_CHECK = 10
"""Iterations between two looks at the gap; a look costs two singular value decompositions."""
_BALANCED = 400
"""Iterations after which τ stays: the iteration converges only if its balancing ends."""


class NuclearMinimum(NamedTuple):
    """A minimiser, and the dual point that bounds how far from the minimum it can be.

    `lower_bound` = yᵀν holds for the true minimum whatever the accuracy reached, because
    ‖A* ν‖₂ ≤ 1; `value` = ‖X‖_* and `residual` = ‖A X − y‖ / ‖y‖ belong to `X`.
    """

    X: Matrix
    dual: Measurements
    value: RealScalar
    lower_bound: RealScalar
    residual: RealScalar
    iterations: IntScalar

    @property
    def gap(self) -> RealScalar:
        """Relative duality gap (value − lower bound) / value; 0 for X = 0."""
        return (self.value - self.lower_bound) / jnp.where(self.value > 0, self.value, 1)


class _Iterate(NamedTuple):
    """An interpolator Z, M = A* ν of the multiplier (the scaled dual variable is −M), and τ."""

    Z: Matrix
    M: Matrix
    tau: RealScalar


def minimum_nuclear_norm(
    operator: AbstractMeasurement,
    y: Measurements,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 5000,
) -> NuclearMinimum:
    """Minimise ‖X‖_* subject to A X = y, and maximise yᵀν subject to ‖A* ν‖₂ ≤ 1.

    Over-relaxed Douglas–Rachford splitting (ADMM) [boyd2011admm], M standing for A* ν:

        X = S_τ(Z + M),   D = A⁺ α (y − A X),   Z ← α X + (1 − α) Z + D,   M ← M + D,   α = 1.8.

    Z interpolates throughout, and ν/τ, scaled to ‖A* ν‖₂ ≤ 1, is the dual point. τ is doubled or
    halved while the two residuals are out of balance. Every ten iterations it looks whether the
    relative duality gap and the split ‖X − Z‖ / ‖Z‖ are below `tolerance`; whether they were at the
    end, `gap` and `iterations` tell. If y is outside the range of A nothing interpolates: the
    answer is that of y projected onto the range, and `residual` shows it.

    Args:
        operator: A.
        y: what is measured.
        tolerance: relative duality gap and split at which it stops.
        max_iterations: at which it stops in any case.

    Raises:
        ValueError: if the tolerance is not positive, or max_iterations not at least 1.
    """
    if not tolerance > 0:
        raise ValueError(f"minimum_nuclear_norm: tolerance must be positive, got {tolerance}")
    if max_iterations < 1:
        raise ValueError(
            f"minimum_nuclear_norm: max_iterations must be at least 1, got {max_iterations}"
        )
    return _minimise(operator, y, float(tolerance), int(max_iterations))


@jit
def _minimise(
    operator: AbstractMeasurement, y: Measurements, tolerance: float, max_iterations: int
) -> NuclearMinimum:
    def step(_: Any, carry: tuple[_Iterate, Matrix, Matrix]) -> tuple[_Iterate, Matrix, Matrix]:
        now, _, _ = carry
        X = shrink_singular_values(now.Z + now.M, now.tau)
        # What D lacks does not add up: the next y − A X sees it.
        D = least_norm(operator, _RELAXATION * (y - operator.mv(X)), 1e-3 * tolerance)
        Z = _RELAXATION * X + (1 - _RELAXATION) * now.Z + D
        return _Iterate(Z, now.M + D, now.tau), X, now.Z

    def look(carry: tuple) -> tuple:
        now, iteration, _ = carry
        now, X, before = jax.lax.fori_loop(0, _CHECK, step, (now, now.Z, now.Z))
        value = nuclear_norm(singular_values(now.Z))
        # yᵀν = ⟨A Z, ν⟩ = ⟨Z, M⟩, for ν/τ scaled to be feasible.
        largest = jnp.maximum(spectral_norm(singular_values(now.M)), now.tau)
        split = _norm(X - now.Z) / _norm(now.Z)
        error = jnp.maximum(1 - jnp.sum(now.Z * now.M) / (largest * value), split)
        moved = _norm(now.Z - before) / _norm(now.M)
        factor = jnp.where(split > 5 * moved, 0.5, jnp.where(moved > 5 * split, 2.0, 1.0))
        factor = jnp.where(iteration < _BALANCED, factor, 1.0).astype(now.tau.dtype)
        return _Iterate(now.Z, factor * now.M, factor * now.tau), iteration + _CHECK, error

    def unfinished(carry: tuple) -> Any:
        _, iteration, error = carry
        return (iteration < max_iterations) & (error > tolerance)

    Z = least_norm(operator, y)
    # For Z = 0 it is the answer, and the size of τ no matter.
    tau = jnp.maximum(spectral_norm(singular_values(Z)) / 10, jnp.finfo(Z.dtype).tiny)
    error = jnp.where(jnp.any(Z != 0), jnp.inf, 0).astype(Z.dtype)
    start = (_Iterate(Z, jnp.zeros_like(Z), tau), jnp.zeros((), jnp.int32), error)
    now, iterations, _ = jax.lax.while_loop(unfinished, look, start)
    Z = now.Z + least_norm(operator, y - operator.mv(now.Z))
    dual = _dual_point(operator, now.M / now.tau)
    length = _norm(y)
    return NuclearMinimum(
        X=Z,
        dual=dual,
        value=nuclear_norm(singular_values(Z)),
        lower_bound=jnp.vdot(dual, y),
        residual=_norm(operator.mv(Z) - y) / jnp.where(length > 0, length, 1),
        iterations=iterations,
    )


def _dual_point(operator: AbstractMeasurement, M: Matrix) -> Measurements:
    """ν with A* ν = M, scaled to ‖A* ν‖₂ ≤ 1."""
    # Conjugate gradients that are asked for rounding may run away once they have reached it.
    close = max(100 * float(jnp.finfo(M.dtype).eps), 1e-12)
    nu, _ = cg(lambda nu: operator.mv(operator.adjoint(nu)), operator.mv(M), tol=close)
    return nu / jnp.maximum(spectral_norm(singular_values(operator.adjoint(nu))), 1)


def _norm(array: Array) -> RealScalar:
    return jnp.sqrt(jnp.sum(array**2))
