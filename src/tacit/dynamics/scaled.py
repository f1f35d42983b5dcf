"""Gradient descent on two factors, each preconditioned by the other."""

import jax
import jax.numpy as jnp

from tacit._typing import Any, ScalarLike
from tacit.algebra.ridge import Ridge
from tacit.algebra.sequential_map import sequential_map
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Deep
from tacit.problems import Problem


class ScaledDescent(AbstractDynamics):
    """U ← U − η ∇_U L (V Vᵀ + λ I)⁻¹ and V ← V − η (Uᵀ U + λ I)⁻¹ ∇_V L, at once, of X = U V.

    ScaledGD [tong2021]: its rate does not know the condition number of X. For λ = 0 the path of X
    is the same from (U, V) and from (U R, R⁻¹ V); the width must then be the rank. A small λ > 0
    makes a wide model and a small start work [xu2023]: directions stronger than λ are learnt alike
    fast, weaker ones as slowly as by descent. For any operator and loss. Time is t = η k.

    Args:
        step: η > 0; up to about ½ where A* A is close to the identity on low-rank matrices, for
            which the entries of a fraction p need weights 1/p.
        damping: λ ≥ 0, in units of the singular values of X.

    Raises:
        ValueError: if a known step is not positive, or a known damping is negative.
    """

    step: ScalarLike
    damping: ScalarLike = 0.0

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"ScaledDescent: step must be positive, got {self.step}")
        if isinstance(self.damping, int | float) and not self.damping >= 0:
            raise ValueError(f"ScaledDescent: damping must not be negative, got {self.damping}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> Clock:
        """The clock alone.

        Raises:
            ValueError: if the model is not `Deep` of depth 2.
        """
        del problem
        if not isinstance(model, Deep) or model.depth != 2:
            raise ValueError("ScaledDescent moves Deep models of depth 2, X = U V")
        return Clock.at_start(model)

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: Clock, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, Clock]:
        """Take `gap` steps."""
        assert isinstance(model, Deep)
        eta, damping = (jnp.asarray(x, state.time.dtype) for x in (self.step, self.damping))
        gradient = jax.grad(problem.objective)

        def body(_: Any, model: Deep) -> Deep:
            (V, U), (of_V, of_U) = model.factors, gradient(model).factors
            pairs = [(U.T @ U, of_V), (V @ V.T, of_U.T)]
            along_V, along_U = sequential_map(
                lambda pair: Ridge.of(pair[0], damping).solve(pair[1]), pairs
            )
            return Deep((V - eta * along_V, U - eta * along_U.T))

        moved = jax.lax.fori_loop(0, gap, body, model)
        elapsed = eta * jnp.asarray(gap, eta.dtype)
        return moved, Clock(jnp.asarray(state.step + gap), state.time + elapsed)
