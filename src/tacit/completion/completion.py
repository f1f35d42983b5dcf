"""What completing gives."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any
from tacit.completion.calibration import Calibration
from tacit.completion.fit import Fit
from tacit.completion.plan import Choice
from tacit.completion.units import Units
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]


class Completion(NamedTuple):
    """Data without holes, and everything that says how they came about.

    Attributes:
        filled: the data with holes filled, in their own units; observed entries as given.
        denoised: the answer everywhere.
        uncertainty: standard deviation of the error of each filled entry, in data units, made true
            to the errors on held-out entries; zero at observed entries, NaN where too little was
            held out to tell.
        calibration: how it was made true.
        trajectory: the search run of the best candidate, with its held-out error.
        refit: the run of the first member on all observed entries.
        choice: the members, the candidates and the reason.
        fits: of the members, in the order of the blend, with the units of each.
        holes: what shape the holes have, in words.
        notes: what a user should know, a sentence each.
        result: how the whole ended.
        seconds: wall time.
    """

    filled: Values
    denoised: Values
    uncertainty: Values
    calibration: Calibration
    trajectory: Trajectory[Any]
    refit: Trajectory[Any]
    choice: Choice
    fits: tuple[tuple[Fit, Units], ...]
    holes: str
    notes: tuple[str, ...]
    result: Result
    seconds: float

    @property
    def spread(self) -> float:
        """Root mean square of the uncertainty over the holes, in data units; NaN if not known."""
        uncertain = self.uncertainty[~(self.uncertainty == 0)]
        return float(np.sqrt(np.mean(uncertain**2))) if uncertain.size else 0.0

    def interval(self, level: float = 0.95) -> tuple[Values, Values]:
        """Lower and upper ends of an interval about every filled entry.

        A share `level` of the errors on held-out entries lay within the like. At observed entries
        both ends are the entry; where the uncertainty is not known they are NaN.

        Args:
            level: share of the entries that are to lie within, between 0 and 1.

        Raises:
            ValueError: if the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"level: a share between 0 and 1 is needed, got {level}")
        holes = ~(self.uncertainty == 0)
        reach = np.where(holes, self.calibration.multiple(level) * self.uncertainty, 0.0)
        return self.filled - reach, self.filled + reach
