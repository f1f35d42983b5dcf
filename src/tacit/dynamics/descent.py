"""Gradient descent, plain or with momentum."""

from typing import Literal, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, RealScalar, ScalarLike
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics.curvature import largest_curvature
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class AutoStep(eqx.Module):
    """A safe fraction of the largest stable step, η = fraction · 2 / λ_max for plain descent.

    With momentum, `GradientDescent.stability` takes the place of 2. λ_max of the Hessian is
    measured by power iteration at the start and again every `every` steps. Between measurements
    curvature can grow, above all when a singular value escapes from a saddle: a stretch of steps
    that raised the objective is taken back and tried again at half the step. Where nothing is
    curved (a linear loss, a flat point) the step starts at 1 and doubles.
    """

    fraction: float = eqx.field(static=True, default=0.5)
    every: int = eqx.field(static=True, default=20)
    iterations: int = eqx.field(static=True, default=4)

    def __check_init__(self):
        if not 0 < self.fraction < 1:
            raise ValueError(f"AutoStep: fraction must be between 0 and 1, got {self.fraction}")
        for name, value in (("every", self.every), ("iterations", self.iterations)):
            if value < 1:
                raise ValueError(f"AutoStep: {name} must be at least 1, got {value}")


class DescentState(NamedTuple):
    """Its clock, velocity and step; where steps are automatic, the curvature of the point."""

    clock: Clock
    velocity: Any
    step_size: RealScalar
    curvature: RealScalar | None = None
    curvature_vector: Any = None


class GradientDescent(AbstractDynamics):
    """θ ← θ + v, v ← β v − η ∇L(θ): heavy-ball momentum β, plain descent for β = 0.

    Time is t = Σ η, so that descent and flow share an axis.

    Args:
        step: η > 0, or `"auto"` for `AutoStep()`, or an `AutoStep` of your own.
        momentum: β in [0, 1).
        nesterov: take the gradient at θ + β v, where momentum alone would lead [nesterov1983].

    Raises:
        ValueError: if momentum is outside [0, 1), or zero for Nesterov's, or a known step is not
            positive.
    """

    step: ScalarLike | AutoStep
    momentum: float | int = eqx.field(static=True)
    nesterov: bool = eqx.field(static=True)

    def __init__(
        self,
        step: ScalarLike | AutoStep | Literal["auto"],
        momentum: float | int = 0.0,
        nesterov: bool = False,
    ):
        if isinstance(step, int | float) and not step > 0:
            raise ValueError(f"GradientDescent: step must be positive, got {step}")
        if isinstance(step, str) and step != "auto":
            raise ValueError(f"GradientDescent: step must be a number or 'auto', got {step!r}")
        if not 0 <= momentum < 1:
            raise ValueError(f"GradientDescent: momentum must be in [0, 1), got {momentum}")
        self.step = AutoStep() if isinstance(step, str) else step
        if nesterov and not momentum:
            raise ValueError("GradientDescent: nesterov=True needs a positive momentum")
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def stability(self) -> float:
        """Largest stable η λ_max on a quadratic: 2(1 + β), or 2(1 + β)/(1 + 2β) with Nesterov."""
        return 2 * (1 + self.momentum) / (1 + 2 * self.momentum * self.nesterov)

    def init(self, problem: Problem, model: AbstractFactorisation) -> DescentState:
        """Zero velocity; for automatic steps, a first measurement, begun along the gradient."""
        clock = Clock.at_start(model)
        velocity = jax.tree.map(jnp.zeros_like, model) if self.momentum else None
        if not isinstance(self.step, AutoStep):
            return DescentState(clock, velocity, jnp.asarray(self.step, clock.time.dtype))
        gradient = eqx.filter_grad(problem.objective)(model)
        measured = largest_curvature(problem, model, gradient, self.step.iterations)
        # Steps are bounded by the curvature alone until one has been taken.
        return DescentState(clock, velocity, jnp.asarray(jnp.inf, clock.time.dtype), *measured)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: DescentState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, DescentState]:
        """Take `gap` steps."""
        if isinstance(self.step, AutoStep):
            return self._advance_measured(problem, model, state, gap, self.step)
        model, velocity = self._steps(problem, model, state.velocity, state.step_size, gap)
        return model, state._replace(clock=_later(state, gap), velocity=velocity)

    def _steps(
        self, problem: Problem, model: Any, velocity: Any, step_size: RealScalar, count: ScalarLike
    ) -> tuple[Any, Any]:
        gradient = eqx.filter_grad(problem.objective)

        def ahead(leaf: Any, velocity: Any) -> Any:
            return leaf + self.momentum * velocity

        def body(_: Any, carry: tuple[Any, Any]) -> tuple[Any, Any]:
            model, velocity = carry
            point = jax.tree.map(ahead, model, velocity) if self.nesterov else model
            downhill = jax.tree.map(lambda g: -step_size * g, gradient(point))
            if self.momentum:
                velocity = downhill = jax.tree.map(
                    lambda v, g: self.momentum * v + g, velocity, downhill
                )
            return jax.tree.map(jnp.add, model, downhill), velocity

        return jax.lax.fori_loop(0, count, body, (model, velocity))

    def _advance_measured(
        self, problem: Problem, model: Any, state: DescentState, gap: ScalarLike, rule: AutoStep
    ) -> tuple[Any, DescentState]:
        """Stretches of at most `every` steps, the curvature measured between them."""

        def stretch(carry: tuple) -> tuple:
            model, state, objective, left = carry
            safe = rule.fraction * self.stability / state.curvature
            step_size = jnp.minimum(safe, 2 * state.step_size)
            step_size = jnp.where(jnp.isinf(step_size), 1, step_size)
            count = jnp.minimum(left, rule.every)
            moved, velocity = self._steps(problem, model, state.velocity, step_size, count)
            reached = problem.objective(moved)
            curvature, vector = largest_curvature(
                problem, moved, state.curvature_vector, rule.iterations
            )
            accepted = (reached <= objective) & (step_size * curvature <= self.stability)
            clock = _later(state._replace(step_size=step_size), count)
            ahead = DescentState(clock, velocity, step_size, curvature, vector)
            # Twice the step is allowed at each stretch, so a quarter here makes half the next one.
            back = state._replace(step_size=step_size / 4)
            if self.momentum:
                back = back._replace(velocity=jax.tree.map(jnp.zeros_like, state.velocity))
            there = (moved, ahead, reached, left - count)
            here = (model, back, objective, left)
            return jax.tree.map(lambda new, old: jnp.where(accepted, new, old), there, here)

        def unfinished(carry: tuple) -> Any:
            _, state, objective, left = carry
            # A step that underflows means that no descent is left in this precision.
            return (left > 0) & (state.step_size > 0) & jnp.isfinite(objective)

        start = (model, state, problem.objective(model), jnp.asarray(gap, jnp.int32))
        model, state, _, left = jax.lax.while_loop(unfinished, stretch, start)
        # Steps that no step size allows leave the model where it is; they count all the same.
        return model, state._replace(clock=state.clock._replace(step=state.clock.step + left))


def _later(state: DescentState, count: ScalarLike) -> Clock:
    step = jnp.asarray(state.clock.step + count)
    elapsed = state.step_size * jnp.asarray(count, state.step_size.dtype)
    return Clock(step, state.clock.time + elapsed)
