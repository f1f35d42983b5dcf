"""Gradient flow, integrated by an adaptive Runge–Kutta method."""

from typing import ClassVar

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import ScalarLike
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._integrate import integrate, refuse_bad_tolerances
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class GradientFlow(AbstractDynamics):
    """θ̇ = −∇L(θ), integrated to the given tolerances; a gap of the schedule is a span of time.

    `clock.step` counts gradient evaluations (stages of all steps, rejected ones too), so that flow
    and descent can be compared by price. A span that needs more than `max_steps` steps ends the run
    as non-finite.
    """

    runs_in_steps: ClassVar[bool] = False

    rtol: float = eqx.field(static=True, default=1e-8)
    atol: float = eqx.field(static=True, default=1e-10)
    solver: diffrax.AbstractERK = diffrax.Dopri8()
    max_steps: int = eqx.field(static=True, default=1_000_000)

    def __check_init__(self):
        refuse_bad_tolerances(self)

    def init(self, problem: Problem, model: AbstractFactorisation) -> Clock:
        """Time zero; the state is the clock alone."""
        del problem
        return Clock.at_start(model)

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: Clock, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, Clock]:
        """Integrate over a span `gap` of time."""
        gradient = eqx.filter_grad(problem.objective)
        end = state.time + gap
        moved, _, evaluations, _ = integrate(
            lambda theta: jax.tree.map(jnp.negative, gradient(theta)),
            model,
            state.time,
            end,
            self,
        )
        return moved, Clock(state.step + evaluations, end)
