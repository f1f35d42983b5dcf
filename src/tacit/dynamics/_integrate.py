"""Integration of a velocity field over one gap of a schedule, by diffrax."""

from typing import NamedTuple

import diffrax
import jax
import jax.numpy as jnp

from tacit._typing import Any, BoolScalar, Callable, IntScalar, RealScalar


class Tolerances(NamedTuple):
    """What a flow asks of its integrator."""

    rtol: float | int
    atol: float | int
    solver: diffrax.AbstractERK
    max_steps: int


class Integrated(NamedTuple):
    """Where an integration ended; not a number where it ran out of steps."""

    state: Any
    time: RealScalar
    evaluations: IntScalar
    event_occurred: BoolScalar


def refuse_bad_tolerances(flow: Any) -> None:
    """Refuse a flow whose `rtol`, `atol` or `max_steps` is not positive.

    Raises:
        ValueError: if one is not; the message names the flow and the field.
    """
    for name in ("rtol", "atol", "max_steps"):
        value = getattr(flow, name)
        if not value > 0:
            raise ValueError(f"{type(flow).__name__}: {name} must be positive, got {value}")


def integrate(
    velocity: Callable[[Any], Any],
    state: Any,
    start: Any,
    end: Any,
    tolerances: Tolerances,
    event: diffrax.Event | None = None,
) -> Integrated:
    """Integrate ẏ = velocity(y) from `start` to `end`, or to the event.

    `evaluations` counts the stages of all steps, rejected ones too.
    """
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, y, args: velocity(y)),
        tolerances.solver,
        start,
        end,
        None,
        state,
        stepsize_controller=diffrax.PIDController(tolerances.rtol, tolerances.atol),
        max_steps=tolerances.max_steps,
        adjoint=diffrax.ForwardMode(),
        event=event,
        throw=False,
    )
    assert solution.ts is not None
    occurred = solution.result == diffrax.RESULTS.event_occurred
    succeeded = (solution.result == diffrax.RESULTS.successful) | occurred
    reached: Any = jax.tree.map(lambda leaf: jnp.where(succeeded, leaf[-1], jnp.nan), solution.ys)
    stages = tolerances.solver.tableau.num_stages  # pyright: ignore[reportAttributeAccessIssue]
    return Integrated(
        reached, solution.ts[-1], solution.stats["num_steps"] * stages, jnp.asarray(occurred)
    )
