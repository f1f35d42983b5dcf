"""What a model of ratings has learnt, as the attributes by which it is read."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any
from tacit.estimators._learnt import Learnt
from tacit.runs import Result

if TYPE_CHECKING:
    import xarray as xr

Values = NDArray[np.floating]

_ALIVE = 1e-3
"""Singular values above this share of the largest count towards the rank."""


class LearntAttributes(ABC):
    """Read-only attributes of what was learnt."""

    @property
    @abstractmethod
    def _known(self) -> Learnt:
        """What was learnt; refused before `fit`."""

    @property
    def users_(self) -> NDArray[Any]:
        """Ids of the users, in the order of `user_factors_`."""
        return self._known.users.values

    @property
    def items_(self) -> NDArray[Any]:
        """Ids of the items, in the order of `item_factors_`."""
        return self._known.items.values

    @property
    def global_mean_(self) -> float:
        """Mean μ of the ratings."""
        return self._known.fit.centre

    @property
    def user_bias_(self) -> Values:
        """Bias of each user."""
        return self._known.biases()[0]

    @property
    def item_bias_(self) -> Values:
        """Bias of each item."""
        return self._known.biases()[1]

    @property
    def user_factors_(self) -> Values:
        """Factors U of the users: U Vᵀ is the learnt part, the mean over members."""
        return self._known.factors()[0]

    @property
    def item_factors_(self) -> Values:
        """Factors V of the items."""
        return self._known.factors()[1]

    @property
    def singular_values_(self) -> Values:
        """Singular values of the learnt part U Vᵀ, the largest first."""
        return self._known.singular_values()

    @property
    def rank_(self) -> int:
        """Number of components that are alive: above a thousandth of the strongest and of noise.

        Noise of deviation σ in each of m × n entries counts as σ √(m n).
        """
        values = self.singular_values_
        noise = self.noise_ * np.sqrt(len(self.users_) * len(self.items_))
        return int(np.sum(values > _ALIVE * max(values.max(initial=0), noise)))

    @property
    def noise_(self) -> float:
        """Standard deviation of a rating about its expectation."""
        return self._known.fit.noise

    @property
    def result_(self) -> Result:
        """How training ended."""
        return self._known.fit.result

    @property
    def history_(self) -> "xr.Dataset":
        """What was recorded along the sweeps of the first member."""
        from tacit.results import to_dataset

        trajectory = self._known.fit.trajectory
        assert trajectory is not None
        return to_dataset(trajectory)
