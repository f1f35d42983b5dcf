"""From data units to those that are trained in, and back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.axes import OWN_UNIT, Axis
from tacit.observers.errors import ROBUST_DEVIATION

Values = NDArray[np.floating]

_UNLIKE = 30.0
"""Slices whose deviations differ by this factor have units of their own."""
_APART = 10.0
"""Slices whose centres lie this many typical deviations apart have units of their own."""
_FAR = 20.0
"""Robust deviations from the median beyond which an entry does not move centre and scale."""
_SAMPLED = 8192
"""Places along an axis that medians are taken over, at most."""
_CONSTANT = 1e-9
"""Deviation below which, relative to its size, a slice is constant."""
_FEWEST = 8
"""Entries from which the deviation of a slice is known well enough to be compared."""
_BEYOND_CHANCE = 2.0
"""Variance of the centres of slices, over what chance makes of it, above which they differ."""


class Units(NamedTuple):
    """The affine map of every slice to inner units, of mean 0 and deviation 1, and its inverse.

    Attributes:
        centre: of the entries, in data units, of a shape that broadcasts to the data.
        scale: one inner unit, in data units; positive, of a shape that broadcasts to the data.
        own: the axes whose slices each have a unit of their own.
    """

    centre: Values
    scale: Values
    own: tuple[int, ...] = ()

    def to_inner(self, values: Values) -> Values:
        """(values − centre) / scale."""
        return (values - self.centre) / self.scale

    def to_data(self, inner: Values) -> Values:
        """centre + scale · inner."""
        return inner * self.scale + self.centre

    def take(self, index: Sequence[NDArray[np.intp]]) -> "Units":
        """Those of a part of the data: of these places along each axis."""

        def part(array: Values) -> Values:
            places = (
                at if length > 1 else np.zeros(1, int)
                for at, length in zip(index, array.shape, strict=True)
            )
            return array[np.ix_(*places)]

        return Units(part(self.centre), part(self.scale), self.own)

    @classmethod
    def fit(
        cls, values: Values, weights: Values, own: Sequence[int] = (), *, far: float = _FAR
    ) -> "Units":
        """Centre and scale of the observed entries: of all, or of every slice of the axes `own`.

        Where several axes have units of their own, one is fitted after the other, on what the
        earlier ones leave. Entries farther than `far` robust deviations from the median of their
        slice count as that far, so that an outlier does not set the unit of the others. A slice
        that is constant, or of which nothing is seen, has the scale of all.

        Args:
            values: the data; what stands in holes is ignored.
            weights: of the entries, 0 where missing.
            own: axes whose slices each have a unit of their own.
            far: robust deviations from the median beyond which entries are drawn in.
        """
        centre, scale = _slice_moments(values, weights, (), far)
        if not own:
            return cls(centre, scale)
        first = True
        for axis in own:
            inner = values if first else (values - centre) / scale
            c, s = _slice_moments(inner, weights, (axis,), far)
            centre, scale, first = (
                (c, s, False) if first else (centre + scale * c, scale * s, False)
            )
        return cls(centre, scale, tuple(own))

    @classmethod
    def centred(cls, values: Values, weights: Values, axis: int, *, far: float = _FAR) -> "Units":
        """One scale for all, and a centre for every slice of an axis as far as those differ.

        The mean of a slice is drawn towards that of all by the share of its variance that chance
        makes, for the noise of a centre would be put into every entry of its slice: where slices
        differ by no more than chance, all have one centre.
        """
        centre, _ = _slice_moments(values, weights, (axis,), far)
        common, _ = _slice_moments(values, weights, (), far)
        others = tuple(other for other in range(values.ndim) if other != axis)
        counts = (weights > 0).sum(axis=others, keepdims=True)
        total = np.maximum(weights.sum(axis=others, keepdims=True), np.finfo(float).tiny)
        drawn_in = _clip_outliers(values, weights, (axis,), far)
        variances = (weights * (drawn_in - centre) ** 2).sum(axis=others, keepdims=True)
        by_chance = variances / total / np.maximum(counts, 1)
        several = counts > 1
        if several.sum() >= 2:
            seen, chance = np.var(centre[several]), np.mean(by_chance[several])
            true = seen - chance if seen > _BEYOND_CHANCE * chance else 0.0
            centre = common + (centre - common) * true / np.maximum(true + by_chance, 1e-300)
        away = np.average((drawn_in - centre) ** 2, weights=weights)
        scale = np.full((1,) * values.ndim, np.sqrt(away) or 1.0)
        return cls(centre, scale)


def own_unit_axes(values: Values, weights: Values, axes: Sequence[Axis]) -> tuple[int, ...]:
    """The axes whose slices have units of their own: those that say so, and those found unlike.

    The most unlike one is fitted first, and the others are judged by what it leaves: rows differ
    in scale, too, where some lack the entries of the one large column.

    Args:
        values: the data; what stands in holes is ignored.
        weights: of the entries, 0 where missing.
        axes: the name of each axis.
    """
    # Thousands of slices of an axis show what it counts as well as all of them.
    part = tuple(slice(None, None, 1 + length // _SAMPLED) for length in values.shape)
    if (weights[part] > 0).any():
        values, weights = values[part], weights[part]
    said = [number for number, axis in enumerate(axes) if axis in OWN_UNIT]
    rest = [number for number, axis in enumerate(axes) if axis is None]
    own: list[int] = []
    while said or rest:
        inner = Units.fit(values, weights, own).to_inner(values) if own else values
        unlike = {number: _unlikeness(inner, weights, number) for number in said or rest}
        most = max(unlike, key=lambda number: unlike[number])
        if not said and unlike[most] <= 1:
            break
        own.append(most)
        (said or rest).remove(most)
    return tuple(own)


def _unlikeness(values: Values, weights: Values, axis: int) -> float:
    """How far the slices of an axis differ in scale, or in level; above 1 as other units do."""
    others = tuple(other for other in range(values.ndim) if other != axis)
    seen = weights > 0
    counts = seen.sum(axis=others)
    centre, scale = (part.ravel() for part in _slice_moments(values, weights, (axis,), _FAR))
    reach = _reach(values, seen, (axis,), _FAR)[1].ravel()
    known = counts >= _FEWEST
    if known.sum() < 2:
        return 0.0

    # A slice that seldom differs from one value, or of few entries, may have a small deviation in
    # any unit: only its being large says something.
    typical, largest = float(np.median(scale[known])), float(scale[known].max())
    smallest = float(scale[known & np.isfinite(reach)].min(initial=typical))
    apart = float(np.abs(centre[known] - np.median(centre[known])).max())
    return max(
        typical / (smallest * _UNLIKE), largest / (typical * _UNLIKE), apart / (largest * _APART)
    )


def _slice_moments(
    values: Values, weights: Values, own: tuple[int, ...], far: float
) -> tuple[Values, Values]:
    """Weighted mean and deviation of every slice of the axes `own`, dimensions kept."""
    others = tuple(axis for axis in range(values.ndim) if axis not in own)
    drawn_in = _clip_outliers(values, weights, own, far)
    total = weights.sum(axis=others, keepdims=True)
    safe = np.maximum(total, np.finfo(float).tiny)
    mean = np.average(drawn_in, weights=weights)
    centre = np.where(total > 0, (weights * drawn_in).sum(axis=others, keepdims=True) / safe, mean)
    squares = (weights * (drawn_in - centre) ** 2).sum(axis=others, keepdims=True) / safe
    scale = np.sqrt(squares)
    varies = scale > _CONSTANT * np.abs(centre)
    # A slice that does not vary has the scale that its fellows have: its entries become zeros.
    usual = float(np.median(scale[varies])) if varies.any() else 1.0
    return centre, np.where(varies & (scale > 0), scale, usual)


def _clip_outliers(values: Values, weights: Values, own: tuple[int, ...], far: float) -> Values:
    """The data with entries beyond `far` robust deviations of their slice's median drawn in."""
    seen = weights > 0
    median, reach = _reach(values, seen, own, far)
    return np.clip(np.where(seen, values, median), median - reach, median + reach)


def _reach(
    values: Values, seen: NDArray[np.bool_], own: tuple[int, ...], far: float
) -> tuple[Values, Values]:
    """Median of every slice, and how far from it an entry is taken at its word.

    Where half of the entries are equal there is no robust deviation, and all are.
    """
    others = tuple(axis for axis in range(values.ndim) if axis not in own)
    # Medians of a few thousand entries are as good, and those of millions take seconds.
    part = tuple(
        slice(None, None, 1 if axis in own else 1 + length // _SAMPLED)
        for axis, length in enumerate(values.shape)
    )
    if seen[part].any():
        values, seen = values[part], seen[part]
    empty = ~seen.any(axis=others, keepdims=True)
    known = np.where(seen, values, np.where(empty, float(np.median(values[seen])), np.nan))
    median = np.nanmedian(known, axis=others, keepdims=True)
    deviation = np.nanmedian(np.abs(known - median), axis=others, keepdims=True)
    return median, np.where(deviation > 0, far * ROBUST_DEVIATION * deviation, np.inf)
