"""The saddle that a plateau passes."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import linear_sum_assignment, minimize
from scipy.sparse.linalg import minres

from tacit._typing import Any, Array, Callable, Float
from tacit.models import AbstractFactorisation, Deep, Symmetric
from tacit.problems import Problem
from tacit.solvers.hessian import (
    flat_gradient,
    flat_product,
    flat_value,
    flatten,
    hessian_extremes,
    symmetric,
)

_JUMP = 1e-2
"""Singular value from which on a direction has been learnt, relative to σ₁ or to the data."""
_ZERO = 1e-6
"""Relative singular value of a saddle that counts as zero."""
_LONGEST = 0.5
"""Longest step, relative to ‖θ‖."""
_HALVINGS = 12
_TRIES = 20
_DESCENT = 200
_NEAR = 1e-6
"""Newton's steps before descent; steps of it, and the gradient at which it hands back."""
_ROUNDINGS = 50
"""Roundings of ‖∇²L θ‖ that a gradient is not asked to be below."""

Lift = Callable[[AbstractFactorisation], AbstractFactorisation]


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
    start, shaped = flatten(model)
    if not bool(jnp.all(jnp.isfinite(flat_gradient(problem, model)))):
        raise ValueError("saddle_near: the gradient is infinite or not a number here")
    tolerance = max(tolerance, _ROUNDINGS * float(jnp.finfo(start.dtype).eps))
    found, iterations = model, 0
    if isinstance(model, Symmetric) or (isinstance(model, Deep) and model.depth > 1):
        least = _JUMP * max(_spectrum(model)[0], _size(problem, model))
        r = int(np.sum(_spectrum(model) > least)) if rank is None else rank
        while r > 0:
            narrow, lift = _cut(found, r)
            asked = r if rank is None else 0
            left = max_iterations - iterations
            tried, steps = _newton(problem, narrow, tolerance, min(left, _TRIES), (asked, least))
            lives = int(np.sum(_spectrum(tried) > least)) >= asked
            if lives and 0 < steps < left and not _critical(problem, tried, tolerance):
                rested = _descended(problem, narrow)
                tried, more = _newton(problem, rested, tolerance, left - steps, (asked, least))
                steps += more
            narrow = tried
            found, iterations = lift(narrow), iterations + steps
            alive = int(np.sum(_spectrum(found) > least))
            if alive >= asked or iterations >= max_iterations:
                break
            r = alive
        if r == 0:
            found = shaped(jnp.zeros_like(start))
    else:
        found, iterations = _newton(problem, model, tolerance, max_iterations, (0, 0.0))
    theta, _ = flatten(found)
    gradient, scale = flat_gradient(problem, found), flat_product(problem, found, theta)
    relative = _norm(gradient) / (_norm(scale) or 1.0)
    below = None
    if negatives:
        below = hessian_extremes(problem, found, negatives=negatives).negatives
    return Saddle(
        model=found,
        loss=float(flat_value(problem, found)),
        gradient_norm=_norm(gradient),
        relative=relative,
        converged=relative <= tolerance,
        rank=_rank(_spectrum(found)),
        learnt=_learnt(problem, found),
        negatives=below,
        distance=_norm(theta - start),
        iterations=iterations,
    )


def _newton(
    problem: Problem,
    model: AbstractFactorisation,
    tolerance: float,
    limit: int,
    alive: tuple[int, float],
) -> tuple[AbstractFactorisation, int]:
    """Newton's method on ∇L = 0 with steps of least norm; the model, and the number of steps.

    It also ends when fewer singular values than alive[0] are above alive[1].
    """
    theta, shaped = flatten(model)
    gradient = flat_gradient(problem, model)
    for step in range(limit):
        size = _norm(gradient)
        scale = _norm(flat_product(problem, model, theta))
        if size <= tolerance * scale / 4:
            return model, step
        along = _newton_step(problem, model, gradient, min(0.1, size / scale) if scale else 0.1)
        longest = _LONGEST * _norm(theta) or np.inf
        along = along * min(1.0, longest / _norm(along))
        for halving in range(_HALVINGS):
            trial = theta + jnp.asarray(along / 2**halving, theta.dtype)
            new = flat_gradient(problem, shaped(trial))
            if _norm(new) < size:
                break
        else:
            return model, step
        theta, gradient, model = trial, new, shaped(trial)
        if alive[0] and np.sum(_spectrum(model) > alive[1]) < alive[0]:
            return model, step + 1
    return model, limit


def _critical(problem: Problem, model: AbstractFactorisation, tolerance: float) -> bool:
    """Whether ‖∇L‖ ≤ tolerance · ‖∇²L θ‖."""
    theta, _ = flatten(model)
    scale = _norm(flat_product(problem, model, theta))
    return _norm(flat_gradient(problem, model)) <= tolerance * scale


