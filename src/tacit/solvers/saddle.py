"""The saddle that a plateau passes."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import linear_sum_assignment

from tacit._jit import jit
from tacit._typing import Any, Array, Float
from tacit.models import AbstractFactorisation
from tacit.problems import Problem
from tacit.solvers._cut import cut, narrowest_width
from tacit.solvers._newton_krylov import descend, is_critical, newton, norm, spectrum
from tacit.solvers.hessian import (
    flat_gradient,
    flat_product,
    flat_value,
    flatten,
    hessian_extremes,
)

_JUMP = 1e-2
"""Singular value from which on a direction has been learnt, relative to σ₁ or to the data."""
_ZERO = 1e-6
"""Relative singular value of a saddle that counts as zero."""
_TRIES = 20
"""Newton's steps before descent."""
_ROUNDINGS = 50
"""Roundings of ‖∇²L θ‖ that a gradient is not asked to be below."""


class Saddle(NamedTuple):
    """A critical point, and what it has learnt.

    `relative` is ‖∇L‖ / ‖∇²L θ‖, `converged` whether it is below the tolerance. `rank` is that of
    X; `learnt` has the indices of the truth's singular values whose vectors are those of X, None
    without a truth. `negatives` is the number of negative eigenvalues of the Hessian (at least that
    many, if it is the limit asked for), None if not asked for. `distance` ‖θ − θ₀‖ is that from
    the model given.
    """

    model: AbstractFactorisation
    loss: float
    gradient_norm: float
    relative: float
    converged: bool
    rank: int
    learnt: tuple[int, ...] | None
    negatives: int | None
    distance: float
    iterations: int


def saddle_near(
    problem: Problem,
    model: AbstractFactorisation,
    *,
    rank: int | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 50,
    negatives: int = 0,
) -> Saddle:
    """Solve ∇L(θ) = 0 by Newton–Krylov from a point of a plateau, within the plateau's rank.

    Small steps from a small start pass one saddle after the other, each of the rank learnt so far
    [cao2022]; a plateau is the time spent near one. A `Deep` or `Symmetric` model is first cut to
    its best product of rank r, which confines every inner width to r dimensions: what is not learnt
    yet is exactly zero, as at the saddle, where for depth ≥ 3 it is a degenerate root that Newton's
    method only creeps towards. The gradient of a cut model is cut in the same way, so a critical
    point of the narrow model, for which Newton's system is small, is one of the model itself.

    A step solves ∇²L s = −∇L by MINRES, which returns the least s, because symmetries make the
    matrix singular; it is at most ‖θ‖/2 long and halved until ‖∇L‖ falls. Where that ends between
    two critical points, as it can for close singular values, the narrow model first descends to
    rest by trust regions, as the run would if nothing new were learnt. If a direction dies out on
    the way, the model is cut again. Not to be traced.

    Args:
        problem: gives the objective L.
        model: a point of a plateau; other models than `Deep` and `Symmetric` are not cut.
        rank: r; default the number of singular values of X above 1/100 of σ₁(X), or of the size
            of the first gradient step from X = 0 to the data if that is larger.
        tolerance: of ‖∇L‖ relative to ‖∇²L θ‖; no less than rounding.
        max_iterations: Newton's steps.
        negatives: the limit up to which negative eigenvalues are counted; 0 leaves them uncounted.

    Raises:
        ValueError: if the rank is impossible, the tolerance or max_iterations not positive, or the
            model or its gradient not finite.
    """
    _refuse(model, rank, tolerance, max_iterations)
    start, _ = flatten(model)
    if not bool(jnp.all(jnp.isfinite(flat_gradient(problem, model)))):
        raise ValueError("saddle_near: the gradient is infinite or not a number here")
    tolerance = max(tolerance, _ROUNDINGS * float(jnp.finfo(start.dtype).eps))
    if narrowest_width(model) is None:
        found, iterations = newton(problem, model, tolerance, max_iterations, (0, 0.0))
    else:
        found, iterations = _solve_cut(problem, model, rank, tolerance, max_iterations)

    theta, _ = flatten(found)
    gradient, scale = flat_gradient(problem, found), flat_product(problem, found, theta)
    relative = norm(gradient) / (norm(scale) or 1.0)

    # Counting negative eigenvalues costs more than the saddle itself: only if asked for.
    below = None
    if negatives:
        below = hessian_extremes(problem, found, negatives=negatives).negatives
    return Saddle(
        model=found,
        loss=float(flat_value(problem, found)),
        gradient_norm=norm(gradient),
        relative=relative,
        converged=relative <= tolerance,
        rank=_rank(spectrum(found)),
        learnt=_learnt(problem, found),
        negatives=below,
        distance=norm(theta - start),
        iterations=iterations,
    )


