"""Integration of a velocity field over one gap of a schedule, by diffrax."""

from typing import NamedTuple, Protocol, runtime_checkable

import diffrax
import jax
import jax.numpy as jnp

from tacit._typing import Any, BoolScalar, Callable, IntScalar, RealScalar


@runtime_checkable
class Flow(Protocol):
    """What a flow asks of its integrator."""

    @property
    def rtol(self) -> float: ...
    @property
    def atol(self) -> float: ...
    @property
    def solver(self) -> diffrax.AbstractERK: ...
    @property
    def max_steps(self) -> int: ...


class Integrated(NamedTuple):
    """Where an integration ended; not a number where it ran out of steps."""

    state: Any
    time: RealScalar
    evaluations: IntScalar
    event_occurred: BoolScalar


def refuse_bad_tolerances(flow: Flow) -> None:
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
    flow: Flow,
    event: diffrax.Event | None = None,
) -> Integrated:
    """Integrate ẏ = velocity(y) from `start` to `end`, or to the event, as the `Flow` asks.

    `evaluations` counts the stages of all steps, rejected ones too.
    """
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, y, args: velocity(y)),
        flow.solver,
        start,
        end,
        None,
        state,
        stepsize_controller=diffrax.PIDController(flow.rtol, flow.atol),
        max_steps=flow.max_steps,
        adjoint=diffrax.ForwardMode(),
        event=event,
        throw=False,
    )
    assert solution.ts is not None
    occurred = solution.result == diffrax.RESULTS.event_occurred
    succeeded = (solution.result == diffrax.RESULTS.successful) | occurred
    reached: Any = jax.tree.map(lambda leaf: jnp.where(succeeded, leaf[-1], jnp.nan), solution.ys)
    stages = flow.solver.tableau.num_stages  # pyright: ignore[reportAttributeAccessIssue]
    return Integrated(
        reached, solution.ts[-1], solution.stats["num_steps"] * stages, jnp.asarray(occurred)
    )
