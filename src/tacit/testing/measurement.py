"""The laws of measurements."""

import jax
import jax.numpy as jnp
import lineax as lx
import numpy as np
from lineax import _operator as lineax_operator

from tacit._jit import jit
from tacit._typing import Any, Callable, Measurements, PRNGKey, Target
from tacit.algebra import Factored
from tacit.operators import AbstractMeasurement
from tacit.testing._agreement import Pairs, agree, agree_all, inner, normal_like, same_kind


def check_measurement(operator: AbstractMeasurement, *, key: PRNGKey) -> None:
    """Check the laws of a measurement A at random points.

    A is linear; ⟨A X, y⟩ = ⟨X, A* y⟩; A* is `jax.linear_transpose` of A; the matrix agrees, that of
    A Aᵀ and of the materialised operator too; every question of lineax has an answer; jit and vmap
    change nothing; `mv_factored` agrees with `mv`, so do its gradient and Hessian-vector product,
    and `adjoint_factored` with the adjoint; `take` takes.

    Raises:
        AssertionError: naming the first law that fails.
    """
    keys = jax.random.split(key, 5)
    X, Y = (normal_like(operator.in_structure(), key=k) for k in keys[:2])
    y = normal_like(operator.out_structure(), key=keys[2])
    measured = operator.mv(X)
    same_kind("mv has the declared structure", measured, y)

    agree_all(jit(_linearity)(operator, X, Y, y))
    agree_all(jit(_matrices)(operator, X, y))
    if len(operator.shape) == 2:
        m, n = operator.shape
        like = Factored(jnp.zeros((m, 2), operator.dtype), jnp.zeros((2, n), operator.dtype))
        factored, direction = (normal_like(like, key=k) for k in keys[3:])
        agree_all(jit(_factored)(operator, y, factored, direction))

    agree("jit changes nothing", jit(lambda A: A.mv(X))(operator), measured)
    for question in lineax_questions():
        question(operator)
    chosen = np.arange(operator.size)[::-2]
    agree("take takes", operator.take(chosen).mv(X), measured[chosen])


def lineax_questions() -> list[Callable[[lx.AbstractLinearOperator], Any]]:
    """Every public function of lineax that asks an operator about itself by single dispatch."""
    return [
        function
        for name, function in vars(lineax_operator).items()
        if hasattr(function, "registry") and hasattr(lx, name)
    ]


def _linearity(operator: AbstractMeasurement, X: Target, Y: Target, y: Measurements) -> Pairs:
    mv, adjoint = operator.mv, operator.adjoint
    (transposed,) = jax.linear_transpose(mv, X)(y)
    return {
        "A is linear": (mv(2 * X - Y), 2 * mv(X) - mv(Y)),
        "⟨A X, y⟩ = ⟨X, A* y⟩": (inner(mv(X), y), inner(X, adjoint(y))),
        "adjoint is the linear transpose": (adjoint(y), transposed),
        "vmap changes nothing": (
            jax.vmap(mv)(jnp.stack([X, Y])),
            jnp.stack([mv(X), mv(Y)]),
        ),
        "vmap of the adjoint changes nothing": (
            jax.vmap(adjoint)(jnp.stack([y, 2 * y])),
            jnp.stack([adjoint(y), adjoint(2 * y)]),
        ),
    }


def _matrices(operator: AbstractMeasurement, X: Target, y: Measurements) -> Pairs:
    matrix, gram = operator.as_matrix(), operator @ operator.T
    return {
        "the matrix agrees": (matrix @ X.reshape(-1), operator.mv(X)),
        "the matrix of Aᵀ is the transpose": (operator.T.as_matrix(), matrix.T),
        "(Aᵀ)ᵀ is A": (operator.T.T.mv(X), operator.mv(X)),
        "A Aᵀ composes": (gram.mv(y), operator.mv(operator.adjoint(y))),
        "the matrix of A Aᵀ is M Mᵀ": (gram.as_matrix(), matrix @ matrix.T),
        "linearise keeps A": (lx.linearise(operator).mv(X), operator.mv(X)),
        "materialise keeps A": (lx.materialise(operator).mv(X), operator.mv(X)),
        "materialise keeps the matrix": (lx.materialise(operator).as_matrix(), matrix),
        "the diagonal is the matrix's": (lx.diagonal(operator), jnp.diagonal(matrix)),
        "the three diagonals are the matrix's": (
            lx.tridiagonal(operator),
            (jnp.diagonal(matrix), jnp.diagonal(matrix, -1), jnp.diagonal(matrix, 1)),
        ),
    }


def _factored(
    operator: AbstractMeasurement, y: Measurements, factored: Factored, direction: Factored
) -> Pairs:
    def thin(target: Factored) -> Any:
        return jnp.sum((operator.mv_factored(target) - y) ** 2) / 2

    def dense(target: Factored) -> Any:
        return jnp.sum((operator.mv(target.dense()) - y) ** 2) / 2

    def curvature(objective: Callable[[Factored], Any]) -> Any:
        return jax.jvp(jax.grad(objective), (factored,), (direction,))[1]

    return {
        "mv_factored is mv": (operator.mv_factored(factored), operator.mv(factored.dense())),
        "adjoint_factored is the adjoint, multiplied": (
            operator.adjoint_factored(y, factored),
            Factored(operator.adjoint(y) @ factored.right.T, factored.left.T @ operator.adjoint(y)),
        ),
        "its gradient agrees": (jax.grad(thin)(factored), jax.grad(dense)(factored)),
        "its Hessian-vector product agrees": (curvature(thin), curvature(dense)),
    }
