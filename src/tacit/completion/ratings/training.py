"""A list of entries as training problems."""

import time
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Callable, PRNGKey
from tacit.completion.ratings.sharding import draw_sharded, gather_model, shard_problem, total
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
    """Entries, and the model that is trained on them, on a mesh if there is one."""

    rows: Index
    columns: Index
    y: Values
    weights: Values | None
    shape: tuple[int, int]
    width: int
    depth: float | int
    init_scale: float | int
    mesh: Mesh | None = None

    def take(self, index: Index) -> "RatingsTraining":
        """With these entries only."""
        return self._replace(
            rows=self.rows[index],
            columns=self.columns[index],
            y=self.y[index],
            weights=None if self.weights is None else self.weights[index],
        )

    def standardised(self) -> tuple["RatingsTraining", float, float]:
        """With values of mean 0 and mean square 1, and the mean and the deviation that they had."""
        y, weights = self.y, self.weights
        summed = (
            y.sum(dtype=np.float64)
            if weights is None
            else np.multiply(weights, y).sum(dtype=np.float64)
        )
        weight = len(y) if weights is None else weights.sum(dtype=np.float64)
        summed, weight, count = total(self.mesh, [summed, weight, len(y)])
        centre = float(summed / weight)
        y = y - y.dtype.type(centre)
        (square,) = total(self.mesh, [np.square(y).sum(dtype=np.float64)])
        spread = float(np.sqrt(square / count)) or 1.0
        y /= y.dtype.type(spread)
        return self._replace(y=y), centre, spread

    def problem(self) -> Problem:
        """The entries as a problem."""
        if self.mesh is not None:
            entries = self.rows, self.columns, self.y, self.weights
            return shard_problem(self.mesh, entries, self.shape)
        entries = Entries(self.rows, self.columns, self.shape, self.y.dtype)
        weights = None if self.weights is None else jnp.asarray(self.weights, self.y.dtype)
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
        observers: tuple[Observer, ...] = (noise, component_singular_values)
        stop = Stalled("noise", _PATIENCE, tolerance) if tolerance else None
        if apart is not None:
            observers = (held_out(apart), *observers)
            stop = Stalled("held_out", _PATIENCE)
        trajectory = run(
            self.problem(),
            self._start(key),
            VariationalBayes(depth=float(self.depth)),
            Schedule.every(1, sweeps),
            observers,
            stop=stop,
            keep="last" if apart is None else "best",
            on_chunk=report,
            budget=None if deadline is None else max(deadline - time.monotonic(), 0.0),
            chunk=1,
        )
        if self.mesh is None:
            return trajectory
        whole = gather_model(trajectory.model, self.shape[0])
        return eqx.tree_at(lambda t: t.model, trajectory, whole)

    def priors(self, model: GaussianFactors) -> tuple[Values, Values]:
        """The prior precisions that belong to a model of these entries."""
        seen = (
            jnp.asarray(total(self.mesh, np.bincount(index, minlength=size)), self.y.dtype)
            for index, size in zip((self.rows, self.columns), self.shape, strict=True)
        )
        of_rows, of_columns = (
            np.asarray(prior_precisions(side, number, self.depth))
            for side, number in zip((model.rows, model.columns), seen, strict=True)
        )
        return of_rows, of_columns

    def _start(self, key: PRNGKey) -> GaussianFactors:
        scale = jnp.asarray(self.init_scale, self.y.dtype)
        if self.mesh is None:
            return _drawn(self.shape, self.width, scale, key)
        return draw_sharded(self.mesh, self.shape, self.width, scale, key)


@jit
def _drawn(shape: tuple[int, int], width: int, scale: Any, key: PRNGKey) -> GaussianFactors:
    return GaussianFactors.initialise(
        shape, width=width, init_scale=scale, dtype=scale.dtype, key=key
    )
