"""Observers and laws: what to record, and what should stay constant."""

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Callable, RealScalar, ScalarLike
from tacit.models import AbstractFactorisation
from tacit.problems import Problem

Observation = Callable[[ScalarLike, AbstractFactorisation, Problem], Array]


class Observer(eqx.Module):
    """A recorded quantity o(t, θ, problem), with the name of its record, its axes and its label.

    `dims` names the axes of one record, `()` for a number. Dataset, figure axis and page read
    these three fields; there is no second table.
    """

    function: Observation
    name: str = eqx.field(static=True)
    label: str = eqx.field(static=True)
    dims: tuple[str, ...] = eqx.field(static=True, default=())

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Array:
        """The quantity at time t."""
        return self.function(t, model, problem)


class Law(eqx.Module):
    """A quantity Q(θ) that gradient flow keeps constant, e.g. the balance of a deep factorisation.

    A law becomes an observer of its drift once a start is given.
    """

    quantity: Callable[[AbstractFactorisation], Any] = eqx.field(static=True)
    name: str = eqx.field(static=True)
    label: str = eqx.field(static=True)

    def drift_from(self, start: AbstractFactorisation) -> Observer:
        """Observer of the largest |Q(θ(t)) − Q(θ(0))| over all entries of Q."""
        return Observer(_Drift(self.quantity, self.quantity(start)), self.name, self.label)


class _Drift(eqx.Module):
    quantity: Callable[[AbstractFactorisation], Any] = eqx.field(static=True)
    at_start: Any

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        changes = jax.tree.map(
            lambda now, then: jnp.max(jnp.abs(now - then)), self.quantity(model), self.at_start
        )
        dtype = jax.tree.leaves(model)[0].dtype
        return jax.tree.reduce(jnp.maximum, changes, jnp.zeros((), dtype))
