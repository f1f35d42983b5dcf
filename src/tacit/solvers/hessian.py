"""Both ends of the Hessian's spectrum, matrix-free."""

from contextlib import suppress
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from tacit._jit import jit
from tacit._typing import Any, Array, Callable, Float, RealScalar
from tacit.models import AbstractFactorisation
from tacit.problems import Problem

_LEAST = 24
"""Parameters below which there is no room for a Krylov space."""
_BLOCK = 4
"""Negative eigenvalues asked for at a time."""
_BASIS, _LARGE = 60, 16
"""Vectors in the Krylov space, and for more than 100,000 parameters, where they take the memory."""
_LOOSE = 1e-3
_RESTARTS = 10
"""Tolerance of a first run, and restarts in which a second one is to reach what was asked."""
_ROUNDINGS = 16
"""Roundings of ‖∇²L‖₂ that a product is taken to be wrong by."""

Vector = Float[np.ndarray, " size"]


class HessianExtremes(NamedTuple):
    """Both ends of the spectrum of ∇²L(θ), each with the distance to an eigenvalue.

    An error is the residual ‖Hv − λv‖ of the Ritz pair, within which there is an eigenvalue, plus
    what rounding in the model's precision can do. Ritz values lie inside the spectrum: `smallest`
    is an upper bound of λ_min, `largest` a lower bound of λ_max. `negatives` is the number of
    eigenvalues below the threshold; at least that number unless `counted`. `direction` is the unit
    eigenvector of `smallest`, shaped like the model: at a strict saddle the way to escape.
    """

    smallest: float
    smallest_error: float
    largest: float
    largest_error: float
    negatives: int
    counted: bool
    direction: AbstractFactorisation
    products: int

    @property
    def norm(self) -> float:
        """Spectral norm ‖∇²L‖₂ = max(|λ_min|, |λ_max|)."""
        return max(abs(self.smallest), abs(self.largest))


