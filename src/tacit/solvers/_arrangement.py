"""Arrays with any axes in any order, turned to fields × modes × slices and back."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tacit._typing import Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class Arranged(NamedTuple):
    """An array as fields, modes, slices: all fields of a slice have the same holes.

    Attributes:
        values: what was given.
        missing: of what was given.
        x: fields × modes × slices, about the mean of what is observed, 0 where missing.
        holes: modes × slices.
        mean: of what is observed.
        axes: of `values`, in the order fields, modes, slices.
    """

    values: Values
    missing: Mask
    x: Values
    holes: Mask
    mean: float
    axes: tuple[int, ...]

    @property
    def along(self) -> tuple[int, ...]:
        """Axes of `holes` that are modes."""
        return tuple(range(self.holes.ndim - 1))

    @classmethod
    def of(
        cls, name: str, values: ArrayLike, missing: ArrayLike, modes: Sequence[int]
    ) -> "Arranged":
        """The arrangement of an array, for the function of that name."""
        values, missing = np.asarray(values), np.asarray(missing, bool)
        if not np.issubdtype(values.dtype, np.floating):
            values = values.astype(np.float64)
        ordered = _refuse(name, values, missing, modes)

        # An axis along which the holes are the same numbers right sides, not matrices.
        others = [axis for axis in range(values.ndim) if axis not in ordered]
        fields = [axis for axis in others if (missing == missing.take([0], axis)).all()]
        slices = [axis for axis in others if axis not in fields]
        axes = (*fields, *ordered, *slices)
        shape = tuple(values.shape[axis] for axis in ordered)
        count = math.prod(values.shape[axis] for axis in fields)

        # About the mean, so that an offset costs no precision, and 0 wherever something is missing.
        kept = np.where(missing, 0, values).astype(np.float64)
        mean = float(kept.sum() / (missing.size - missing.sum()))
        x = np.where(missing, 0, kept - mean).transpose(axes).reshape(count, *shape, -1)
        holes = missing.transpose(axes).reshape(count, *shape, -1)[0]
        return cls(values, missing, np.ascontiguousarray(x), holes.copy(), mean, axes)

    def restored(self, x: Values) -> Values:
        """The array that was given, with its missing entries from x."""
        turned = tuple(self.values.shape[axis] for axis in self.axes)
        filled = x.reshape(turned).transpose(np.argsort(self.axes)) + self.mean
        return np.where(self.missing, filled.astype(self.values.dtype), self.values)


def _refuse(name: str, values: Values, missing: Mask, modes: Sequence[int]) -> tuple[int, ...]:
    """Refuse what cannot be filled, and give the modes counted from the first axis."""
    if values.shape != missing.shape:
        raise ValueError(f"{name}: values have shape {values.shape}, missing {missing.shape}")
    axes = range(values.ndim)
    if not modes or any(mode not in range(-values.ndim, values.ndim) for mode in modes):
        raise ValueError(f"{name}: modes must be axes of {values.ndim}, got {tuple(modes)}")
    ordered = tuple(axes[mode] for mode in modes)
    if len(set(ordered)) < len(ordered):
        raise ValueError(f"{name}: modes must be distinct, got {tuple(modes)}")
    if missing.all():
        raise ValueError(f"{name}: nothing is observed, so there is nothing to continue")
    if not (np.isfinite(values) | missing).all():
        raise ValueError(f"{name}: an observed entry is not finite; mark it as missing")
    return ordered
