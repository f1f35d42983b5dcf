"""Events on recorded values that end a run."""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Any, Array, BoolScalar, IntScalar, RealScalar, ScalarLike
from tacit.runs.result import Result

Record = dict[str, Array]


class AbstractStop(eqx.Module):
    """A rule that reads each record in turn and says when to stop."""

    @abstractmethod
    def init(self, record: Record) -> Any:
        """State before the first record, given the shapes of a record."""

    @abstractmethod
    def update(self, state: Any, record: Record) -> tuple[Any, BoolScalar, IntScalar]:
        """New state, whether to stop here, and the `Result` that this means."""

    def __or__(self, other: "AbstractStop") -> "AnyOf":
        """Stop as soon as one of the two does."""
        return AnyOf((self, other))


class Below(AbstractStop):
    """Stop, converged, when the recorded quantity falls to `bound` or below."""

    name: str = eqx.field(static=True)
    bound: ScalarLike

    def init(self, record: Record) -> None:
        """No state."""
        _require(self.name, record)

    def update(self, state: None, record: Record) -> tuple[None, BoolScalar, IntScalar]:
        """Compare with the bound."""
        return None, record[self.name] <= self.bound, jnp.asarray(int(Result.CONVERGED))


class Stalled(AbstractStop):
    """Stop early when the recorded quantity has not improved on its best for `patience` records.

    An improvement counts when it is at least `tolerance`, relative to the best.
    """

    name: str = eqx.field(static=True)
    patience: int = eqx.field(static=True, default=10)
    tolerance: ScalarLike = 0.0

    def __check_init__(self):
        if self.patience < 1:
            raise ValueError(f"Stalled: patience must be at least 1, got {self.patience}")
        if isinstance(self.tolerance, int | float) and not 0 <= self.tolerance < 1:
            raise ValueError(f"Stalled: tolerance must be in [0, 1), got {self.tolerance}")

    def init(self, record: Record) -> tuple[RealScalar, IntScalar]:
        """Best value so far, and records since."""
        _require(self.name, record)
        return jnp.full_like(record[self.name], jnp.inf), jnp.zeros((), jnp.int32)

    def update(
        self, state: tuple[RealScalar, IntScalar], record: Record
    ) -> tuple[tuple[RealScalar, IntScalar], BoolScalar, IntScalar]:
        """Count records without improvement."""
        best, since = state
        value = record[self.name]
        better = value < best * (1 - self.tolerance)
        state = jnp.where(better, value, best), jnp.where(better, 0, since + 1)
        return state, state[1] >= self.patience, jnp.asarray(int(Result.STOPPED_EARLY))


class AnyOf(AbstractStop):
    """Stop when any of several rules does; the first one that fires names the result."""

    rules: tuple[AbstractStop, ...]

    def init(self, record: Record) -> tuple:
        """States of the rules."""
        return tuple(rule.init(record) for rule in self.rules)

    def update(self, state: tuple, record: Record) -> tuple[tuple, BoolScalar, IntScalar]:
        """Ask each rule."""
        answers = [rule.update(s, record) for rule, s in zip(self.rules, state, strict=True)]
        states, fired, results = zip(*answers, strict=True)
        first = jnp.argmax(jnp.stack(fired))
        return states, jnp.any(jnp.stack(fired)), jnp.stack(results)[first]


def _require(name: str, record: Record) -> None:
    if name not in record:
        raise ValueError(f"stop: no record named {name!r}; observers give {sorted(record)}")
    if record[name].ndim:
        raise ValueError(f"stop: {name!r} is an array of shape {record[name].shape}, not a number")
