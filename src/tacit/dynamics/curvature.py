"""Curvature of the objective, by Hessian-vector products."""

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, RealScalar
from tacit.algebra.tree_math import norm, unit
from tacit.models import Model
from tacit.problems import Problem


def largest_curvature(
    problem: Problem, model: Model, start: Model, iterations: int
) -> tuple[RealScalar, Model]:
    """Largest |eigenvalue| of the Hessian ∇²L(θ) by power iteration, and its vector.

    Each iteration costs one Hessian-vector product, about two gradients. The estimate is a lower
    bound; at a saddle it may belong to a negative eigenvalue, which bounds a safe step as well.

    Args:
        problem: gives the objective L.
        model: the point θ.
        start: a vector shaped like the model, not zero; the vector returned here serves next time.
        iterations: number of products.
    """
    gradient = eqx.filter_grad(problem.objective)

    def body(_: Any, carry: tuple[RealScalar, Model]) -> tuple[RealScalar, Model]:
        _, vector = carry
        _, image = eqx.filter_jvp(gradient, (model,), (unit(vector),))
        return norm(image), image

    value, vector = jax.lax.fori_loop(0, iterations, body, (jnp.zeros_like(norm(start)), start))
    return value, unit(vector)
