"""What was learnt of the columns of a table, as it completes rows."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tacit._typing import Sequence
from tacit.completion._solve import Solution
from tacit.completion.calibration import Calibration, clues_of
from tacit.completion.families.columns import Columns
from tacit.completion.units import Units

Values = NDArray[np.floating]


class RowModel(NamedTuple):
    """What completes rows, those of the table or others: weighted means over a blend's members.

    Attributes:
        members: weight of each member, the columns that it has learnt, and its units.
        calibration: what makes predicted deviations true to the held-out errors.
        robust: deviations of the noise beyond which residuals count linearly.
        ordered: axes along which neighbours are alike; never that of the rows.
        weight_unit: the weight of an entry that counts as one did, in the mean, in training.
    """

    members: tuple[tuple[float, Columns, Units], ...]
    calibration: Calibration
    robust: float | int = math.inf
    ordered: tuple[int, ...] = ()
    weight_unit: float = 1.0

    @classmethod
    def of(cls, solved: Solution) -> "RowModel":
        """From what the engine made of a table by factors alone.

        Raises:
            ValueError: if a member of the blend has learnt no columns.
        """
        found, tasks = solved.found, solved.tasks
        fits = found.fits
        shares = [member.weight for member in found.choice.blend.members]
        members = []
        for share, (fit, units) in zip(shares, fits, strict=True):
            if fit.answer.columns is None:
                raise ValueError(f"RowModel: {fit.method} has learnt no columns")
            members.append((share, fit.answer.columns, tasks[units].units))
        task = tasks[0]
        return cls(tuple(members), found.calibration, task.robust, task.ordered, solved.weight_unit)

    @property
    def units(self) -> Units:
        """Of the first member."""
        return self.members[0][2]

    def complete(self, values: Values, weights: Values) -> tuple[Values, Values]:
        """Expectation of every entry of these rows, and the deviation of an entry about it.

        Args:
            values: rows; what is at entries of weight 0 is ignored.
            weights: of their entries, 0 where missing, in the unit of those of the table.
        """
        known = np.where(weights > 0, values, 0)
        scale = np.broadcast_to(self.units.scale, known.shape)
        means, variances = [], []
        for _, columns, units in self.members:
            inner = np.where(weights > 0, units.to_inner(known), 0)
            mean, deviation = columns.complete(inner, weights / self.weight_unit, self.robust)
            means.append(units.to_data(mean))
            variances.append((deviation * units.scale / scale) ** 2)
        shares = np.array([share for share, _, _ in self.members])
        mean = np.tensordot(shares, np.stack(means), 1)
        own = np.sqrt(np.tensordot(shares, np.stack(variances), 1))
        return mean, self._deviation(shares, means, mean, own, weights > 0) * scale

    def multiple(self, level: float) -> float:
        """The multiple of a deviation within which a share `level` of errors lies.

        Args:
            level: between 0 and 1.

        Raises:
            ValueError: if it is not.
        """
        if not 0 < level < 1:
            raise ValueError(f"level: a share between 0 and 1 is needed, got {level}")
        found = self.calibration.multiple(level)
        return float(ndtri((1 + level) / 2)) if math.isnan(found) else found

    def _deviation(
        self,
        shares: Values,
        means: Sequence[Values],
        mean: Values,
        own: Values,
        seen: NDArray[np.bool_],
    ) -> Values:
        """In the units of the first member; what the members say where nothing is calibrated."""
        inner = np.stack([self.units.to_inner(answer) for answer in means])
        centre = self.units.to_inner(mean)
        spread = None
        if len(inner) > 1:
            spread = np.sqrt(np.tensordot(shares, (inner - centre) ** 2, 1)) + 1e-3
        if self.calibration.coefficients is None:
            return own
        everywhere = np.ones(mean.shape, bool)
        clues = clues_of(centre, seen, everywhere, self.ordered, deviation=own, spread=spread)
        return self.calibration.deviation(clues).reshape(mean.shape)
