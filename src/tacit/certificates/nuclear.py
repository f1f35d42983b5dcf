"""How far a matrix is from the least nuclear norm among those that meet the measurements."""

import math

import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Callable, Float
from tacit.certificates._base import Certificate
from tacit.operators import AbstractMeasurement, SharedBasis
from tacit.solvers import least_norm, minimum_nuclear_norm, nuclear_programme, polish

_ITERATIONS = 20_000
_DENSE = 1500
"""Unknowns p + 2mn up to which projections are dense and the solved dual is polished."""
_CLOSE = 1e-12
"""Tolerance of projections by conjugate gradients, which diverge when asked for rounding."""
_GUARD = 16
"""Roundings by which ‖A* ν‖₂ is taken larger than computed: no bound exceeds the minimum."""


def nuclear_norm_certificate(
    X: Float[Array | np.ndarray, "m n"],
    operator: AbstractMeasurement,
    y: Float[Array | np.ndarray, " p"],
    *,
    dual: Float[Array | np.ndarray, " p"] | None = None,
    tolerance: float = 1e-6,
) -> Certificate:
    """Check by weak duality that X is a minimiser: yᵀν ≤ ‖X'‖_* if A X' = y and ‖A* ν‖₂ ≤ 1.

    It holds if ‖A X − y‖ ≤ tolerance · ‖y‖ and ‖X‖_* − yᵀν ≤ tolerance · ‖X‖_*: X interpolates and
    nothing that does has a notably smaller nuclear norm, as Theorem 3 of [chu2024] says of a limit.
    The lower bound is valid for any X and any ν, which is divided by ‖A* ν‖₂; how tight it is
    depends on ν. Without a `dual` the best one is solved for: by the linear programme in a shared
    basis, otherwise by `minimum_nuclear_norm`, followed by `polish` if p + 2mn ≤ 1500.

    If y is outside the range of A, nothing interpolates: the minimum is +∞ and the certificate does
    not hold. With P y the nearest point of the range, the bound is then that of all X' no further
    from the measurements than X: ‖X'‖_* ≥ yᵀν − ‖A X − P y‖ ‖ν‖ for ν in the range.

    Args:
        X: The matrix to be judged.
        operator: The measurements A.
        y: What was measured.
        dual: A multiplier ν, of any length.
        tolerance: Relative, of the residual and of the gap.

    Returns:
        A certificate whose margin is the tolerance minus the larger of residual and gap. Evidence:
        `lower_bound`, `nuclear_norm` of X, `relative_gap`, `residual` ‖A X − y‖ / ‖y‖, `distance`
        of y from the range of A over ‖y‖, `dual_norm` ‖A* ν‖₂ before scaling, `dual` ν after it.

    Raises:
        ValueError: if the target is no matrix, X, y or the dual is not of the operator's shape or
            not finite, or the tolerance is not positive.
    """
    _refuse(X, operator, y, dual, tolerance)
    X, y = jnp.asarray(X, operator.dtype), jnp.asarray(y, operator.dtype)
    project = _projection(operator)
    nearest = project(y)
    length = _norm(y) or 1.0
    residual, distance = _norm(operator.mv(X) - y) / length, _norm(nearest - y) / length
    nu = jnp.asarray(_solve(operator, nearest, tolerance) if dual is None else dual, operator.dtype)
    nu = project(nu)  # the rest of ν changes nothing, but would meet the rest of y
    dual_norm = _spectral_norm(operator, nu)
    rounding = float(jnp.finfo(operator.dtype).eps)
    scaled = np.asarray(nu, np.float64) / ((dual_norm or 1.0) * (1 + _GUARD * rounding))
    bound = math.fsum(scaled * np.asarray(y, np.float64))
    reachable = distance <= tolerance
    if not reachable:
        bound -= _norm(operator.mv(X) - nearest) * float(np.linalg.norm(scaled))
    bound = max(bound, 0.0)
    value = float(np.sum(np.linalg.svd(np.asarray(X, np.float64), compute_uv=False)))
    gap = (value - bound) / (max(value, bound) or 1.0)
    return Certificate(
        margin=float(tolerance) - max(residual, gap),
        unit="relative: of ‖y‖ for the residual, of ‖X‖_* for the gap",
        evidence={
            "lower_bound": bound,
            "nuclear_norm": value,
            "relative_gap": gap,
            "residual": residual,
            "distance": distance,
            "dual_norm": dual_norm,
            "dual": scaled,
        },
        sentence=_say(value, bound, gap, residual, distance, tolerance),
    )


