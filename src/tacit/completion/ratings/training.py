"""A list of entries as training problems."""

import time
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Callable, PRNGKey
from tacit.dynamics import VariationalBayes, prior_precisions
from tacit.models import GaussianFactors
from tacit.observers import Observer, component_singular_values, held_out, noise
from tacit.operators import Entries
from tacit.problems import Problem
from tacit.runs import Progress, Schedule, Stalled, Trajectory, run

Values = NDArray[np.floating]
Index = NDArray[np.integer]

_PATIENCE = 3
"""Sweeps without gain before a run stops."""


class RatingsTraining(NamedTuple):
    """Entries, standardised, and the model that is trained on them."""

    rows: Index
    columns: Index
    y: Values
    weights: Values | None
    shape: tuple[int, int]
    width: int
    depth: float | int
    init_scale: float | int

    def take(self, index: Index) -> "RatingsTraining":
        """With these entries only."""
        return self._replace(
            rows=self.rows[index],
            columns=self.columns[index],
            y=self.y[index],
            weights=None if self.weights is None else self.weights[index],
        )

    def problem(self) -> Problem:
        """The entries as a problem."""
        entries = Entries(self.rows, self.columns, self.shape)
        weights = None if self.weights is None else jnp.asarray(self.weights, jnp.float32)
        return Problem(entries, jnp.asarray(self.y), weights=weights)

    def fit(
        self,
        sweeps: int,
        tolerance: float | int,
        *,
        apart: Problem | None = None,
        report: Callable[[Progress], None] | None = None,
        deadline: float | None = None,
        key: PRNGKey,
    ) -> Trajectory[GaussianFactors]:
        """Sweep until the noise, or the error on what is held apart, no longer falls."""
        problem = self.problem()
        assert isinstance(problem.operator, Entries)
        observers: tuple[Observer, ...] = (noise, component_singular_values)
        stop = Stalled("noise", _PATIENCE, tolerance) if tolerance else None
        if apart is not None:
            observers = (held_out(apart), *observers)
            stop = Stalled("held_out", _PATIENCE)
        return run(
            problem,
            _drawn(self.shape, self.width, jnp.asarray(self.init_scale, jnp.float32), key),
            VariationalBayes(depth=float(self.depth)),
            Schedule.every(1, sweeps),
            observers,
            stop=stop,
            keep="last" if apart is None else "best",
            on_chunk=report,
            budget=None if deadline is None else max(deadline - time.monotonic(), 0.0),
            chunk=1,
        )

    def priors(self, model: GaussianFactors) -> tuple[Values, Values]:
        """The prior precisions that belong to a model of these entries."""
        seen = (
            jnp.asarray(np.bincount(index, minlength=size), jnp.float32)
            for index, size in zip((self.rows, self.columns), self.shape, strict=True)
        )
        of_rows, of_columns = (
            np.asarray(prior_precisions(side, number, self.depth))
            for side, number in zip((model.rows, model.columns), seen, strict=True)
        )
        return of_rows, of_columns


@jit
def _drawn(shape: tuple[int, int], width: int, scale: Any, key: PRNGKey) -> GaussianFactors:
    return GaussianFactors.initialise(shape, width=width, init_scale=scale, key=key)
