"""Damped Gauss–Newton steps, matrix-free."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.scipy.sparse.linalg import cg

from tacit._typing import Any, Measurements, RealScalar, ScalarLike
from tacit.algebra import Factored
from tacit.algebra.tree_math import inner
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import (
    AbstractFactorisation,
    AbstractTensorFactorisation,
    AbstractThinFactorisation,
)
from tacit.problems import Problem

_ACCEPTED = 1e-3
"""Share of the promised decrease that a step must bring."""


class LevenbergState(NamedTuple):
    """Its clock, and the damping relative to the curvature along the gradient."""

    clock: Clock
    damping: RealScalar


class LevenbergMarquardt(AbstractDynamics):
    """θ ← θ + s with (Jᵀ H J + μ I) s = −∇L(θ), J = ∂(A X)/∂θ and H = ∇²ℓ [more1978].

    The fast road to a nearby minimum, for least squares of a thin model or of a tensor's factors
    above all: s is found by conjugate gradients, each a product with J and one with Jᵀ, to a tenth
    of the gradient. μ is a multiple of the curvature gᵀJᵀHJg / gᵀg along the gradient g; a step
    that does not lower the loss as promised is taken back and μ grows fourfold, a good one lets it
    fall. There is no implicit bias in it: where many minima exist, it ends at one near the start.
    Time is the number of steps.

    Args:
        damping: μ at the start, relative.
        forcing: relative residual at which conjugate gradients end.
        products: the most of them in one step.

    Raises:
        ValueError: if a known argument is not positive.
    """

    damping: ScalarLike = 1e-2
    forcing: float = eqx.field(static=True, default=0.1)
    products: int = eqx.field(static=True, default=60)

    def __check_init__(self):
        for name in ("damping", "forcing", "products"):
            value = getattr(self, name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"LevenbergMarquardt: {name} must be positive, got {value}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> LevenbergState:
        """The damping given.

        Raises:
            ValueError: if the problem has a penalty.
        """
        if problem.penalty is not None:
            raise ValueError("LevenbergMarquardt: the problem has a penalty; it takes the loss")
        clock = Clock.at_start(model)
        return LevenbergState(clock, jnp.asarray(self.damping, clock.time.dtype))

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: LevenbergState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, LevenbergState]:
        """Take `gap` steps; one that is taken back counts."""

        def body(_: Any, carry: tuple[Any, RealScalar]) -> tuple[Any, RealScalar]:
            return self._step(problem, *carry)

        model, damping = jax.lax.fori_loop(0, gap, body, (model, state.damping))
        step = jnp.asarray(state.clock.step + gap)
        return model, LevenbergState(Clock(step, step.astype(damping.dtype)), damping)

    def _step(self, problem: Problem, model: Any, damping: RealScalar) -> tuple[Any, RealScalar]:
        residual, pull = jax.vjp(problem.residual, model)
        loss, slope = jax.value_and_grad(problem.loss)(residual, problem.weights)
        (gradient,) = pull(slope)

        def curved(tangent: Any) -> Any:
            pushed = push_forward(problem, model, tangent)
            (product,) = pull(bend(problem, residual, pushed))
            return product

        length = inner(gradient, gradient)
        along = inner(gradient, curved(gradient)) / jnp.where(length > 0, length, 1)
        mu = damping * along

        def damped(tangent: Any) -> Any:
            return jax.tree.map(lambda product, t: product + mu * t, curved(tangent), tangent)

        downhill = jax.tree.map(jnp.negative, gradient)
        step, _ = cg(damped, downhill, tol=self.forcing, maxiter=self.products)
        # Conjugate gradients from zero leave a residual orthogonal to the step.
        promised = (mu * inner(step, step) + inner(downhill, step)) / 2
        moved = jax.tree.map(jnp.add, model, step)
        ratio = (loss - problem.data_loss(moved)) / jnp.where(promised > 0, promised, 1)
        accepted = ratio > _ACCEPTED
        eased = damping * jnp.clip(1 - (2 * ratio - 1) ** 3, 1 / 3, 2)
        grown = jnp.minimum(4 * damping, 1 / jnp.finfo(damping.dtype).eps)
        moved = jax.tree.map(lambda new, old: jnp.where(accepted, new, old), moved, model)
        return moved, jnp.where(accepted, eased, grown)


def push_forward(problem: Problem, model: Any, tangent: Any) -> Measurements:
    """J θ̇, the derivative of A X(θ) along θ̇, without X of a model that is held as factors.

    A thin model's is read from factors of twice the width, for what reads the entries of a matrix
    has a derivative of its own in one direction alone.

    Args:
        problem: whose operator A is.
        model: θ.
        tangent: θ̇, a tree like the model.
    """
    if isinstance(model, AbstractTensorFactorisation):
        return jax.jvp(problem.residual, (model,), (tangent,))[1]
    if not isinstance(model, AbstractThinFactorisation):
        return problem.operator.mv(jax.jvp(lambda m: m(), (model,), (tangent,))[1])
    at, moved = jax.jvp(lambda m: m.factored(), (model,), (tangent,))
    left = jnp.concatenate([moved.left, at.left], axis=1)
    right = jnp.concatenate([at.right, moved.right], axis=0)
    return problem.operator.mv_factored(Factored(left, right))


def bend(problem: Problem, residual: Measurements, tangent: Measurements) -> Measurements:
    """H ṙ, the product of the loss's Hessian at a residual with a change of it.

    Args:
        problem: whose loss and weights are meant.
        residual: r = A X − y.
        tangent: ṙ, a change of the residual.
    """
    slope = jax.grad(problem.loss)
    return jax.jvp(lambda r: slope(r, problem.weights), (residual,), (tangent,))[1]
