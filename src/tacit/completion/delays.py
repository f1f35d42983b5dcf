"""Short series as the matrix of their windows, which is of low rank where they follow a law."""

import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion.families import FACTORS, Family
from tacit.completion.layouts import AbstractLayout, relaid_family
from tacit.completion.task import Task
from tacit.completion.units import Units

_SHORT, _LONG = 30, 10
"""Windows that the series is as long as: the short ones that are tried, and the long ones."""
_GAPS = 2
"""Lengths of the longest gap that long windows have, where there is room."""
_SHORTEST, _LONGEST = 8, 512
"""Entries of a window."""
_FEWEST_WINDOWS = 4
"""Lengths of a window that a series has at least."""
_ENTRIES = 1 << 19
"""Of the matrix; longer series are cut into fewer windows."""
_OVERLAP = 4
"""Windows that an entry is in, at least, but near the ends."""
_MOST_SERIES = 16
"""Beside each other; where there are more, they say more of each other than of themselves."""


class Delays(AbstractLayout):
    """Windows of a few series beside each other: a row a window, a column a place in it.

    Row i of the matrix is x(s_i), x(s_i + 1), …, x(s_i + L − 1), of every series, with starts s_i
    that are `stride` apart. Of a series that obeys a linear recurrence of order r, such as a sum of
    r/2 waves that grow or fade, its rank is r. An entry stands in up to L windows, and its value is
    the mean of what they say: for one window for every start that is singular spectrum analysis
    with missing entries [broomhead1986, kondrashov2006].

    Attributes:
        axis: along which the series run; the other one counts them.
        length: L, of a window.
        stride: from a window to the next.
    """

    axis: int = eqx.field(static=True)
    length: int = eqx.field(static=True)
    stride: int = eqx.field(static=True, default=1)

    def fold(self, values: NDArray) -> NDArray:
        """The windows of m series of n entries, a matrix with L · m columns."""
        series = np.moveaxis(values, self.axis, 0)
        windows = series[self._places(len(series))]
        return windows.reshape(len(windows), -1)

    def unfold(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The mean over all places where an entry stands."""
        length, count = shape[self.axis], shape[1 - self.axis]
        places = self._places(length)
        windows = values.reshape(*places.shape, count)
        total = np.zeros((length, count))
        np.add.at(total, places, windows)
        times = np.bincount(places.ravel(), minlength=length)
        return np.moveaxis(total / times[:, None], 0, self.axis)

    def sides(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Windows by their places of all series."""
        return len(self._starts(shape[self.axis])), self.length * shape[1 - self.axis]

    def fold_task(self, task: Task) -> Task:
        """The task, folded; what is near is told by the columns, and nothing is in order."""
        own = bool(task.units.own)
        units = (np.moveaxis(unit, self.axis, 0) for unit in (task.units.centre, task.units.scale))
        centre, scale = (np.tile(unit, (1, self.length)) if own else unit for unit in units)
        return Task(
            self.fold(task.values),
            self.fold(task.weights),
            Units(centre, scale, (1,) if own else ()),
            ordered=(),
            robust=task.robust,
            dtype=task.dtype,
        )

    def facts(self) -> dict[str, Any]:
        """Length of a window, and axis."""
        return {"window": self.length, "axis": self.axis}

    def __str__(self) -> str:
        """Length and axis in words."""
        return f"in windows of {self.length} along axis {self.axis}"

    def _starts(self, length: int) -> NDArray[np.intp]:
        """Of the windows; the last one ends where the series does."""
        starts = np.arange(0, length - self.length + 1, self.stride)
        last = length - self.length
        return starts if starts[-1] == last else np.append(starts, last)

    def _places(self, length: int) -> NDArray[np.intp]:
        """In the series, of the entries of every window."""
        return self._starts(length)[:, None] + np.arange(self.length)


def delayed_families(task: Task) -> tuple[Family, ...]:
    """Factors of the windows of a few series along the one axis in order; none of other data.

    Short windows see what happens from one entry to the next, long ones bridge longer gaps.
    """
    if len(task.shape) != 2 or len(task.ordered) != 1 or task.ordered[0] in task.units.own:
        return ()
    axis = task.ordered[0]
    length, count = task.shape[axis], task.shape[1 - axis]
    if count > _MOST_SERIES:
        return ()

    # A window that lies within a gap sees nothing.
    bridging = min(_GAPS * _longest_gap(task.observed, axis), length // _FEWEST_WINDOWS)
    found = {}
    for wanted in (length // _SHORT, max(length // _LONG, bridging)):
        window = min(max(wanted, _SHORTEST), _LONGEST)
        stride = math.ceil(length * window * count / _ENTRIES)
        if window * _FEWEST_WINDOWS <= length and stride * _OVERLAP <= window:
            found[window] = Delays(axis, window, stride)
    return tuple(
        relaid_family(FACTORS, layout, f"windows of {window}", choice="length of windows")
        for window, layout in found.items()
    )


def _longest_gap(observed: NDArray[np.bool_], axis: int) -> int:
    """Most entries in a row along the axis that are missing, with entries on both sides."""
    longest = 0
    for series in np.moveaxis(observed, axis, -1).reshape(-1, observed.shape[axis]):
        longest = max(longest, int(np.diff(np.flatnonzero(series)).max(initial=1)) - 1)
    return longest
