"""Descent by any rule of optax: Adam, Muon, and the others of deep learning."""

from contextlib import contextmanager
from typing import NamedTuple, Protocol, runtime_checkable

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Iterator, ScalarLike
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


@runtime_checkable
class Rule(Protocol):
    """What `optax.GradientTransformation` is: it turns a gradient into what is added to θ."""

    @property
    def init(self) -> Any:
        """θ ↦ state."""

    @property
    def update(self) -> Any:
        """(∇L, state, θ) ↦ (change of θ, state)."""


class OptimiserState(NamedTuple):
    """Its clock, and what the rule carries from step to step."""

    clock: Clock
    carried: Any


class Optimiser(AbstractDynamics):
    """θ ← θ + η u, (u, s) ← rule(∇L, s, θ): `Optimiser(optax.adam(1.0), step=1e-3)`.

    Optax itself is not imported. A rule that treats factors as wholes (momentum, Muon, Shampoo, one
    second moment for all) gives the same path of X from (U, V) and (U Q, V Q), Q orthogonal; one
    that treats entries apart (Adam, RMSProp, Lion) does not [singh2026]. Time is t = η k.

    Args:
        rule: an `optax.GradientTransformation`, which descends: its learning rate is positive.
        step: η > 0, a factor of what the rule says. It may be traced, as the rule may not.

    Raises:
        ValueError: if a known step is not positive.
    """

    rule: Rule = eqx.field(static=True)
    step: ScalarLike = 1.0

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"Optimiser: step must be positive, got {self.step}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> OptimiserState:
        """What the rule begins with."""
        del problem
        with _as_optax_promotes():
            return OptimiserState(Clock.at_start(model), self.rule.init(_arrays(model)))

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: OptimiserState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, OptimiserState]:
        """Take `gap` steps."""
        gradient = eqx.filter_grad(problem.objective)
        eta = jnp.asarray(self.step, state.clock.time.dtype)

        def body(_: Any, carry: tuple[Any, Any]) -> tuple[Any, Any]:
            model, carried = carry
            arrays, slope = _arrays(model), gradient(model)
            with _as_optax_promotes():
                change, carried = self.rule.update(slope, carried, arrays)
            scaled = jax.tree.map(lambda u, leaf: eta * u.astype(leaf.dtype), change, arrays)
            return eqx.apply_updates(model, scaled), carried

        model, carried = jax.lax.fori_loop(0, gap, body, (model, state.carried))
        elapsed = eta * jnp.asarray(gap, eta.dtype)
        clock = Clock(jnp.asarray(state.clock.step + gap), state.clock.time + elapsed)
        return model, OptimiserState(clock, carried)


@contextmanager
def _as_optax_promotes() -> Iterator[None]:
    """Let types and ranks be promoted, as optax relies on, also where they are refused."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield


def _arrays(model: AbstractFactorisation) -> Any:
    return eqx.filter(model, eqx.is_inexact_array)
