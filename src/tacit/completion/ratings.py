"""From a list of entries of a large matrix, such as ratings, to its expectation."""

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
from tacit.dynamics import VariationalDescent, prior_precisions
from tacit.models import GaussianFactors, Gaussians
from tacit.observers import HeldOut, Observer, noise, strengths
from tacit.operators import Entries
from tacit.problems import Problem
from tacit.runs import Progress, Result, Schedule, Stalled, Trajectory, run

Values = NDArray[np.floating]
Index = NDArray[np.integer]
Report = Callable[[str, Progress], None]

_PATIENCE = 3
"""Sweeps without gain before a run stops."""
_AT_ONCE = 1 << 18
"""Entries predicted at a time."""


class RatingsFit(NamedTuple):
    """The law of the factors, once or from several starts, and how it came about.

    Attributes:
        centre: mean of the values.
        members: one model for each start.
        priors: precisions of the coordinates of a row and of a column, for each member.
        noise: standard deviation of a value about its expectation.
        held_out: root mean square error on held-out entries; NaN if none were.
        steps: sweeps of the first member.
        trajectory: of the first member; of the run that held-out entries stopped, if there was one.
        result: how it ended.
        seconds: wall time.
    """

    centre: float
    members: tuple[GaussianFactors, ...]
    priors: tuple[tuple[Values, Values], ...]
    noise: float
    held_out: float
    steps: int
    trajectory: Trajectory[GaussianFactors] | None
    result: Result
    seconds: float

    def predict(self, rows: Index, columns: Index) -> Values:
        """Expectation of entries, the mean over members; an index of −1 is an unknown side."""
        mean, _ = self._moments(rows, columns, spread=False)
        return mean

    def spread(self, rows: Index, columns: Index) -> Values:
        """Standard deviation of the expectation: of the factors, and between members."""
        _, deviation = self._moments(rows, columns, spread=True)
        return deviation

    def row_scores(self, row: int) -> Values:
        """Expectation of every entry of a row."""
        scores = []
        for model in self.members:
            left, right = _factors(model)
            scores.append(right[:-1] @ left[row])
        return self.centre + np.mean(scores, axis=0)

    def with_rows(
        self, rows: Index, columns: Index, values: Values, count: int, weights: Values | None = None
    ) -> "RatingsFit":
        """Rows 0 to count − 1 learnt afresh from these entries, given the columns as they are.

        Rows of which there is no entry have the mean 0, and all that is known of them is the prior.
        """
        order = np.argsort(rows, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(rows, minlength=count))[:-1])
        weights = np.ones(len(values)) if weights is None else weights
        members = []
        for model, (of_rows, _) in zip(self.members, self.priors, strict=True):
            known = Columns.of(model, of_rows)
            mean, variance = np.empty((2, count, len(of_rows)))
            for row, part in enumerate(parts):
                law = known.take(columns[part]).rows(
                    values[part][None] - self.centre, weights[part][None]
                )
                mean[row], variance[row] = law.mean[0], np.diagonal(law.covariance[0])
            dtype = model.rows.mean.dtype
            side = Gaussians(jnp.asarray(mean, dtype), jnp.asarray(variance, dtype))
            members.append(eqx.tree_at(lambda member: member.rows, model, side))
        return self._replace(members=tuple(members))

    def _moments(self, rows: Index, columns: Index, *, spread: bool) -> tuple[Values, Values]:
        rows, columns = np.asarray(rows), np.asarray(columns)
        means = np.empty((len(self.members), len(rows)))
        variances = np.zeros(len(rows))
        for number, (model, prior) in enumerate(zip(self.members, self.priors, strict=True)):
            left, right = _factors(model)
            spreads = _spreads(model, prior) if spread else None
            for begin in range(0, len(rows), _AT_ONCE):
                part = slice(begin, begin + _AT_ONCE)
                i, j = rows[part], columns[part]
                means[number, part] = np.einsum("pw,pw->p", left[i], right[j])
                if spreads is not None:
                    variances[part] += np.einsum("pw,pw->p", spreads[0][i], spreads[1][j])
        variances = variances / len(self.members) + means.var(axis=0)
        return self.centre + means.mean(axis=0), np.sqrt(variances)


