"""The compiled part of a run: advance and observe, record by record."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, BoolScalar, IntScalar, RealScalar, Sequence
from tacit.dynamics import AbstractDynamics
from tacit.models import AbstractFactorisation
from tacit.observers import Observer
from tacit.problems import Problem
from tacit.runs.result import Result
from tacit.runs.stop import AbstractStop

_DIVERGED = 1e6
"""A loss this many times that of the start and of X = 0 means divergence; no descent overshoots so
far and returns."""


class Settings(eqx.Module):
    """What stays the same along a run: observers, stop, and the record that `keep` watches."""

    observers: tuple[Observer, ...]
    stop: AbstractStop | None
    watched: str | None = eqx.field(static=True)


class Carry(NamedTuple):
    """What one record hands to the next; once stopped it no longer changes."""

    model: Any
    state: Any
    stop_state: Any
    stopped: BoolScalar
    result: IntScalar
    length: IntScalar
    reference_loss: RealScalar
    best_model: Any
    best_value: RealScalar
    best: IntScalar


def start(
    problem: Problem,
    model: AbstractFactorisation,
    dynamics: AbstractDynamics,
    observers: Sequence[Observer],
    stop: AbstractStop | None,
) -> Carry:
    """What the first record is handed: the model, the dynamics' and the stop's own starts."""
    state = dynamics.init(problem, model)
    dtype = jax.tree.leaves(model)[0].dtype
    infinite, zero = jnp.asarray(jnp.inf, dtype), jnp.zeros((), jnp.int32)
    stop_state = None
    if stop is not None:
        time_zero = dynamics.clock(state).time
        shapes = jax.eval_shape(lambda: {o.name: o(time_zero, model, problem) for o in observers})
        stop_state = stop.init(jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes))
    return Carry(
        model=model,
        state=state,
        stop_state=stop_state,
        stopped=jnp.zeros((), bool),
        result=jnp.asarray(int(Result.FINISHED), jnp.int32),
        length=zero,
        reference_loss=infinite,
        best_model=model,
        best_value=infinite,
        best=zero,
    )


def run_chunk(
    problem: Problem,
    dynamics: AbstractDynamics,
    settings: Settings,
    carry: Carry,
    gaps: Array,
) -> tuple[Carry, tuple]:
    """Advance and observe once for each gap; a gap of −1 is padding and changes nothing."""

    def body(carry: Carry, gap: Array) -> tuple[Carry, tuple]:
        # A stopped run does not advance, so that its records repeat the last one.
        idle = (gap < 0) | carry.stopped
        model, state = dynamics.advance(
            problem, carry.model, carry.state, jnp.where(idle, jnp.zeros_like(gap), gap)
        )
        clock = dynamics.clock(state)
        record = {o.name: o(clock.time, model, problem) for o in settings.observers}
        current = problem.data_loss(model)
        at_zero = problem.loss(-problem.y, problem.weights)
        reference = jnp.where(
            carry.length == 0, jnp.maximum(current, at_zero), carry.reference_loss
        )
        finite = jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(model)]).all()
        bound = _DIVERGED * jnp.maximum(reference, jnp.finfo(current.dtype).tiny)
        diverged = ~(current <= bound)
        fired, result, stop_state = jnp.zeros((), bool), carry.result, carry.stop_state
        if settings.stop is not None:
            stop_state, fired, reason = settings.stop.update(carry.stop_state, record)
            result = jnp.where(fired, reason.astype(jnp.int32), result)
        result = jnp.where(diverged, int(Result.DIVERGED), result)
        result = jnp.where(finite, result, int(Result.NON_FINITE))
        usable = finite & ~diverged
        value = (
            record[settings.watched] if settings.watched else -carry.length.astype(current.dtype)
        )
        better = usable & (value < carry.best_value)
        pick = lambda new, old: jnp.where(better, new, old)  # noqa: E731
        moved = Carry(
            model=model,
            state=state,
            stop_state=stop_state,
            stopped=fired | ~usable,
            result=result,
            length=carry.length + 1,
            reference_loss=reference,
            best_model=jax.tree.map(pick, model, carry.best_model),
            best_value=pick(value, carry.best_value),
            best=pick(carry.length, carry.best),
        )

        # What a step hands on as it was stays a constant of the loop: neither copied nor batched.
        keep = lambda new, old: old if new is old else jnp.where(idle, old, new)  # noqa: E731
        new_carry = jax.tree.map(keep, moved, carry)
        return new_carry, (clock.step, clock.time, record)

    return jax.lax.scan(body, carry, gaps)
