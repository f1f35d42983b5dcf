"""What was learnt of a large matrix, as it predicts entries."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit.completion.families.columns import Columns
from tacit.models import GaussianFactors, Gaussians
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]
Index = NDArray[np.integer]

_AT_ONCE = 1 << 18
"""Entries predicted at a time."""


class RatingsFit(NamedTuple):
    """The posterior of the factors, once or from several starts, and how it came about.

    Attributes:
        centre: mean of the values.
        members: one model for each start.
        priors: precisions of the coordinates of a row and of a column, for each member.
        noise: standard deviation of a value about its expectation.
        held_out: root mean square error on held-out entries; NaN if none were.
        steps: sweeps of the first member.
        trajectory: of the first member; of the run that held-out entries stopped, if there was one.
        result: how it ended.
        seconds: wall time; NaN of a model that was read from disk.
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
