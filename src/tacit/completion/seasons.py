"""Seasons along an axis in order: the data as periods by phases, for families of more axes."""

import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion.families import FAMILIES, Family
from tacit.completion.layouts import AbstractLayout, relaid_family
from tacit.completion.task import Task
from tacit.completion.units import Units

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_SHORTEST, _PERIODS = 4, 3
"""Entries of the shortest season, and periods that there are at least."""
_DEEP = 0.6
"""Entries one season apart differ by less than this share of what those half a season apart do."""
_ALIKE = 1.0
"""Mean square difference, in inner units, below which entries are alike: unrelated ones have 2."""
_AS_CLEAR = 0.3
"""The shortest season counts whose difference is the least but for so much, of the 2 that unrelated
entries have: of a day and a week the day, for weeks are found among days, but not the reverse."""
_PAIRS = 200
"""Pairs of entries from which the difference at a distance is known well enough."""
_LINES = 256
"""Lines along an axis that are looked at, at most."""


class Season(AbstractLayout):
    """A period along an axis: how data are folded there, and unfolded.

    Attributes:
        axis: along which.
        period: number of entries of a period.
    """

    axis: int = eqx.field(static=True)
    period: int = eqx.field(static=True)

    def fold(self, values: NDArray) -> NDArray:
        """Periods by phases instead of the axis; the last period is filled up with zeros."""
        length, after = values.shape[self.axis], values.shape[self.axis + 1 :]
        missing = -length % self.period
        padding = [(0, missing if at == self.axis else 0) for at in range(values.ndim)]
        return np.pad(values, padding).reshape(*values.shape[: self.axis], -1, self.period, *after)

    def unfold(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The axis again."""
        before, after = values.shape[: self.axis], values.shape[self.axis + 2 :]
        whole = values.reshape(*before, -1, *after)
        return whole[(slice(None),) * self.axis + (slice(shape[self.axis]),)]

    def sides(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Of data of this shape, folded."""
        periods = math.ceil(shape[self.axis] / self.period)
        return (*shape[: self.axis], periods, self.period, *shape[self.axis + 1 :])

    def fold_task(self, task: Task) -> Task:
        """The task, folded; periods and phases are in order."""
        later = [at + (at > self.axis) for at in task.ordered]
        units = Units(
            np.expand_dims(task.units.centre, self.axis + 1),
            np.expand_dims(task.units.scale, self.axis + 1),
            tuple(at + (at > self.axis) for at in task.units.own),
        )
        return Task(
            self.fold(task.values),
            self.fold(task.weights),
            units,
            ordered=tuple(sorted({*later, self.axis + 1})),
            robust=task.robust,
            dtype=task.dtype,
        )

    def facts(self) -> dict[str, Any]:
        """Period and axis."""
        return {"season": self.period, "axis": self.axis}

    def __str__(self) -> str:
        """Period and axis in words."""
        return f"in seasons of {self.period} along axis {self.axis}"


def seasonal_families(task: Task) -> tuple[Family, ...]:
    """Families of trained methods for the data folded by their season; none if there is none."""
    season = find_season(task)
    if season is None:
        return ()
    folded = season.fold_task(task)
    return tuple(
        relaid_family(family, season, f"seasonal {family.name}")
        for family in FAMILIES
        if family.is_usual(folded) and family.serves(folded)
    )


def find_season(task: Task) -> Season | None:
    """The season of the data, along the axis in order where it is the clearest.

    The mean square difference D(l) of entries that are l apart falls where l is a season: there it
    is less than `_ALIKE`, and than `_DEEP` of what it is half-way, D(l/2). Of those the shortest
    counts that is nearly as clear as the clearest. Axes whose slices have units of their own have
    none, nor have the sides of pictures and films.
    """
    if task.frames is not None or task.colours is not None:
        return None
    found: list[tuple[float, Season]] = []
    for axis in task.ordered:
        if axis not in task.units.own:
            found += _seasons_along(task, axis)
    if not found:
        return None
    least = min(depth for depth, _ in found)
    near = [season for depth, season in found if depth <= least + _AS_CLEAR]
    return min(near, key=lambda season: season.period)


def _seasons_along(task: Task, axis: int) -> list[tuple[float, Season]]:
    """Seasons along an axis, with D at each."""
    length = task.shape[axis]
    longest = length // _PERIODS
    if longest < _SHORTEST:
        return []
    values = np.moveaxis(task.values, axis, -1).reshape(-1, length)
    seen = np.moveaxis(task.observed, axis, -1).reshape(-1, length)
    if len(values) > _LINES:
        chosen = np.linspace(0, len(values) - 1, _LINES).round().astype(int)
        values, seen = values[chosen], seen[chosen]
    apart, pairs = _differences(values, seen.astype(float), longest)
    lags = np.arange(_SHORTEST, longest)
    found = []
    for lag in lags[pairs[lags] >= _PAIRS]:
        is_least = apart[lag] <= min(apart[lag - 1], apart[lag + 1])
        if is_least and apart[lag] < min(_ALIKE, _DEEP * apart[lag // 2]):
            found.append((float(apart[lag]), Season(axis, int(lag))))
    return found


def _differences(values: Values, seen: Values, longest: int) -> tuple[Values, Values]:
    """Mean square difference of observed entries at each distance, and the number of pairs."""
    size = 2 * values.shape[1]

    def products(one: Values, other: Values) -> Values:
        """Σ_i one_i other_{i+l} over all lines, for every distance l."""
        spectrum = np.conj(np.fft.rfft(one, size)) * np.fft.rfft(other, size)
        return np.fft.irfft(spectrum.sum(axis=0), size)[: longest + 1]

    values = np.where(seen > 0, values, 0.0)
    pairs = np.round(products(seen, seen))
    squares = products(values**2, seen) + products(seen, values**2)
    return (squares - 2 * products(values, values)) / np.maximum(pairs, 1), pairs
