"""Group RMSprop, the adaptive step of the deep matrix factorisation experiments."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, RealScalar, ScalarLike
from tacit.algebra.tree_math import norm
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class RMSpropState(NamedTuple):
    """Its clock, and the running mean of ‖∇L‖² over all parameters."""

    clock: Clock
    square: RealScalar


class GroupRMSprop(AbstractDynamics):
    """θ ← θ − η ∇L / (√ŝ + ε), s ← ρ s + (1 − ρ)‖∇L‖², ŝ = s / (1 − ρᵏ) [arora2019].

    One scalar s serves all parameters, so the direction is the gradient's own and only its speed
    adapts: small gradients at a saddle do not slow the escape. Time is t = Σ η / (√ŝ + ε).

    Raises:
        ValueError: if a known step is not positive, decay outside [0, 1), or epsilon negative.
    """

    step: ScalarLike = 1e-3
    decay: ScalarLike = 0.99
    epsilon: ScalarLike = 1e-4

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"GroupRMSprop: step must be positive, got {self.step}")
        if isinstance(self.decay, int | float) and not 0 <= self.decay < 1:
            raise ValueError(f"GroupRMSprop: decay must be in [0, 1), got {self.decay}")
        if isinstance(self.epsilon, int | float) and not self.epsilon >= 0:
            raise ValueError(f"GroupRMSprop: epsilon must not be negative, got {self.epsilon}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> RMSpropState:
        """No gradient seen yet."""
        del problem
        clock = Clock.at_start(model)
        return RMSpropState(clock, jnp.asarray(clock.time))

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: RMSpropState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, RMSpropState]:
        """Take `gap` steps."""
        gradient_of = eqx.filter_grad(problem.objective)
        eta, decay, epsilon = (
            jnp.asarray(value, state.square.dtype)
            for value in (self.step, self.decay, self.epsilon)
        )

        def body(_: Any, carry: tuple[Any, RMSpropState]) -> tuple[Any, RMSpropState]:
            model, state = carry
            gradient = gradient_of(model)
            norm_squared = norm(gradient) ** 2
            square = decay * state.square + (1 - decay) * norm_squared
            step = state.clock.step + 1
            unbiased = square / (1 - decay ** step.astype(decay.dtype))
            step_size = eta / (jnp.sqrt(unbiased) + epsilon)
            model = jax.tree.map(lambda leaf, g: leaf - step_size * g, model, gradient)
            return model, RMSpropState(Clock(step, state.clock.time + step_size), square)

        return jax.lax.fori_loop(0, gap, body, (model, state))
