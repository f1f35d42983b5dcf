"""What shape the holes have: single entries, fibres, slices, gaps, blobs, or a mixture of these.

The holes are peeled. Where they cover whole lines (fibres or slices) more often than chance would,
those lines are taken off as places of a smaller mask, the quotient over the other axes. In every
quotient, and in what is left at last, places that lie together along ordered axes are gaps (along
one axis) or blobs (along several), and the rest are scattered.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from tacit.completion.adjacency import (
    Mask,
    axes_of_shapes,
    connected_sets,
    contiguous_part,
    run_excess,
)

Kind = Literal["entries", "fibres", "slices", "gaps", "blobs"]

_SCATTERED: tuple[Kind, Kind, Kind] = ("entries", "fibres", "slices")
"""Kinds of scattered places that cover none, one, and several axes wholly."""
_FAR_ABOVE = 1.5
"""Whole lines must be this many times as frequent as by chance; along grouped axes, just more."""
_UNLIKELY = 1e-3
"""Probability under which chance is no explanation of whole lines."""
_MINOR_LINES = 0.005
"""Whole lines with less than this share of the missing entries are no kind of their own."""
_MINOR_PART = 0.05
"""A scattered or contiguous part with less than this share of a quotient joins the other one."""


class Component(NamedTuple):
    """Holes of one kind.

    Attributes:
        kind: scattered `entries`, `fibres` or `slices`; or `gaps` and `blobs`, which may be made
            of single entries, fibres or slices alike: see `axes`.
        axes: axes that every place covers wholly.
        along: ordered axes along which places lie together; empty where they are scattered.
        mask: the places, over the axes that are not in `axes`, in their order.
        share: share of all missing entries.
    """

    kind: Kind
    axes: tuple[int, ...]
    along: tuple[int, ...]
    mask: Mask
    share: float

    @property
    def quotient_axes(self) -> tuple[int, ...]:
        """The axes of the mask that belong to `along`."""
        rest = _others(self.mask.ndim + len(self.axes), self.axes)
        return tuple(rest.index(axis) for axis in self.along)

    def connected(self) -> tuple[NDArray[np.integer], int]:
        """The number (from 1; 0 outside) of the connected set of each place, and how many sets.

        Neighbours, also diagonal ones, are connected along the axes `along` alone.
        """
        return connected_sets(self.mask, self.quotient_axes)

    def describe(self, names: Sequence[str]) -> str:
        """The kind in words, with the sizes of gaps and blobs in places."""
        whole = " and ".join(names[axis] for axis in self.axes)
        is_pixels = whole == "colour"
        if not self.along:
            if is_pixels:
                return "whole pixels at random"
            scattered = {"entries": "single entries at random", "fibres": "whole fibres along "}
            return scattered.get(self.kind, "whole slices over ") + whole

        # Of the set that a random missing entry is in, so that odd specks do not matter.
        sets, count = self.connected()
        sizes = np.sort(np.bincount(sets.ravel(), minlength=count + 1)[1:])
        ends = np.cumsum(sizes)
        low, high = sizes[np.searchsorted(ends, np.array([0.05, 0.95]) * ends[-1])]
        size = f"{low}" if low == high else f"{low} to {high}"
        shape = "gaps along" if self.kind == "gaps" else "connected shapes in"
        where = " and ".join(names[axis] for axis in self.along)
        unit = "pixels" if is_pixels else "places" if whole else "entries"
        over = f", each over all of {whole}" if whole and not is_pixels else ""
        return f"{shape} {where} of {size} {unit}{over}"


class Holes(NamedTuple):
    """The kinds of holes in an array, in the order in which they were recognised.

    A missing entry belongs to the first component that covers it.
    """

    shape: tuple[int, ...]
    ordered: tuple[int, ...]
    components: tuple[Component, ...]

    @staticmethod
    def of(missing: Mask, ordered: tuple[int, ...], grouped: tuple[int, ...] = ()) -> "Holes":
        """Recognise the holes of an array of any order.

        Args:
            missing: True where an entry is missing.
            ordered: axes along which neighbours are alike; may be empty.
            grouped: axes whose entries usually go missing together, as the channels of a pixel do:
                whole fibres along them need less evidence.
        """
        total = int(missing.sum())
        explained = np.zeros_like(missing)
        found: list[Component] = []

        # The largest lines first: a lost frame is not many lost rows, nor very many lost pixels.
        for axes in _line_axes(missing.shape):
            lines = _whole_lines(missing, explained, axes, ordered, set(axes) <= set(grouped))
            if (lines & ~_all(explained, axes)).any():
                entries = _expand(lines, axes) & ~explained
                if entries.sum() >= _MINOR_LINES * total:
                    found += _parts(lines, axes, ordered, explained, total)
        rest = missing & ~explained
        if rest.any():
            found += _parts(rest, (), ordered, explained, total)
        return Holes(missing.shape, ordered, tuple(found))

    def component_of(self, missing: Mask) -> NDArray[np.int8]:
        """The index of the component that each missing entry belongs to, and -1 elsewhere."""
        index = np.full(self.shape, -1, np.int8)
        for i, component in reversed(list(enumerate(self.components))):
            index[np.broadcast_to(_expand(component.mask, component.axes), self.shape)] = i
        return np.where(missing, index, np.int8(-1))

    def describe(self, axes_names: Sequence[str | None]) -> str:
        """All kinds in one phrase, such as '70 % gaps along time of 3 to 40 entries; 30 % ...'."""
        # A number tells axes apart that have no name, or the same one.
        words = [
            f"axis {axis}"
            if not name
            else name
            if axes_names.count(name) == 1
            else f"axis {axis} ({name})"
            for axis, name in enumerate(axes_names)
        ]
        large = [component for component in self.components if component.share >= 0.005]
        by_share = sorted(large, key=lambda component: -component.share)
        if len(by_share) < 2:
            return "".join(component.describe(words) for component in by_share)
        return "; ".join(f"{100 * part.share:.0f} % {part.describe(words)}" for part in by_share)


def _others(order: int, axes: tuple[int, ...]) -> list[int]:
    """The axes that are not among `axes`."""
    return [axis for axis in range(order) if axis not in axes]


def _all(mask: Mask, axes: tuple[int, ...]) -> Mask:
    """Whether all is True along the axes; the mask itself where there are none."""
    return np.asarray(mask.all(axis=axes))


def _expand(mask: Mask, axes: tuple[int, ...]) -> Mask:
    """A quotient mask with axes of length one where lines run, so that it broadcasts."""
    return np.expand_dims(mask, axes)


def _line_axes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Sets of axes that lines may cover, those of the longest lines first."""
    long = [axis for axis, size in enumerate(shape) if size > 1]
    sets = [axes for count in range(1, len(shape)) for axes in combinations(long, count)]
    return sorted(sets, key=lambda axes: -math.prod(shape[axis] for axis in axes))