def hessian_extremes(
    problem: Problem,
    model: AbstractFactorisation,
    *,
    negatives: int = 8,
    threshold: float = 1e-6,
    tolerance: float = 1e-8,
    dense: int = 600,
) -> HessianExtremes:
    """Smallest and largest eigenvalue of ∇²L(θ), and how many are below −threshold · ‖∇²L‖₂.

    By implicitly restarted Lanczos (ARPACK) on products ∇²L(θ) v, forward over reverse, about two
    gradients each. The eigenvalue λ of largest modulus comes first, then that of ∇²L − 2λI, which
    is the other end: so both tolerances are relative to ‖∇²L‖₂, although the null space of the
    factorisation's symmetries is an end of the spectrum at a minimum.

    A single Krylov space sees one vector of each eigenspace. So negative eigenvalues are looked for
    again in the orthogonal complement of those found, until a run finds none: if vᵀ∇²L v is
    negative on k dimensions and not on their complement, there are k, however inexact the vectors.
    The starting vectors are fixed.

    Up to `dense` parameters the matrix is formed and decomposed instead. Not to be traced.

    Args:
        problem: gives the objective L.
        model: the point θ.
        negatives: number of negative eigenvalues at which counting stops; with 0 none is counted.
        threshold: relative to ‖∇²L‖₂, what is less negative than this is not counted.
        tolerance: of the residuals, relative to ‖∇²L‖₂; no less than rounding. Where an end is a
            dense cluster and ten restarts do not reach it, 1e-3 has to do: the errors say so.
        dense: number of parameters up to which the matrix is formed.

    Raises:
        ValueError: if the model has no parameters, the gradient is not finite there, or an
            argument is out of range.
    """
    for name, value in (("tolerance", tolerance), ("threshold", threshold)):
        if not 0 < value < 1:
            raise ValueError(f"hessian_extremes: {name} must be between 0 and 1, got {value}")
    if negatives < 0 or dense < 0:
        raise ValueError(
            f"hessian_extremes: negatives and dense must not be negative, got {negatives}, {dense}"
        )
    theta, shaped = flatten(model)
    if theta.size == 0:
        raise ValueError("hessian_extremes: the model has no parameters")
    if not bool(jnp.all(jnp.isfinite(flat_gradient(problem, model)))):
        raise ValueError(
            "hessian_extremes: the gradient is infinite or not a number here; look at an earlier "
            "point of the run"
        )
    rounding = float(jnp.finfo(theta.dtype).eps)
    if theta.size <= max(dense, _LEAST):
        matrix = np.asarray(_matrix(problem, model), np.float64)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        norm = float(np.abs(values).max())
        below = int(np.sum(values < -threshold * norm))
        ends = [(float(values[i]), _residual(matrix.__matmul__, vectors[:, i])) for i in (0, -1)]
        count, counted, vector = min(below, negatives), below < max(negatives, 1), vectors[:, 0]
        products = theta.size
    else:
        products = 0

        def multiply(vector: Vector) -> Vector:
            nonlocal products
            products += 1
            at = jnp.asarray(vector.ravel(), theta.dtype)
            return np.asarray(flat_product(problem, model, at), np.float64)

        reachable = max(tolerance, 8 * rounding)
        draw = np.random.default_rng(0).standard_normal
        found = _ends(multiply, draw, theta.size, reachable)
        (ends, vector), norm = found, max(abs(value) for value, _ in found[0])
        count, counted = 0, True
        if ends[0][0] < -threshold * norm:
            count, counted = _count(
                multiply, draw, vector, norm, -threshold * norm, negatives, reachable
            )
    (smallest, low), (largest, high) = ends
    return HessianExtremes(
        smallest=smallest,
        smallest_error=low + _ROUNDINGS * rounding * norm,
        largest=largest,
        largest_error=high + _ROUNDINGS * rounding * norm,
        negatives=count,
        counted=counted,
        direction=shaped(jnp.asarray(vector, theta.dtype)),
        products=products,
    )


def flatten(model: AbstractFactorisation) -> tuple[Float[Array, " size"], Callable[[Array], Any]]:
    """The parameters in one vector, and the map from such a vector to a model."""
    parameters, fixed = eqx.partition(model, eqx.is_inexact_array)
    theta, shaped = ravel_pytree(parameters)
    return theta, lambda vector: eqx.combine(shaped(vector), fixed)


@jit
def flat_value(problem: Problem, model: AbstractFactorisation) -> RealScalar:
    """L(θ)."""
    return problem.objective(model)


@jit
def flat_gradient(problem: Problem, model: AbstractFactorisation) -> Float[Array, " size"]:
    """∇L(θ) in one vector."""
    return flatten(eqx.filter_grad(problem.objective)(model))[0]


@jit
def flat_product(
    problem: Problem, model: AbstractFactorisation, vector: Float[Array, " size"]
) -> Float[Array, " size"]:
    """∇²L(θ) v, forward over reverse.

    Args:
        problem: whose objective L is.
        model: θ.
        vector: v, in the order of `ravel_pytree`.
    """
    theta, shaped = flatten(model)
    gradient = jax.grad(lambda at: problem.objective(shaped(at)))
    return jax.jvp(gradient, (theta,), (vector,))[1]


def symmetric(multiply: Callable[[Vector], Vector], size: int) -> Any:
    """The map as an operator for scipy."""
    make: Any = LinearOperator
    return make((size, size), matvec=multiply, dtype=np.float64)


@jit
def _matrix(problem: Problem, model: AbstractFactorisation) -> Float[Array, "size size"]:
    theta, _ = flatten(model)
    unit = jnp.eye(theta.size, dtype=theta.dtype)
    return jax.lax.map(lambda vector: flat_product(problem, model, vector), unit)