def _say(
    value: float, bound: float, gap: float, residual: float, distance: float, tolerance: float
) -> str:
    """The finding in one sentence."""
    if distance > tolerance:
        return (
            f"No matrix meets these measurements, the nearest misses them by {distance:.1e} of "
            f"their length and X by {residual:.1e}, so there is no minimum to reach; matrices that "
            f"come as close as X have a nuclear norm of at least {bound:.6g}; X has {value:.6g}."
        )
    if residual > tolerance:
        return (
            f"X misses the measurements by {residual:.1e} of their length, so it is no candidate; "
            f"every matrix that meets them has a nuclear norm of at least {bound:.6g}, "
            f"and X has {value:.6g}."
        )
    if gap > tolerance:
        return (
            f"X meets the measurements, but its nuclear norm {value:.6g} is only known to be "
            f"within {gap:.1e} (relative) of the least possible, which is at least {bound:.6g}."
        )
    return (
        f"X meets the measurements, and its nuclear norm {value:.6g} is the least possible up to "
        f"{max(gap, 0):.1e} (relative)."
    )


def _solve(
    operator: AbstractMeasurement, y: Float[Array, " p"], tolerance: float
) -> Float[Array, " p"]:
    """A dual point whose bound is within a tenth of the tolerance of the minimum, if reached."""
    if isinstance(operator, SharedBasis):
        return nuclear_programme(operator, y).dual
    reachable = max(tolerance / 10, 100 * float(jnp.finfo(operator.dtype).eps))
    found = minimum_nuclear_norm(operator, y, tolerance=reachable, max_iterations=_ITERATIONS)
    if _small(operator):
        found = polish(operator, y, found)
    return found.dual


def _projection(operator: AbstractMeasurement) -> Callable[[Array], Array]:
    """The map y ↦ P y to the nearest point of the range of A."""
    if not _small(operator):
        tolerance = max(_CLOSE, 100 * float(jnp.finfo(operator.dtype).eps))
        return lambda y: operator.mv(least_norm(operator, y, tolerance))
    matrix = np.asarray(operator.as_matrix(), np.float64)
    U, s, _ = np.linalg.svd(matrix, full_matrices=False)
    rounding = max(matrix.shape) * float(jnp.finfo(operator.dtype).eps)
    U = U[:, s > rounding * s[0]]
    return lambda y: jnp.asarray(U @ (U.T @ np.asarray(y, np.float64)), operator.dtype)


def _small(operator: AbstractMeasurement) -> bool:
    """Whether dense algebra on the matrix of A is a matter of a second."""
    return operator.size + 2 * math.prod(operator.shape) <= _DENSE


def _spectral_norm(operator: AbstractMeasurement, nu: Float[Array, " p"]) -> float:
    return float(np.linalg.norm(np.asarray(operator.adjoint(nu), np.float64), 2))


def _norm(array: Array) -> float:
    return float(np.linalg.norm(np.asarray(array, np.float64)))


def _refuse(
    X: Array | np.ndarray,
    operator: AbstractMeasurement,
    y: Array | np.ndarray,
    dual: Array | np.ndarray | None,
    tolerance: float,
) -> None:
    """Refuse what no certificate can be made for."""
    name = "nuclear_norm_certificate"
    if len(operator.shape) != 2:
        raise ValueError(f"{name}: the target has shape {operator.shape}; it must be a matrix")
    if X.shape != operator.shape:
        raise ValueError(f"{name}: X has shape {X.shape}, the operator's is {operator.shape}")
    for what, array in (("y", y), ("dual", dual)):
        if array is not None and array.shape != (operator.size,):
            raise ValueError(
                f"{name}: {what} has shape {array.shape}, there are {operator.size} measurements"
            )
    if not tolerance > 0:
        raise ValueError(f"{name}: tolerance must be positive, got {tolerance}")
    for what, array in (("X", X), ("y", y), ("dual", dual)):
        if array is not None and not np.all(np.isfinite(np.asarray(array))):
            raise ValueError(f"{name}: {what} has values that are infinite or not a number")
