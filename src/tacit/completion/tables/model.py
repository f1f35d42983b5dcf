"""What was learnt of a table, as it completes rows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.completion.new_rows import Columns

Values = NDArray[np.floating]


class TableModel(NamedTuple):
    """What completes rows, those of the table or others: weighted means over the blend's members.

    Attributes:
        members: weight of each member, and the columns that it has learnt.
        centre: of each column, in data units.
        units: of each column, in data units.
        inflation: what predicted deviations are multiplied by, so that held-out errors have them.
        robust: deviations of the noise beyond which residuals count linearly.
    """

    members: tuple[tuple[float, Columns], ...]
    centre: Values
    units: Values
    inflation: float
    robust: float | int

    def complete(self, values: Values, weights: Values) -> tuple[Values, Values]:
        """Expectation of every entry of these rows, and the deviation of an entry about it.

        Args:
            values: rows; what is at entries of weight 0 is ignored.
            weights: of their entries, 0 where missing.
        """
        inner = (np.where(weights > 0, values, 0) - self.centre) / self.units
        means, variances = [], []
        for _, columns in self.members:
            rows = columns.rows(inner, weights, self.robust)
            means.append(columns.expected(rows))
            variances.append(columns.variance(rows) + 1 / columns.precision)
        shares = np.array([share for share, _ in self.members])[:, None, None]
        mean = np.sum(shares * means, axis=0)
        between = np.sum(shares * (np.array(means) - mean) ** 2, axis=0)
        deviation = np.sqrt(np.sum(shares * variances, axis=0) + between)
        return mean * self.units + self.centre, deviation * self.units * self.inflation
