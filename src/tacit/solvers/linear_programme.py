"""The minimum nuclear norm of measurements that share their singular vectors."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Float, Measurements
from tacit.operators import SharedBasis
from tacit.solvers.nuclear import NuclearMinimum

_TOLERANCE = 1e-10
"""Feasibility asked of HiGHS, for measurements of unit length; it is the least that it takes."""


def nuclear_programme(
    operator: SharedBasis, y: Measurements, *, semidefinite: bool = False
) -> NuclearMinimum:
    """Minimise Σ |x_j| subject to Ā x = y, which is ‖X‖_* subject to A X = y in a shared basis.

    Keeping only diag(Φᵀ X Ψ) never raises the nuclear norm, so a minimiser is X = Φ diag(x) Ψᵀ with
    x of the linear programme min Σ p_j + q_j subject to Ā(p − q) = y, p, q ≥ 0 [chu2024]. Its
    multipliers ν, maximal for yᵀν with |Āᵀν| ≤ 1, are the dual, scaled to ‖A* ν‖₂ ≤ 1. Solved by
    HiGHS [huangfu2018highs], whose iterations are reported. The constraints go to it as
    Vᵀ x = S⁻¹ Uᵀ y with Ā = U S Vᵀ: more measurements than unknowns, or dependent ones, do no harm.

    With `semidefinite`, for Φ = Ψ, X ⪰ 0 is asked as well: the norm is the trace, x ≥ 0, and the
    dual is scaled to λ_max(A* ν) ≤ 1.

    It needs Φᵀ Φ = Ψᵀ Ψ = I; where that fails, `residual` and `gap` show it. It runs in numpy: not
    to be traced.

    Args:
        operator: A, with orthonormal bases Φ and Ψ.
        y: what is measured.
        semidefinite: whether X ⪰ 0 is asked as well.

    Raises:
        ValueError: if Φ and Ψ differ for `semidefinite`, y is not finite, or y is further than the
            root of rounding from the range of the operator, relative to ‖y‖: no X meets it then.
        RuntimeError: if HiGHS finds no optimum.
    """
    spectra, wanted = np.asarray(operator.spectra, np.float64), np.asarray(y, np.float64)
    if semidefinite and not np.array_equal(operator.left, operator.right):
        raise ValueError("nuclear_programme: semidefinite=True needs one basis on both sides")
    if not np.all(np.isfinite(wanted)):
        raise ValueError("nuclear_programme: y has values that are infinite or not a number")
    U, s, Vt = np.linalg.svd(spectra, full_matrices=False)
    rounding = float(jnp.finfo(operator.dtype).eps)
    rank = int(np.sum(s > s[0] * max(spectra.shape) * rounding))
    U, s, Vt = U[:, :rank], s[:rank], Vt[:rank]
    length = np.linalg.norm(wanted)
    distance = np.linalg.norm(wanted - U @ (U.T @ wanted))
    if distance > np.sqrt(rounding) * length:
        raise ValueError(
            f"nuclear_programme: no X meets these measurements: y is {distance / length:.1e} of "
            f"its length away from the range of the operator (p = {operator.size}, rank {rank}); "
            "pass the nearest ones that can be met, operator.mv(least_norm(operator, y))"
        )
    right = (U.T @ wanted) / s
    x, multipliers, iterations = _basis_pursuit(Vt, right, signed=not semidefinite)
    nu = U @ (multipliers / s)
    X = np.asarray(operator.target(jnp.asarray(x, operator.dtype)))
    adjoint = np.asarray(operator.adjoint(jnp.asarray(nu, operator.dtype)))
    largest = np.linalg.eigvalsh(adjoint)[-1] if semidefinite else np.linalg.norm(adjoint, 2)
    nu = nu / (max(float(largest), 1.0) * (1 + 4 * rounding))
    found = np.asarray(operator.mv(jnp.asarray(X)), np.float64)

    def scalar(number: Any) -> Any:
        return jnp.asarray(number, operator.dtype)

    return NuclearMinimum(
        X=jnp.asarray(X),
        dual=scalar(nu),
        value=scalar(np.sum(np.linalg.svd(X, compute_uv=False))),
        lower_bound=scalar(wanted @ nu),
        residual=scalar(np.linalg.norm(found - wanted) / (length if length > 0 else 1)),
        iterations=jnp.asarray(iterations, jnp.int32),
    )


def _basis_pursuit(
    rows: Float[np.ndarray, "q d"], right: Float[np.ndarray, " q"], *, signed: bool
) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " q"], int]:
    """Minimiser of Σ |x_j| subject to rows x = right for orthonormal rows, multipliers, iterations.

    Unless `signed`, x ≥ 0 too.
    The multipliers are the derivatives of the minimum with respect to `right`.
    """
    from scipy.optimize import linprog

    length = np.linalg.norm(right)
    if length == 0:
        return np.zeros(rows.shape[1]), np.zeros(len(right)), 0
    columns = np.hstack([rows, -rows]) if signed else rows
    answer = linprog(
        np.ones(columns.shape[1]),
        A_eq=columns,
        b_eq=right / length,
        method="highs",
        options={
            "primal_feasibility_tolerance": _TOLERANCE,
            "dual_feasibility_tolerance": _TOLERANCE,
        },
    )
    if answer.status != 0:
        raise RuntimeError(f"nuclear_programme: HiGHS found no optimum: {answer.message}")
    x = length * (np.subtract(*np.split(answer.x, 2)) if signed else answer.x)
    return x + rows.T @ (right - rows @ x), np.asarray(answer.eqlin.marginals), int(answer.nit)
