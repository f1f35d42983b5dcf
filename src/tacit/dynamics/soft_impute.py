"""Soft-thresholded singular values along a path of penalties: the explicit counterpart."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, RealScalar, ScalarLike
from tacit.algebra import shrink_singular_values, singular_values, spectral_norm
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Direct
from tacit.problems import LeastSquares, Problem


class SoftImputeState(NamedTuple):
    """Its clock, the penalty λ in use, and the least one of the path."""

    clock: Clock
    penalty: RealScalar
    lowest: RealScalar


class SoftImpute(AbstractDynamics):
    """X ← S_λ(X − A*(A X − y)) on min ½‖A X − y‖² + λ‖X‖_*, λ falling along a path.

    S_λ shrinks singular values. For `Entries` the inner step fills the holes with the current X,
    which is SoftImpute [mazumder2010]; for any operator and weights with ‖A* W A‖₂ ≤ 1 it is
    proximal gradient descent. The path is warm started: it begins at λ_max = ‖A* y‖₂, where
    X = 0 is optimal, and each time an iteration changes X by less than `tolerance` (relative), λ is
    multiplied by `decay`. Watched by `held_out` with `keep="best"`, a run chooses λ. Time is the
    number of steps.

    Args:
        decay: ratio of the path in (0, 1]; 1 keeps λ.
        tolerance: relative change below which λ falls.
        floor: λ never falls below floor · λ_max.
        penalty: λ at the start; `None` for λ_max.

    Raises:
        ValueError: if a known decay is outside (0, 1], or another known argument is negative.
    """

    decay: ScalarLike = 0.8
    tolerance: ScalarLike = 1e-3
    floor: ScalarLike = 1e-4
    penalty: ScalarLike | None = None

    def __check_init__(self):
        if isinstance(self.decay, int | float) and not 0 < self.decay <= 1:
            raise ValueError(f"SoftImpute: decay must be in (0, 1], got {self.decay}")
        for name in ("tolerance", "floor", "penalty"):
            value = getattr(self, name)
            if isinstance(value, int | float) and not value >= 0:
                raise ValueError(f"SoftImpute: {name} must not be negative, got {value}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> SoftImputeState:
        """λ at the head of the path.

        Raises:
            ValueError: if the model is not `Direct`, or the problem has another loss, or a penalty.
        """
        if not isinstance(model, Direct):
            raise ValueError(f"SoftImpute moves Direct models, not {type(model).__name__}")
        if not isinstance(problem.loss, LeastSquares) or problem.penalty is not None:
            raise ValueError("SoftImpute needs the LeastSquares loss and no penalty of its own")
        dtype = model.array.dtype
        largest = penalty_max(problem)
        penalty = jnp.asarray(largest if self.penalty is None else self.penalty, dtype)
        lowest = jnp.minimum(penalty, jnp.asarray(self.floor, dtype) * largest)
        return SoftImputeState(Clock.at_start(model), penalty, lowest)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: SoftImputeState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, SoftImputeState]:
        """Take `gap` iterations."""
        decay = jnp.asarray(self.decay, state.penalty.dtype)
        tolerance = jnp.asarray(self.tolerance, state.penalty.dtype)
        gradient = jax.grad(problem.loss_at)

        def body(_: Any, carry: tuple[Any, RealScalar]) -> tuple[Any, RealScalar]:
            X, penalty = carry
            moved = shrink_singular_values(X - gradient(X), penalty)
            # Near λ_max X is rounding alone, so that its change is compared with λ instead.
            change = jnp.linalg.norm(moved - X) / jnp.maximum(jnp.linalg.norm(moved), penalty)
            lower = jnp.maximum(decay * penalty, state.lowest)
            return moved, jnp.where(change < tolerance, lower, penalty)

        assert isinstance(model, Direct)
        X, penalty = jax.lax.fori_loop(0, gap, body, (model.array, state.penalty))
        step = state.clock.step + gap
        clock = Clock(step, step.astype(state.clock.time.dtype))
        return eqx.tree_at(lambda direct: direct.array, model, X), state._replace(
            clock=clock, penalty=penalty
        )


def penalty_max(problem: Problem) -> RealScalar:
    """λ_max = ‖A* (w ∘ y)‖₂, the smallest penalty at which X = 0 minimises."""
    y = problem.y if problem.weights is None else problem.weights * problem.y
    return spectral_norm(singular_values(problem.operator.adjoint(y)))
