"""The laws of dynamics."""

from itertools import pairwise

import jax
import jax.numpy as jnp

from tacit._jit import jit
from tacit._typing import Any, Callable, RealScalar
from tacit.dynamics import AbstractDynamics
from tacit.models import AbstractFactorisation
from tacit.problems import Problem
from tacit.testing._agreement import agree, same_kind


def check_dynamics(
    dynamics: AbstractDynamics,
    problem: Problem,
    model: AbstractFactorisation,
    *,
    gap: int | float = 4,
    tolerance: float | None = None,
    descends: Callable[[AbstractFactorisation, Any], RealScalar] | None = None,
) -> None:
    """Check the laws of a dynamics on one problem, from one model.

    A gap of zero changes nothing; a gap and then another is their sum; a gap is a traced argument;
    model and state keep structure, shapes and types; the clock counts the gap; jit and vmap change
    nothing.

    Args:
        dynamics: the rule.
        problem: what it works on.
        model: where it starts.
        gap: steps, or a span of time, as the dynamics counts.
        tolerance: relative, for the comparisons; default 10 eps^¾.
        descends: function of (model, state) that no gap may raise, if there is one.

    Raises:
        AssertionError: naming the first law that fails.
    """
    kind = jnp.int32 if dynamics.runs_in_steps else jax.tree.leaves(model)[0].dtype
    spans = [jnp.asarray(factor * gap, kind) for factor in (0, 1, 2)]
    state = dynamics.init(problem, model)
    # Dynamics may have arrays, which a plain jit would have to hash.
    advance = jit(dynamics.advance)
    start = (model, state)

    agree("a gap of zero changes nothing", advance(problem, *start, spans[0]), start, tolerance)
    once = advance(problem, *start, spans[1])
    twice = advance(problem, *once, spans[1])
    whole = advance(problem, *start, spans[2])
    agree("a gap and another is their sum: the model", twice[0], whole[0], tolerance)
    clocks = [dynamics.clock(s) for _, s in (start, once, twice, whole)]
    agree("a gap and another is their sum: the time", clocks[2].time, clocks[3].time, tolerance)
    same_kind("advance keeps structure, shapes and types", whole, start)

    counted = [clock.step if dynamics.runs_in_steps else clock.time for clock in clocks]
    agree("the clock counts the gap", counted[1] - counted[0], spans[1], tolerance)
    agree("the clock goes on", counted[2] - counted[0], spans[2], tolerance)
    if not all(b.time > a.time and b.step > a.step for a, b in pairwise(clocks[:3])):
        raise AssertionError(f"steps and time grow: they were {clocks[:3]}")

    agree("jit changes nothing", dynamics.advance(problem, *start, spans[1])[0], once[0], tolerance)
    agree("vmap changes nothing", *_batched(advance, problem, start, once, spans[1]), tolerance)
    if descends is not None:
        values = [float(descends(*at)) for at in (start, once, twice)]
        if not values[0] >= values[1] >= values[2]:
            raise AssertionError(f"it descends: the values were {values}")


def _batched(advance: Any, problem: Problem, start: Any, once: Any, span: Any) -> tuple[Any, Any]:
    """Two lanes, the start and one gap on, advanced together and one by one."""
    lanes = jax.tree.map(lambda *leaves: jnp.stack(leaves), start, once)
    together = jax.vmap(lambda lane: advance(problem, *lane, span))(lanes)
    apart = [advance(problem, *lane, span) for lane in (start, once)]
    return together[0], jax.tree.map(lambda *leaves: jnp.stack(leaves), *apart)[0]
