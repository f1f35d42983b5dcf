"""When to record."""

import math

import equinox as eqx
import numpy as np

from tacit._typing import Any, Shaped


class Schedule(eqx.Module):
    """Increasing record points, in steps (whole numbers) or in time, the first one the start, 0.

    Records need no common spacing: the gap is an argument of the compiled program.
    """

    points: Shaped[np.ndarray, " t"] = eqx.field(converter=np.asarray)

    def __check_init__(self):
        points = self.points
        if points.ndim != 1 or points.size == 0 or points[0] != 0 or np.any(np.diff(points) <= 0):
            raise ValueError(f"Schedule: points must start at 0 and increase, got {points}")

    @classmethod
    def every(cls, gap: float | int, until: float | int) -> "Schedule":
        """Records at 0, gap, 2·gap, …, and at `until`."""
        if not (gap > 0 and until >= 0):
            raise ValueError(
                f"Schedule.every: gap must be positive and until not negative, got {gap}, {until}"
            )
        # A point within rounding of the end is the end: 7 · 0.3 is 2.1, but 2.1 / 0.3 exceeds 7.
        points = gap * np.arange(math.ceil(until / gap - 1e-9))
        return cls(np.append(points, until))

    @classmethod
    def linear(cls, until: float | int, records: int) -> "Schedule":
        """`records` points evenly spaced from 0 to `until`; whole numbers if `until` is one."""
        if records < 2:
            raise ValueError(f"Schedule.linear: records must be at least 2, got {records}")
        return cls(_like(until, np.linspace(0, until, records)))

    @classmethod
    def logarithmic(cls, until: float | int, records: int, first: float | int = 1) -> "Schedule":
        """0, then up to `records` points evenly spaced in logarithm from `first` to `until`."""
        if not (0 < first <= until and records >= 1):
            raise ValueError(
                "Schedule.logarithmic: it needs 0 < first ≤ until and records ≥ 1, "
                f"got first={first}, until={until}, records={records}"
            )
        return cls(
            np.append(_like(until, np.zeros(1)), _like(until, np.geomspace(first, until, records)))
        )

    def gaps(self) -> Shaped[np.ndarray, " t"]:
        """Distance of each record from the one before; 0 for the first."""
        return np.diff(self.points, prepend=self.points[:1])


def _like(until: Any, points: np.ndarray) -> np.ndarray:
    """Points in the kind of `until`: distinct whole numbers for an int."""
    if not isinstance(until, int | np.integer):
        return points
    return np.unique(np.round(points).astype(np.int64))
