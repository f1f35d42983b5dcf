"""Whether a point is critical, and of second order."""

import equinox as eqx
import jax
import numpy as np

from tacit._jit import jit
from tacit._typing import Any
from tacit.certificates._base import Certificate
from tacit.models import AbstractFactorisation, Deep, Symmetric
from tacit.problems import Problem
from tacit.solvers import HessianExtremes, hessian_extremes


def stationarity_certificate(
    problem: Problem,
    model: AbstractFactorisation,
    *,
    tolerance: float = 1e-6,
    extremes: HessianExtremes | None = None,
) -> Certificate:
    """Check that θ is a second-order critical point: ∇L(θ) ≈ 0 and λ_min(∇²L(θ)) ≥ −tolerance.

    Both in the problem's own units: ‖∇L‖ ≤ tolerance · ‖∇²L‖₂ ‖θ‖, so that the nearest critical
    point in the stiff directions is within `tolerance` of ‖θ‖, and λ_min ≥ −tolerance · ‖∇²L‖₂,
    after its error is taken off; neither changes with the units of L or θ. The sentence begins with
    one of five verdicts: not a critical point; strict saddle; first-order point, whose curvature is
    not decided within the error; flat point, whose Hessian is zero; second-order point. The last
    two hold. Neither need be a minimum: what depth ≥ 3 has not learnt at a saddle is flat
    [kawaguchi2016].

    The way out of a strict saddle is `direction` of `hessian_extremes`.

    Args:
        problem: gives the objective L.
        model: the point θ.
        tolerance: relative, of gradient and curvature.
        extremes: of `hessian_extremes` at this point, if at hand.

    Returns:
        A certificate whose margin is the tolerance minus the larger of relative gradient and
        relative negative curvature. Evidence: `gradient_norm`, `relative_gradient`, `smallest`,
        `largest`, `smallest_error`, `largest_error`, `negatives`, `counted` (0: at least as many);
        where `curvature_bound` applies, it as `bound` and `slack`, λ_min minus bound, which is
        negative only by rounding.

    Raises:
        ValueError: if the tolerance is not between 0 and 1, or the gradient is not finite.
    """
    if not 0 < tolerance < 1:
        raise ValueError(
            f"stationarity_certificate: tolerance must be between 0 and 1, got {tolerance}"
        )
    if extremes is None:
        close = min(1e-8, tolerance / 10)
        extremes = hessian_extremes(problem, model, threshold=tolerance, tolerance=close)
    gradient = _norm(_gradient(problem, model))
    unit = extremes.norm * _norm(model)
    # The Hessian of a flat point gives no unit: only a gradient of zero is small.
    relative = gradient / unit if unit > 0 else (np.inf if gradient > 0 else 0.0)
    norm = extremes.norm or 1.0
    lowest = (extremes.smallest - extremes.smallest_error) / norm
    evidence: dict[str, float | np.ndarray] = {
        "gradient_norm": gradient,
        "relative_gradient": relative,
        "smallest": extremes.smallest,
        "smallest_error": extremes.smallest_error,
        "largest": extremes.largest,
        "largest_error": extremes.largest_error,
        "negatives": float(extremes.negatives),
        "counted": float(extremes.counted),
    }
    if _bounded(problem, model) is None:
        bound = curvature_bound(problem, model)
        evidence |= {"bound": bound, "slack": extremes.smallest - bound}
    return Certificate(
        margin=float(tolerance - max(relative, -lowest)),
        unit="relative: of ‖∇²L‖₂‖θ‖ for the gradient, of ‖∇²L‖₂ for the curvature",
        evidence=evidence,
        sentence=_say(extremes, relative, lowest, tolerance),
    )


def curvature_bound(problem: Problem, model: AbstractFactorisation) -> float:
    """Lower bound of λ_min(∇²L(θ)) from the gradient G = A*∇ℓ(A X − y) alone, ℓ being convex.

    For X = W_N ⋯ W_1 it is −‖G‖₂ λ_max(Π), Π_ij = ∏_{l ≠ i, j} ‖W_l‖₂ off the diagonal and zero on
    it; it is at least −(N − 1) ‖G‖₂ max_j ‖W_j‖₂^{N−2}. For X = U Uᵀ it is λ_min(G + Gᵀ). The
    Hessian is Jᵀ∇²ℓ J, which is positive semidefinite, plus ⟨G, D²X⟩, which is bounded so. As G → 0
    the curvature cannot be more negative than the misfit.

    Raises:
        ValueError: if the model is neither `Deep` nor `Symmetric`, or the problem has a penalty,
            which need not be convex.
    """
    if (why := _bounded(problem, model)) is not None:
        raise ValueError(f"curvature_bound: {why}")
    G = np.asarray(jit(jax.grad(problem.loss_at))(model()), np.float64)
    if isinstance(model, Symmetric):
        return float(np.linalg.eigvalsh(G + G.T)[0])
    assert isinstance(model, Deep)
    norms = [float(np.linalg.norm(np.asarray(W, np.float64), 2)) for W in model.factors]
    depth = len(norms)
    Pi = np.zeros((depth, depth))
    for i in range(depth):
        for j in range(i):
            Pi[i, j] = Pi[j, i] = np.prod([norms[k] for k in range(depth) if k not in (i, j)])
    return 0.0 - float(np.linalg.norm(G, 2) * np.linalg.eigvalsh(Pi)[-1])


def _bounded(problem: Problem, model: AbstractFactorisation) -> str | None:
    """Why no bound is known, or None."""
    if not isinstance(model, Deep | Symmetric):
        return f"the bound is proved for Deep and Symmetric, not {type(model).__name__}"
    if problem.penalty is not None:
        return "the bound is proved for a convex loss alone; leave the penalty out"
    return None


def _say(extremes: HessianExtremes, relative: float, lowest: float, tolerance: float) -> str:
    """The finding in one sentence, its verdict first."""
    steepest = f"{extremes.smallest:.3g}"
    if relative > tolerance:
        return (
            f"Not a critical point: the gradient is {relative:.1e} of ‖∇²L‖₂‖θ‖; the least "
            f"curvature here is {steepest}."
        )

    # A negative curvature is certain beyond its own error bound, a lack of one only up to it.
    if extremes.smallest < -tolerance * extremes.norm:
        some = extremes.negatives
        many = (
            f"{some} negative direction{'s' * (some != 1)}"
            if extremes.counted
            else (f"at least {max(some, 1)} negative direction{'s' * (some > 1)}")
        )
        return f"Strict saddle: {many}, the steepest of curvature {steepest}."
    if lowest < -tolerance:
        return (
            f"First-order point: the least curvature is {steepest} up to "
            f"{extremes.smallest_error:.1e}, which does not decide its sign."
        )

    if extremes.norm == 0:
        return (
            "Flat point: gradient and Hessian are zero, so nothing is negative to second order; "
            "whether it is a minimum is for the higher derivatives to say."
        )
    return (
        f"Second-order point: the gradient is {relative:.1e} of ‖∇²L‖₂‖θ‖ and the least curvature "
        f"{steepest}, no less than −{tolerance:.0e} of ‖∇²L‖₂ = {extremes.norm:.3g}."
    )


@jit
def _gradient(problem: Problem, model: AbstractFactorisation) -> AbstractFactorisation:
    return eqx.filter_grad(problem.objective)(model)


def _norm(tree: Any) -> float:
    return float(
        np.sqrt(sum(np.sum(np.asarray(x, np.float64) ** 2) for x in jax.tree.leaves(tree)))
    )