def complete_ratings(
    rows: Index,
    columns: Index,
    values: Values,
    shape: tuple[int, int],
    *,
    weights: Values | None = None,
    width: int = 32,
    depth: float | int = math.inf,
    scale: float | int = 0.1,
    members: int = 1,
    sweeps: int = 30,
    tolerance: float | int = 1e-3,
    held_out: float | int = 0.0,
    budget: float | int | None = None,
    report: Report | None = None,
    key: PRNGKey,
) -> RatingsFit:
    """Learn X_ij = μ + u_i · v_j + b_i + c_j from some of its entries, given with noise.

    By `VariationalDescent`: time and memory of a sweep are O(entries · width²) and
    O(entries + (m + n) · width), and X is never formed. The width is generous: components that the
    entries do not speak for are switched off. A run ends when the noise no longer falls.

    Args:
        rows: of the entries.
        columns: of the entries.
        values: of the entries.
        shape: (m, n) of the matrix.
        weights: of the entries, a precision relative to that of the others.
        width: number of components to begin with.
        depth: L ≥ 2 of the prior, see `VariationalDescent`.
        scale: standard deviation of the factors at the start, relative to √ of that of the values.
        members: starts over which the answer is averaged.
        sweeps: most sweeps.
        tolerance: relative fall of the noise that counts as progress.
        held_out: share of the entries that is held out, to stop where they are predicted best; the
            model is then trained afresh on all entries. 0 for none.
        budget: seconds after which no further sweep begins.
        report: called after each sweep with the stage and its progress.
        key: JAX random key of the starts and of the held-out entries.

    Raises:
        ValueError: if there are no entries, one of them is not finite, weights are negative or all
            0, or a setting is out of its range.
    """
    began = time.monotonic()
    _check(len(values), width, members, sweeps, held_out)
    _check_numbers(values, weights)
    deadline = None if budget is None else began + budget
    centre = float(np.average(values, weights=weights))
    y = np.asarray(values, np.float32) - np.float32(centre)
    spread = float(np.sqrt(np.mean(y**2))) or 1.0
    y /= np.float32(spread)
    training = _Training(rows, columns, y, weights, shape, width, depth, scale)
    error, found = math.nan, None
    if held_out:
        number = min(max(1, round(held_out * len(y))), len(y) - 1)
        order = np.asarray(jax.random.permutation(jax.random.fold_in(key, members), len(y)))
        kept, apart = np.sort(order[number:]), np.sort(order[:number])
        found = training.take(kept).fit(
            sweeps,
            tolerance,
            apart=training.take(apart).problem(),
            report=_titled(report, "stopping on held-out entries"),
            deadline=deadline,
            key=jax.random.fold_in(key, 0),
        )
        sweeps = max(1, int(found.step[int(found.best)]))
        error = float(found["held_out"][int(found.best)]) * spread
        tolerance = 0.0
    trajectories = []
    for member in range(members):
        stage = f"start {member + 1} of {members}" if members > 1 else "sweep"
        trajectories.append(
            training.fit(
                sweeps,
                tolerance,
                report=_titled(report, stage),
                deadline=deadline,
                key=jax.random.fold_in(key, member),
            )
        )
        if trajectories[-1].result is Result.INTERRUPTED:
            break
    models = [_in_units(trajectory.model, spread) for trajectory in trajectories]
    return RatingsFit(
        centre=centre,
        members=tuple(models),
        priors=tuple(training.priors(model) for model in models),
        noise=float(np.sqrt(np.mean([np.mean(1 / np.asarray(m.precision)) for m in models]))),
        held_out=error,
        steps=int(trajectories[0].step[-1]),
        trajectory=trajectories[0] if found is None else found,
        result=trajectories[-1].result,
        seconds=time.monotonic() - began,
    )