def _ends(
    multiply: Callable[[Vector], Vector], draw: Callable[[int], Vector], size: int, tolerance: float
) -> tuple[list[tuple[float, float]], Vector]:
    """(value, residual) at either end, the smaller first, and the vector of the smaller."""
    start = draw(size)
    if not multiply(start).any():
        return [(0.0, 0.0), (0.0, 0.0)], start / np.linalg.norm(start)
    ends = [_extreme(multiply, tolerance, start)]
    shift = 2 * ends[0][0]
    value, vector = _extreme(lambda v: multiply(v) - shift * v.ravel(), tolerance, draw(size))
    ends = sorted([*ends, (value + shift, vector)], key=lambda end: end[0])
    return [(value, _residual(multiply, vector)) for value, vector in ends], ends[0][1]


def _count(
    multiply: Callable[[Vector], Vector],
    draw: Callable[[int], Vector],
    vector: Vector,
    norm: float,
    below: float,
    limit: int,
    tolerance: float,
) -> tuple[int, bool]:
    """How many eigenvalues are less than `below`, at most `limit`, and whether that is all."""
    basis, images, counted = vector[:, None], multiply(vector)[:, None], False
    shift = 2 * norm

    def elsewhere(v: Vector) -> Vector:
        v = v.ravel()
        v = v - basis @ (basis.T @ v)
        image = multiply(v) - shift * v
        return image - basis @ (basis.T @ image)

    while basis.shape[1] < limit and not counted:
        block = min(_BLOCK, limit - basis.shape[1])
        values, vectors = _lanczos(elsewhere, block, draw(len(vector)))
        more = vectors[:, values + shift < below]
        if more.shape[1] == 0:
            value, last = _extreme(elsewhere, tolerance, draw(len(vector)))
            more, counted = last[:, None], value + shift >= below
        if not counted:
            basis, _ = np.linalg.qr(np.concatenate([basis, more], axis=1))
            images = np.stack([multiply(v) for v in basis.T], axis=1)
    return min(int(np.sum(np.linalg.eigvalsh(basis.T @ images) < below)), limit), counted


def _extreme(
    multiply: Callable[[Vector], Vector], tolerance: float, start: Vector
) -> tuple[float, Vector]:
    """The eigenvalue of largest modulus and its vector, to the tolerance if it can be reached."""
    values, vectors = _lanczos(multiply, 1, start)
    if _residual(multiply, vectors[:, 0]) <= tolerance * abs(values[0]):
        return float(values[0]), vectors[:, 0]
    with suppress(ArpackNoConvergence):
        values, vectors = _arpack(multiply, 1, tolerance, vectors[:, 0], _RESTARTS)
    return float(values[0]), vectors[:, 0]


def _lanczos(
    multiply: Callable[[Vector], Vector], count: int, start: Vector
) -> tuple[Float[np.ndarray, " count"], Float[np.ndarray, "size count"]]:
    """The eigenvalues of largest modulus and their vectors, loosely."""
    tolerance = _LOOSE
    while True:
        try:
            return _arpack(multiply, count, tolerance, start, 4 * _RESTARTS)
        except ArpackNoConvergence:
            tolerance *= 10


def _arpack(
    multiply: Callable[[Vector], Vector],
    count: int,
    tolerance: float,
    start: Vector,
    restarts: int,
) -> tuple[Float[np.ndarray, " count"], Float[np.ndarray, "size count"]]:
    size = start.size
    basis = min(_BASIS if size <= 100_000 else _LARGE, size)
    solve: Any = eigsh
    return solve(
        symmetric(multiply, size),
        count,
        v0=start,
        ncv=basis,
        tol=tolerance,
        maxiter=restarts,
        which="LM",
    )


def _residual(multiply: Callable[[Vector], Vector], vector: Vector) -> float:
    """‖Hv − (vᵀHv) v‖ of a unit vector."""
    image = multiply(vector)
    return float(np.linalg.norm(image - (vector @ image) * vector))
