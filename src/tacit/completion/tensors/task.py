"""One tensor with holes as the training problems of every approach."""

import time
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Array, Callable, PRNGKey
from tacit.completion.tensors.approaches import AbstractApproach
from tacit.models import AbstractFactorisation
from tacit.observers import HeldOut, Observer, loss
from tacit.operators import TensorEntries
from tacit.problems import Problem
from tacit.runs import Progress, Schedule, Stalled, Trajectory, run

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class Fit(NamedTuple):
    """A run of an approach, its answer in data units and layout, the steps it took, its seconds."""

    trajectory: Trajectory[Any]
    answer: Values
    steps: int
    seconds: float


class TensorTask(eqx.Module):
    """The observed entries, centred and scaled.

    What is seen, and what is held out, is told apart by weights, not by shape: tensors of one shape
    share their compiled programs, wherever their holes are.
    """

    values: Values
    observed: Mask
    centre: float
    spread: float
    dtype: Any = eqx.field(static=True)

    @classmethod
    def of(cls, data: Values, observed: Mask, dtype: Any) -> "TensorTask":
        """The task of completing `data`, of which the entries `observed` are seen."""
        seen = data[observed]
        spread = float(seen.std())
        centre, spread = float(seen.mean()), spread if spread > 0 else 1.0
        values = np.where(observed, (data - centre) / spread, 0.0)
        return cls(values, observed, centre, spread, jnp.dtype(dtype))

    def restored(self, X: Values) -> Values:
        """Data units from what is trained."""
        return X * self.spread + self.centre

    def fit(
        self,
        approach: AbstractApproach,
        held_out: Mask | None,
        *,
        steps: int | None = None,
        on_chunk: Callable[[Progress], None] | None = None,
        budget: float | None = None,
        key: PRNGKey,
    ) -> Fit:
        """Run an approach, without the held-out entries and stopped by them if there are any.

        Args:
            approach: what to run.
            held_out: entries that are observed, but not to be learnt from; the best model on them
                is kept.
            steps: to take; those of the approach's pace if not given.
            on_chunk: called with the progress.
            budget: seconds after which the run ends.
            key: JAX random key of the start.
        """
        began = time.monotonic()
        values = approach.arranged(self.values)
        operator = TensorEntries(np.arange(values.size), values.shape, self.dtype)
        y = jnp.asarray(values.ravel(), self.dtype)
        seen = self.observed
        observers: tuple[Observer, ...] = (loss,)
        pace = approach.pace()
        stop = None
        if held_out is not None:
            seen = self.observed & ~held_out
            apart = Problem(operator, y, weights=self._weights(approach.arranged(held_out)))
            observers = (HeldOut(apart), loss)
            stop = Stalled("held_out", pace.patience)
        problem = Problem(operator, y, weights=self._weights(approach.arranged(seen)))
        model, dynamics = approach.begin(problem, key=key)
        longest = pace.longest if steps is None else steps
        trajectory = run(
            problem,
            model,
            dynamics,
            Schedule.every(min(pace.gap, longest), longest) if longest else Schedule([0]),
            observers,
            stop=stop,
            keep="last" if held_out is None else "best",
            on_chunk=on_chunk,
            budget=budget,
            chunk=2,
        )
        best = len(trajectory.step) - 1 if held_out is None else int(trajectory.best)
        return Fit(
            trajectory,
            self.restored(approach.restored(np.asarray(_formed(trajectory.model), float))),
            int(trajectory.step[best]),
            time.monotonic() - began,
        )

    def _weights(self, chosen: Mask) -> Array:
        return jnp.asarray(chosen.ravel().astype(self.dtype))

    def error(self, answer: Values, held_out: Mask) -> float:
        """Root mean square error on the held-out entries, in data units."""
        wrong = answer[held_out] - self.restored(self.values[held_out])
        return float(np.sqrt(np.mean(wrong**2)))


@eqx.filter_jit
def _formed(model: AbstractFactorisation) -> Any:
    return model()
