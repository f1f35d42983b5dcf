"""Newton's method and descent to a critical point, matrix-free."""

import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize
from scipy.sparse.linalg import minres

from tacit._typing import Any, Array, Float
from tacit.models import AbstractFactorisation
from tacit.problems import Problem
from tacit.solvers.hessian import flat_gradient, flat_product, flat_value, flatten, symmetric

_LONGEST = 0.5
"""Longest step, relative to ‖θ‖."""
_HALVINGS = 12
_DESCENT = 200
_NEAR = 1e-6
"""Steps of descent, and the gradient at which it hands back."""


def newton(
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
        size = norm(gradient)
        scale = norm(flat_product(problem, model, theta))
        if size <= tolerance * scale / 4:
            return model, step
        along = _newton_step(problem, model, gradient, min(0.1, size / scale) if scale else 0.1)
        longest = _LONGEST * norm(theta) or np.inf
        along = along * min(1.0, longest / norm(along))
        for halving in range(_HALVINGS):
            trial = theta + jnp.asarray(along / 2**halving, theta.dtype)
            new = flat_gradient(problem, shaped(trial))
            if norm(new) < size:
                break
        else:
            return model, step
        theta, gradient, model = trial, new, shaped(trial)
        if alive[0] and np.sum(spectrum(model) > alive[1]) < alive[0]:
            return model, step + 1
    return model, limit


def is_critical(problem: Problem, model: AbstractFactorisation, tolerance: float) -> bool:
    """Whether ‖∇L‖ ≤ tolerance · ‖∇²L θ‖."""
    theta, _ = flatten(model)
    scale = norm(flat_product(problem, model, theta))
    return norm(flat_gradient(problem, model)) <= tolerance * scale


def descend(problem: Problem, model: AbstractFactorisation) -> AbstractFactorisation:
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
        options={"maxiter": _DESCENT, "gtol": _NEAR * norm(flat_gradient(problem, model))},
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


def spectrum(model: AbstractFactorisation) -> Float[np.ndarray, " d"]:
    return np.linalg.svd(np.asarray(model(), np.float64), compute_uv=False)


def norm(vector: Any) -> float:
    return float(np.linalg.norm(np.asarray(vector, np.float64)))
