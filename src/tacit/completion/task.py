"""What is asked of every family: the observed entries in inner units, and what is known of them."""

import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion.units import Units

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

HUBER = 1.345
"""Standard deviations beyond which the Huber loss is linear: 95 % efficient on normal noise."""

LEANING = 0.25
"""Entries of the usual error that the error of each slice is drawn towards."""


class Task(eqx.Module):
    """Data with holes, in inner units.

    What is seen, and what is held out, is told apart by weights, not by shape: tasks of one shape
    share their compiled programs, wherever their holes are.

    Attributes:
        values: the data in inner units, zero where missing.
        weights: precision of the entries relative to one another, zero where missing.
        units: from inner units to those of the data.
        ordered: axes along which neighbours are alike.
        frames: the axis of a film's frames, whose first two axes are rows and columns.
        colours: the axis of a picture's colours.
        robust: standard deviations of the noise beyond which residuals count linearly.
        dtype: precision of training.
        everywhere: whether answers are wanted where something is observed as well.
    """

    values: Values
    weights: Values
    units: Units
    ordered: tuple[int, ...] = eqx.field(static=True)
    frames: int | None = eqx.field(static=True, default=None)
    colours: int | None = eqx.field(static=True, default=None)
    robust: float = eqx.field(static=True, default=math.inf)
    dtype: Any = eqx.field(static=True, default=jnp.float32)
    everywhere: bool = eqx.field(static=True, default=False)

    @classmethod
    def of(cls, data: Values, weights: Values, units: Units, **facts: Any) -> "Task":
        """The data in these units."""
        return cls(np.where(weights > 0, units.to_inner(data), 0.0), weights, units, **facts)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the data."""
        return self.values.shape

    @property
    def observed(self) -> Mask:
        """Where there is something to learn from."""
        return self.weights > 0

    @property
    def wanted(self) -> Mask:
        """Where answers are wanted."""
        return np.ones(self.shape, bool) if self.everywhere else ~self.observed

    @property
    def is_single_series(self) -> bool:
        """Whether there is nothing beside each other: one axis of more than one entry."""
        return sum(side > 1 for side in self.shape) < 2

    @property
    def slices(self) -> NDArray[np.intp]:
        """Number of the slice of every entry, where slices have units of their own; else 0."""
        own = [length if axis in self.units.own else 1 for axis, length in enumerate(self.shape)]
        numbers = np.arange(math.prod(own)).reshape(own)
        return np.broadcast_to(numbers, self.shape)

    @property
    def is_weighted(self) -> bool:
        """Whether some observed entries count more than others, or outliers less."""
        seen = self.weights[self.observed]
        return math.isfinite(self.robust) or bool(np.ptp(seen) > 0)

    def take(self, index: Sequence[NDArray[np.intp]]) -> "Task":
        """A part: these places along each axis."""
        part = np.ix_(*index)
        return eqx.tree_at(
            lambda task: (task.values, task.weights, task.units),
            self,
            (self.values[part], self.weights[part], self.units.take(index)),
        )