def _solve_cut(
    problem: Problem,
    model: AbstractFactorisation,
    rank: int | None,
    tolerance: float,
    max_iterations: int,
) -> tuple[AbstractFactorisation, int]:
    """The critical point of the model cut to the plateau's rank, and Newton's steps to it."""
    least = _JUMP * max(spectrum(model)[0], _size(problem, model))
    r = int(np.sum(spectrum(model) > least)) if rank is None else rank
    found, iterations = model, 0
    while r > 0:
        narrow, lift = cut(found, r)
        asked = r if rank is None else 0
        left = max_iterations - iterations
        tried, steps = newton(problem, narrow, tolerance, min(left, _TRIES), (asked, least))

        # Stuck between two critical points: down to rest first, as the run itself would go.
        lives = int(np.sum(spectrum(tried) > least)) >= asked
        if lives and 0 < steps < left and not is_critical(problem, tried, tolerance):
            rested = descend(problem, narrow)
            tried, more = newton(problem, rested, tolerance, left - steps, (asked, least))
            steps += more

        # A direction that died out on the way was not of this saddle: cut again, without it.
        found, iterations = lift(tried), iterations + steps
        alive = int(np.sum(spectrum(found) > least))
        if alive >= asked or iterations >= max_iterations:
            return found, iterations
        r = alive

    theta, shaped = flatten(model)
    return shaped(jnp.zeros_like(theta)), iterations


def _rank(spectrum: Float[np.ndarray, " d"]) -> int:
    return int(np.sum(spectrum > _ZERO * spectrum[0]))


def _size(problem: Problem, model: AbstractFactorisation) -> float:
    """‖τG‖₂ of the best gradient step −τG from X = 0, which a start is small against; 0 if none."""
    zero = jnp.zeros_like(model())
    G, image = _first_step(problem, zero)
    curvature = float(np.vdot(G, image))
    return float(np.linalg.norm(G, 2) * np.vdot(G, G) / curvature) if curvature > 0 else 0.0


@jit
def _first_step(problem: Problem, X: Float[Array, "m n"]) -> tuple[Any, Any]:
    """∇ℓ(X) and ∇²ℓ(X) ∇ℓ(X)."""
    gradient = jax.grad(problem.loss_at)
    G = gradient(X)
    return G, jax.jvp(gradient, (X,), (G,))[1]


def _learnt(problem: Problem, model: AbstractFactorisation) -> tuple[int, ...] | None:
    """Which singular triplets of the truth X has, each taken once, by greatest overlap."""
    if problem.truth is None:
        return None
    U, s, Vt = np.linalg.svd(np.asarray(model(), np.float64), full_matrices=False)
    r = _rank(s)
    left, _, right = np.linalg.svd(np.asarray(problem.truth, np.float64), full_matrices=False)
    overlap = (U[:, :r].T @ left) * (Vt[:r] @ right.T)
    _, taken = linear_sum_assignment(overlap, maximize=True)
    return tuple(int(i) for i in np.sort(taken))


def _refuse(
    model: AbstractFactorisation, rank: int | None, tolerance: float, max_iterations: int
) -> None:
    """Refuse what no saddle can be looked for with."""
    X = eqx.filter_eval_shape(lambda: model())
    if len(X.shape) != 2:
        raise ValueError(f"saddle_near: X has shape {X.shape}; it must be a matrix")
    most = narrowest_width(model) or min(X.shape)
    if rank is not None and not 0 <= rank <= most:
        raise ValueError(f"saddle_near: rank {rank} is not in 0..{most} for this model")
    if not tolerance > 0:
        raise ValueError(f"saddle_near: tolerance must be positive, got {tolerance}")
    if max_iterations < 1:
        raise ValueError(f"saddle_near: max_iterations must be at least 1, got {max_iterations}")
