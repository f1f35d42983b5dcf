"""What completing gives."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any
from tacit.completion.plan import Choice
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]


class Completion(NamedTuple):
    """Data without holes, and everything that says how they came about.

    Attributes:
        filled: the data with holes filled, in their own units; observed entries as given.
        denoised: the model's values everywhere.
        uncertainty: standard deviation of the answer over refits from different starts, or over the
            best candidates, in data units; zero at observed entries.
        trajectory: the search run of the chosen recipe, with its held-out error.
        refit: the first refit on all observed entries.
        choice: the recipe, the candidates and the reason.
        result: how the whole ended.
        seconds: wall time.
    """

    filled: Values
    denoised: Values
    uncertainty: Values
    trajectory: Trajectory[Any]
    refit: Trajectory[Any]
    choice: Choice
    result: Result
    seconds: float

    @property
    def spread(self) -> float:
        """Mean uncertainty over the holes, in data units."""
        uncertain = self.uncertainty[self.uncertainty > 0]
        return float(uncertain.mean()) if uncertain.size else 0.0