def _descended(problem: Problem, model: AbstractFactorisation) -> AbstractFactorisation:
    """Where L rests over models of these widths, downhill from this one."""
    theta, shaped = flatten(model)

    def at(flat: Any) -> AbstractFactorisation:
        return shaped(jnp.asarray(flat, theta.dtype))

    def value_and_gradient(flat: Float[np.ndarray, " size"]) -> tuple[float, np.ndarray]:
        here = at(flat)
        gradient = np.asarray(flat_gradient(problem, here), np.float64)
        return float(flat_value(problem, here)), gradient

    def product(flat: Any, vector: Any) -> np.ndarray:
        along = jnp.asarray(vector, theta.dtype)
        return np.asarray(flat_product(problem, at(flat), along), np.float64)

    rest = minimize(
        value_and_gradient,
        np.asarray(theta, np.float64),
        jac=True,
        hessp=product,
        method="trust-ncg",
        options={"maxiter": _DESCENT, "gtol": _NEAR * _norm(flat_gradient(problem, model))},
    )
    return at(rest.x)


def _newton_step(
    problem: Problem, model: AbstractFactorisation, gradient: Float[Array, " size"], close: float
) -> Float[np.ndarray, " size"]:
    """The s of least norm with ∇²L s = −∇L, up to a relative residual."""

    def multiply(vector: Float[np.ndarray, " size"]) -> Float[np.ndarray, " size"]:
        at = jnp.asarray(vector.ravel(), gradient.dtype)
        return np.asarray(flat_product(problem, model, at), np.float64)

    size = gradient.size
    step, _ = minres(
        symmetric(multiply, size),
        -np.asarray(gradient, np.float64),
        rtol=close / 10,
        maxiter=2 * size,
    )
    return step


def _cut(model: Any, rank: int) -> tuple[Any, Lift]:
    """The model of inner widths `rank` with the best product of that rank, and the way back."""
    return _symmetric(model, rank) if isinstance(model, Symmetric) else _deep(model, rank)


def _symmetric(model: Symmetric, rank: int) -> tuple[Symmetric, Lift]:
    U = np.asarray(model.factor, np.float64)
    Q = np.linalg.svd(U, full_matrices=False)[2][:rank].T
    dtype = model.factor.dtype

    def lift(narrow: Any) -> AbstractFactorisation:
        return Symmetric(jnp.asarray(np.asarray(narrow.factor, np.float64) @ Q.T, dtype))

    return Symmetric(jnp.asarray(U @ Q, dtype)), lift


def _deep(model: Deep, rank: int) -> tuple[Deep, Lift]:
    """W̃_j = Q_jᵀ W_j Q_{j−1} with Q_j an orthonormal basis of W_j ⋯ W_1 V, V of the best X_r."""
    factors = [np.asarray(factor, np.float64) for factor in model.factors]
    dtype = model.factors[0].dtype
    _, _, Vt = np.linalg.svd(np.linalg.multi_dot([*factors[::-1]]), full_matrices=False)
    V = Vt[:rank].T
    # The outer sides stay free, since the singular vectors of the saddle are not those of X.
    bases, image = [np.eye(len(V))], V
    for factor in factors[:-1]:
        bases.append(np.linalg.qr(factor @ image)[0])
        image = bases[-1]
    bases.append(np.eye(len(factors[-1])))

    def build(made: list[np.ndarray]) -> Deep:
        return Deep(tuple(jnp.asarray(factor, dtype) for factor in made))

    def lift(narrow: Any) -> AbstractFactorisation:
        return build(
            [
                bases[j + 1] @ np.asarray(factor, np.float64) @ bases[j].T
                for j, factor in enumerate(narrow.factors)
            ]
        )

    cut = [bases[j + 1].T @ factor @ bases[j] for j, factor in enumerate(factors)]
    cut[0] = cut[0] @ V @ V.T
    return build(cut), lift


def _spectrum(model: AbstractFactorisation) -> Float[np.ndarray, " d"]:
    return np.linalg.svd(np.asarray(model(), np.float64), compute_uv=False)


def _rank(spectrum: Float[np.ndarray, " d"]) -> int:
    return int(np.sum(spectrum > _ZERO * spectrum[0]))


def _size(problem: Problem, model: AbstractFactorisation) -> float:
    """‖τG‖₂ of the best gradient step −τG from X = 0, which a start is small against; 0 if none."""
    zero = jnp.zeros_like(model())
    G, image = _first_step(problem, zero)
    curvature = float(np.vdot(G, image))
    return float(np.linalg.norm(G, 2) * np.vdot(G, G) / curvature) if curvature > 0 else 0.0


@eqx.filter_jit
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


def _norm(vector: Any) -> float:
    return float(np.linalg.norm(np.asarray(vector, np.float64)))


def _refuse(
    model: AbstractFactorisation, rank: int | None, tolerance: float, max_iterations: int
) -> None:
    """Refuse what no saddle can be looked for with."""
    X = eqx.filter_eval_shape(lambda: model())
    if len(X.shape) != 2:
        raise ValueError(f"saddle_near: X has shape {X.shape}; it must be a matrix")
    widths = [min(X.shape)]
    if isinstance(model, Deep):
        widths += [min(factor.shape) for factor in model.factors]
    if isinstance(model, Symmetric):
        widths += [min(model.factor.shape)]
    if rank is not None and not 0 <= rank <= min(widths):
        raise ValueError(f"saddle_near: rank {rank} is not in 0..{min(widths)} for this model")
    if not tolerance > 0:
        raise ValueError(f"saddle_near: tolerance must be positive, got {tolerance}")
    if max_iterations < 1:
        raise ValueError(f"saddle_near: max_iterations must be at least 1, got {max_iterations}")