class _Training(NamedTuple):
    """Entries, standardised, and the model that is trained on them."""

    rows: Index
    columns: Index
    y: Values
    weights: Values | None
    shape: tuple[int, int]
    width: int
    depth: float | int
    scale: float | int

    def take(self, index: Index) -> "_Training":
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
        observers: tuple[Observer, ...] = (noise, strengths)
        stop = Stalled("noise", _PATIENCE, tolerance) if tolerance else None
        if apart is not None:
            observers = (HeldOut(apart), *observers)
            stop = Stalled("held_out", _PATIENCE)
        return run(
            problem,
            _drawn(self.shape, self.width, jnp.asarray(self.scale, jnp.float32), key),
            VariationalDescent.on(problem.operator, depth=float(self.depth)),
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


@eqx.filter_jit
def _drawn(shape: tuple[int, int], width: int, scale: Any, key: PRNGKey) -> GaussianFactors:
    return GaussianFactors.initialise(shape, width=width, scale=scale, key=key)


@eqx.filter_jit
def _in_units(model: GaussianFactors, spread: Any) -> GaussianFactors:
    """The model of the standardised values as one of the values: each side bears its root."""
    root = jnp.sqrt(jnp.asarray(spread, model.precision.dtype))

    def scaled(side: Gaussians) -> Gaussians:
        units = jnp.full_like(side.mean[:1], root).at[:, -1].set(root**2)
        return Gaussians(side.mean * units, side.variance * units**2)

    return GaussianFactors(scaled(model.rows), scaled(model.columns), model.precision / root**4)


def _factors(model: GaussianFactors) -> tuple[Values, Values]:
    """Both factors with their biases and, at the end, a row of zeros for what is unknown."""
    rows, columns = np.asarray(model.rows.mean), np.asarray(model.columns.mean)
    ones = np.ones((len(rows), 1), rows.dtype), np.ones((len(columns), 1), rows.dtype)
    left = np.hstack([rows, ones[0]])
    right = np.hstack([columns[:, :-1], ones[1], columns[:, -1:]])
    unknown_row, unknown_column = np.zeros_like(left[:1]), np.zeros_like(right[:1])
    unknown_row[0, -1] = unknown_column[0, -2] = 1
    return np.vstack([left, unknown_row]), np.vstack([right, unknown_column])


def _spreads(model: GaussianFactors, prior: tuple[Values, Values]) -> tuple[Values, Values]:
    """Factors of the variance of the entries; unknown sides have that of their prior."""

    def with_unknown(side: Gaussians, precision: Values) -> Gaussians:
        unknown = np.zeros_like(side.mean, shape=(1, len(precision)))
        mean = np.vstack([np.asarray(side.mean), unknown])
        variance = np.vstack([np.asarray(side.variance), 1 / np.asarray(precision)[None]])
        return Gaussians(jnp.asarray(mean), jnp.asarray(variance))

    rows, columns = with_unknown(model.rows, prior[0]), with_unknown(model.columns, prior[1])
    variances = GaussianFactors(rows, columns, model.precision).variances()
    return np.asarray(variances.left), np.asarray(variances.right.T)


def _titled(report: Report | None, title: str) -> Callable[[Progress], None] | None:
    return None if report is None else (lambda progress: report(title, progress))


def _check(count: int, width: int, members: int, sweeps: int, held_out: float) -> None:
    if count == 0:
        raise ValueError("ratings: there are none")
    for name, number in (("width", width), ("members", members), ("sweeps", sweeps)):
        if number < 1:
            raise ValueError(f"{name}: at least 1 is needed, got {number}")
    if not 0 <= held_out < 1:
        raise ValueError(f"held_out: a share in [0, 1) is needed, got {held_out}")
    if held_out and count < 2:
        raise ValueError("held_out: of a single entry nothing can be held out")


def _check_numbers(values: Values, weights: Values | None) -> None:
    if not np.isfinite(values).all():
        raise ValueError("ratings: there are NaN or infinite ones among them; they must be finite")
    if weights is None:
        return
    if len(weights) != len(values):
        raise ValueError(f"weights: there are {len(weights)} of them for {len(values)} ratings")
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("weights: they must be finite, ≥ 0 and not all 0")
