"""Rows that were not there in training, given the columns that were learnt."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.models import GaussianFactors

Values = NDArray[np.floating]

_REPEATS = 15
"""Regressions with weights of the residuals of the one before."""
_BLOCK = 1 << 22
"""Numbers of the Gram matrices that are held at a time."""
_ROWS = 1 << 14
"""Rows that are completed at a time."""


class Rows(NamedTuple):
    """The posterior of some rows: mean and covariance of their coordinates."""

    mean: Values
    covariance: Values


class Columns(NamedTuple):
    """What a row is regressed on: the columns' posterior, their noise, and the prior of a row.

    In double precision, by numpy, so that a row more or less compiles nothing.

    Attributes:
        mean: factors and, in place of the bias, 1 where rows have one and 0 where not.
        covariance: of the same.
        bias: mean of the biases.
        bias_variance: of the biases.
        crossed: covariance of factors and bias.
        precision: 1/σ² of an entry of each column.
        prior: precisions of the coordinates of a row.
    """

    mean: Values
    covariance: Values
    bias: Values
    bias_variance: Values
    crossed: Values
    precision: Values
    prior: Values

    @classmethod
    def of(cls, model: GaussianFactors, prior: Values, *, row_bias: bool = True) -> "Columns":
        """Those of a model."""
        mean = np.array(model.columns.mean, float)
        covariance = np.array(model.columns.variance, float)
        if not model.columns.is_full:
            covariance = covariance[:, :, None] * np.eye(mean.shape[1])
        bias, bias_variance = mean[:, -1].copy(), covariance[:, -1, -1].copy()
        crossed = covariance[:, -1].copy()
        crossed[:, -1] = 0
        mean[:, -1] = row_bias
        covariance[:, -1] = covariance[:, :, -1] = 0
        return cls(
            mean=mean,
            covariance=covariance,
            bias=bias,
            bias_variance=bias_variance,
            crossed=crossed,
            precision=np.asarray(model.precision, float),
            prior=np.asarray(prior, float),
        )

    def take(self, index: NDArray[np.integer]) -> "Columns":
        """These columns."""
        return Columns._make([*(array[index] for array in self[:-1]), self.prior])

    def rows(self, values: Values, weights: Values, robust: float | int = math.inf) -> Rows:
        """The posterior of rows of which the entries of positive weight are known.

        The ridge regression of values − biases on the factors, with the ridge that the prior, the
        noise and the factors' own variance make.

        Args:
            values: of the entries.
            weights: of the entries.
            robust: deviations of the noise beyond which a residual counts linearly: the regression
                is then repeated with weights min(1, δ/|ε|√τ), which converges, for it is convex.
        """
        rows = self._regressed(values, weights)
        for _ in range(_REPEATS if math.isfinite(robust) else 0):
            away = np.where(weights > 0, np.abs(values - self.expected(rows)), 0.0)
            trust = robust / np.maximum(away * np.sqrt(self.precision), robust)
            rows = self._regressed(values, weights * trust)
        return rows

    def _regressed(self, values: Values, weights: Values) -> Rows:
        width = len(self.prior)
        moments = self._second_moments()
        block = max(1, _BLOCK // width**2)
        means, covariances = [], []
        for begin in range(0, len(values), block):
            part = slice(begin, begin + block)
            W = weights[part] * self.precision
            known = np.where(weights[part] > 0, values[part] - self.bias, 0.0)
            A = (W @ moments).reshape(-1, width, width) + np.diag(self.prior)
            moment = (W * known) @ self.mean - W @ self.crossed
            covariances.append(np.linalg.inv(A))
            means.append(np.einsum("qvw,qw->qv", covariances[-1], moment))
        empty = np.zeros((0, width)), np.zeros((0, width, width))
        return Rows(np.concatenate([empty[0], *means]), np.concatenate([empty[1], *covariances]))

    def expected(self, rows: Rows) -> Values:
        """Expectation of every entry of the rows."""
        return rows.mean @ self.mean.T + self.bias

    def variance(self, rows: Rows) -> Values:
        """Variance of every entry about its expectation, without the noise."""
        of_rows = rows.mean[:, :, None] * rows.mean[:, None, :] + rows.covariance
        total = of_rows.reshape(-1, len(self.prior) ** 2) @ self._second_moments().T
        total -= (rows.mean @ self.mean.T) ** 2
        return np.maximum(total + self.bias_variance + 2 * rows.mean @ self.crossed.T, 0)

    def complete(
        self, values: Values, weights: Values, robust: float | int = math.inf
    ) -> tuple[Values, Values]:
        """Expectation of every entry of these rows, and the deviation of an entry about it.

        Args:
            values: of the entries.
            weights: of the entries, 0 where missing.
            robust: see `rows`.
        """
        mean, deviation = np.empty(values.shape), np.empty(values.shape)
        for begin in range(0, len(values), _ROWS):
            part = slice(begin, begin + _ROWS)
            rows = self.rows(values[part], weights[part], robust)
            mean[part] = self.expected(rows)
            deviation[part] = np.sqrt(self.variance(rows) + 1 / self.precision)
        return mean, deviation

    def _second_moments(self) -> Values:
        moments = self.mean[:, :, None] * self.mean[:, None, :] + self.covariance
        return moments.reshape(-1, len(self.prior) ** 2)