def _whole_lines(
    missing: Mask, explained: Mask, axes: tuple[int, ...], ordered: tuple[int, ...], grouped: bool
) -> Mask:
    """Places of the lines along `axes` that are missing wholly, if there are more than by chance.

    Chance is that of independent entries, and also of independent shorter lines: where most pixels
    of a picture are missing in all channels, some rows of it are, too.
    """
    whole = _all(missing, axes)
    lines = whole & ~_all(explained, axes)
    if not lines.any():
        return lines

    # Holes that lie together make whole lines by the dozen: what counts is how many dozens.
    rest = _others(missing.ndim, axes)
    dozen = math.prod(run_excess(lines, rest.index(axis)) for axis in ordered if axis in rest)
    factor = (1.0 if grouped else _FAR_ABOVE) / dozen
    for count in range(len(axes)):
        for units in combinations(axes, count):
            left = _others(missing.ndim, units)
            across = tuple(left.index(axis) for axis in axes if axis not in units)
            expected = _expected_lines(_all(missing, units), whole, across)
            if gammainc(lines.sum() / dozen, factor * expected) >= _UNLIKELY:
                return np.zeros_like(lines)
    return lines


def _expected_lines(units: Mask, whole: Mask, axes: tuple[int, ...]) -> float:
    """How many whole lines along `axes` independent units would make.

    The missing fraction p of units is that of the other lines, which are known not to be whole: of
    k units, k (p - p^k) / (1 - p^k) are missing in such a line.
    """
    if whole.all():
        return 0.0
    length = math.prod(units.shape[axis] for axis in axes)
    counts = units.sum(axis=axes, dtype=np.int32)[~whole]

    # Of few other lines p is uncertain, and where nearly all is missing much depends on it: it is
    # taken two deviations higher.
    total = int(counts.sum())
    fewest = min(total, counts.size * (length - 1) - total)
    mean = (total + 2 * math.sqrt(fewest)) / counts.size
    low, high = 0.0, 1.0
    for _ in range(50):
        p = (low + high) / 2
        fewer = length * (p - p**length) < mean * (1 - p**length)
        low, high = (p, high) if fewer else (low, p)
    return low**length / (1 - low**length) * counts.size


def _parts(
    mask: Mask, axes: tuple[int, ...], ordered: tuple[int, ...], explained: Mask, total: int
) -> list[Component]:
    """The contiguous and the scattered component of a quotient mask; `explained` is updated."""
    rest = _others(explained.ndim, axes)
    runs = axes_of_shapes(mask, [rest.index(axis) for axis in ordered if axis in rest])
    along = tuple(rest[axis] for axis in runs)
    together = np.zeros_like(mask)
    if along:
        together = contiguous_part(mask, runs)
        share = together.sum() / mask.sum()
        if not _MINOR_PART < share < 1 - _MINOR_PART:
            together = mask if share > 0.5 else np.zeros_like(mask)

    shaped: Kind = "gaps" if len(along) == 1 else "blobs"
    scattered = _SCATTERED[min(len(axes), 2)]
    both = [(shaped, along, together), (scattered, (), mask & ~together)]
    parts: list[Component] = []
    for kind, run, part in both:
        if part.any():
            new = _expand(part, axes) & ~explained
            parts.append(Component(kind, axes, run, part, float(new.sum() / total)))
            explained |= new
    return parts
