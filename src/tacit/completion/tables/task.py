"""One table with holes as the training problems of every approach."""

import math
import time
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Callable, PRNGKey
from tacit.completion.new_rows import Columns
from tacit.completion.tables.approach import LowRank
from tacit.dynamics import VariationalDescent, prior_precisions
from tacit.models import GaussianFactors
from tacit.observers import HeldOut, Observer, noise, strengths
from tacit.observers.errors import ROBUST_DEVIATION
from tacit.operators import Entries
from tacit.problems import Problem
from tacit.runs import Progress, Result, Schedule, Stalled, Trajectory, run

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

PATIENCE = 25
"""Sweeps without gain before a run stops: components appear, and are switched off again, late."""
_NOISE, _NOISE_STEP = 0.3, 0.15
"""Noise at the start, relative to the data, and how fast it becomes what is estimated."""
_BEYOND_CHANCE = 2.0
"""Variance of the means of columns, over what chance makes of it, above which they differ."""
_DENSE = 4e9
"""Operations of a sweep up to which all entries, and covariances, are worked with."""
_UNLIKE = 30
"""Columns whose deviations differ by this factor are taken to have different units."""


class Fit(NamedTuple):
    """A run, the columns it has learnt, the completed table, the steps it took, its seconds."""

    trajectory: Trajectory[GaussianFactors]
    columns: Columns
    answer: Values
    steps: int
    seconds: float


