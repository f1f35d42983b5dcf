"""The contract of a dynamics."""

from abc import abstractmethod
from typing import ClassVar, NamedTuple

import equinox as eqx
import jax
import numpy as np

from tacit._typing import Any, Array, Float, Int, ScalarLike
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class Clock(NamedTuple):
    """Where a run stands: steps taken (gradient evaluations for a flow), and time."""

    step: Int[Array | np.ndarray, ""]
    time: Float[Array | np.ndarray, ""]

    @classmethod
    def at_start(cls, model: AbstractFactorisation) -> "Clock":
        """Step 0 and time 0, in the model's precision; numpy, so that nothing is compiled."""
        dtype = jax.tree.leaves(model)[0].dtype
        return cls(np.zeros((), np.int32), np.zeros((), dtype))


class AbstractDynamics(eqx.Module):
    """A rule that moves a model; what it carries from step to step is its state.

    A state is a `Clock`, or has one under that name.

    `runs_in_steps` says what a gap of the schedule counts: steps, or time.
    """

    runs_in_steps: ClassVar[bool] = True

    @abstractmethod
    def init(self, problem: Problem, model: AbstractFactorisation) -> Any:
        """State at the start; refuses a model or problem that the rule does not fit."""

    @abstractmethod
    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: Any, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, Any]:
        """Model and state after `gap` more steps, or a span `gap` of time; none when it is 0."""

    def clock(self, state: Any) -> Clock:
        """Steps and time so far: of a state its `clock`, and a clock alone is a state."""
        return state if isinstance(state, Clock) else state.clock