class TableTask(eqx.Module):
    """The observed entries, centred column by column, in units of their deviation.

    What is seen, and what is held out, is told apart by weights: tables of one size share their
    compiled programs, wherever their holes are. Sides are rounded up with rows and columns of which
    nothing is seen.
    """

    values: Values
    weights: Values
    centre: Values
    units: Values
    dtype: Any = eqx.field(static=True)

    @classmethod
    def of(
        cls, data: Values, weights: Values, standardise: bool | None, robust: bool, dtype: Any
    ) -> "TableTask":
        """The task of completing `data`, of which the entries of positive weight are seen.

        Args:
            data: the table.
            weights: of its entries, 0 where they are missing.
            standardise: whether each column is divided by its deviation; None to do so where the
                deviations are very unlike.
            robust: whether centres and units are those of the data with outliers drawn in.
            dtype: precision of training.
        """
        given = data
        data = _drawn_in(data, weights) if robust else data
        total = np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
        centre = _centres(data, weights)
        away = data - centre
        whole = float(np.sqrt(np.average(away**2, weights=weights))) or 1.0
        units = np.full(data.shape[1], whole)
        own = np.sqrt((weights * away**2).sum(axis=0) / total)
        vary = own[own > 1e-6 * whole]
        if standardise is None:
            low, high = np.quantile(vary, [0.1, 0.9]) if vary.size else (1.0, 1.0)
            standardise = bool(high > _UNLIKE * low)
        if standardise:
            units = np.where(own > 1e-6 * whole, own, whole)
        return cls((given - centre) / units, weights, centre, units, jnp.dtype(dtype))

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the table, its sides rounded up to a few lengths."""
        m, n = self.values.shape
        return _rounded_up(m), _rounded_up(n)

    def width(self, width: int) -> int:
        """A width that is not above what the table allows."""
        return max(1, min(width, *(side - 1 for side in self.values.shape)))

    def restored(self, X: Values) -> Values:
        """Data units from what is trained."""
        return X * self.units + self.centre

    def fit(
        self,
        approach: LowRank,
        held_out: Mask | None,
        *,
        sweeps: int,
        robust: float | int,
        on_chunk: Callable[[Progress], None] | None = None,
        budget: float | None = None,
        key: PRNGKey,
    ) -> Fit:
        """Run an approach, without the held-out entries and stopped by them if there are any."""
        began = time.monotonic()
        width = self.width(approach.width)
        m, n = self.shape
        is_dense = m * n * (width + 1) ** 2 <= _DENSE
        seen = self.weights if held_out is None else np.where(held_out, 0, self.weights)
        observers: tuple[Observer, ...] = (noise, strengths)
        stop = None
        if held_out is not None:
            apart = np.where(held_out, self.weights, 0)
            observers = (
                HeldOut(self._problem(apart, is_dense), trimmed=math.isfinite(robust)),
                *observers,
            )
            stop = Stalled("held_out", PATIENCE)
        problem = self._problem(seen, is_dense)
        settings = {
            "depth": float(approach.depth),
            "noise_step": _NOISE_STEP,
            "row_bias": jnp.asarray(approach.biases),
            "column_bias": jnp.asarray(approach.biases),
            "own_noise": jnp.asarray(approach.own_noise),
            "robust": robust,
        }
        assert isinstance(problem.operator, Entries)
        dynamics = (
            VariationalDescent.on_grid(self.shape, **settings)
            if is_dense
            else VariationalDescent.on(problem.operator, **settings)
        )
        trajectory = run(
            problem,
            _drawn(self.shape, width, jnp.asarray(approach.scale, self.dtype), is_dense, key),
            dynamics,
            Schedule.every(1, sweeps),
            observers,
            stop=stop,
            keep="last" if held_out is None else "best",
            on_chunk=on_chunk,
            budget=budget,
            chunk=4,
        )
        best = len(trajectory.step) - 1 if held_out is None else int(trajectory.best)
        try:
            columns, answer = self._answered(trajectory.model, seen, approach, robust)
        except KeyboardInterrupt:
            # A run that is over is not to be lost for what takes a moment.
            columns, answer = self._answered(trajectory.model, seen, approach, robust)
            code = jnp.full_like(trajectory.result_code, Result.INTERRUPTED)
            trajectory = eqx.tree_at(lambda t: t.result_code, trajectory, code)
        steps = int(trajectory.step[best])
        return Fit(trajectory, columns, answer, steps, time.monotonic() - began)

    def _answered(
        self, model: GaussianFactors, seen: Values, approach: LowRank, robust: float | int
    ) -> tuple[Columns, Values]:
        """The columns, and the table that they complete."""
        columns = self._columns(model, seen, approach)
        rows = columns.rows(self.values, seen, robust)
        return columns, self.restored(columns.expected(rows))

    def _problem(self, weights: Values, is_dense: bool) -> Problem:
        """All entries with their weights; or, of a large table, those of positive weight."""
        m, n = self.shape
        if not is_dense:
            rows, columns = np.nonzero(weights)
            entries = Entries(rows, columns, (m, n), self.dtype)
            y, w = self.values[rows, columns], weights[rows, columns]
        else:
            padding = [(0, m - self.values.shape[0]), (0, n - self.values.shape[1])]
            rows, columns = np.divmod(np.arange(m * n), n)
            entries = Entries(rows, columns, (m, n), self.dtype)
            w = np.pad(weights, padding).ravel()
            y = np.pad(np.where(weights > 0, self.values, 0), padding).ravel()
        return Problem(entries, jnp.asarray(y, self.dtype), weights=jnp.asarray(w, self.dtype))

    def _columns(self, model: GaussianFactors, seen: Values, approach: LowRank) -> Columns:
        counts = np.zeros(self.shape[0])
        counts[: len(seen)] = (seen > 0).sum(axis=1)
        prior = _prior(model, jnp.asarray(counts, self.dtype), float(approach.depth))
        columns = Columns.of(model, np.asarray(prior), row_bias=approach.biases)
        return columns.take(np.arange(self.values.shape[1]))


def _drawn_in(data: Values, weights: Values) -> Values:
    """The data with entries far from the median of their column drawn in.

    To five robust deviations of the table.
    """
    seen = weights > 0
    known = np.where(seen, data, np.nan)
    filled = np.where(seen.any(axis=0), known, np.median(data[seen]))
    medians = np.nanmedian(filled, axis=0)
    reach = 5 * ROBUST_DEVIATION * float(np.median(np.abs(data - medians)[seen]))
    return np.clip(data, medians - reach, medians + reach) if reach > 0 else data


def _centres(data: Values, weights: Values) -> Values:
    """Means of the columns; the mean of all where the columns differ by no more than chance.

    Means that are all noise would put the noise of a column into every entry of it.
    """
    mean = float(np.average(data, weights=weights))
    counts = (weights > 0).sum(axis=0)
    total = np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
    means = np.where(counts > 0, (weights * data).sum(axis=0) / total, mean)
    variances = (weights * (data - means) ** 2).sum(axis=0) / total / np.maximum(counts, 1)
    several = counts > 1
    if several.sum() < 2:
        return np.where(counts > 0, means, mean)
    by_chance = float(np.mean(variances[several]))
    return (
        means if np.var(means[several]) > _BEYOND_CHANCE * by_chance else np.full_like(means, mean)
    )


@eqx.filter_jit
def _drawn(
    shape: tuple[int, int], width: int, scale: Any, full: bool, key: PRNGKey
) -> GaussianFactors:
    # One program: drawn operation by operation, every shape would compile several.
    return GaussianFactors.initialise(
        shape, width=width, scale=scale, noise=_NOISE, full=full, dtype=scale.dtype, key=key
    )


@jax.jit
def _prior(model: GaussianFactors, seen: Any, depth: Any) -> Any:
    return prior_precisions(model.rows, seen, depth)


def _rounded_up(side: int) -> int:
    """32 at least, a power of two or one and a half times one; of long sides a multiple of 64."""
    if side > 512:
        return -(-side // 64) * 64
    power = 32
    while power < side:
        if side <= power * 3 // 2:
            return power * 3 // 2
        power *= 2
    return power
