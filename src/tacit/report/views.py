"""Which pictures of a film or a cube a page shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MOST = 3
"""Frames or slices that are shown."""


class View(NamedTuple):
    """A frame or a slice, and what it is called; a picture has one view, without a name."""

    place: tuple[int, ...]
    name: str

    def of(self, values: NDArray) -> NDArray:
        """The picture, (m, n) or (m, n, 3)."""
        return values[(slice(None), slice(None), *self.place)]


def views(shape: Sequence[int], axes: Sequence[str]) -> list[View]:
    """A few views, evenly spaced from the first to the last.

    Args:
        shape: of the data.
        axes: what each of its axes counts, as `tacit.media.Source` names them.
    """
    lengths = [n for n, axis in zip(shape, axes, strict=True) if axis in ("frame", "slice")]
    words = axes[2 : 2 + len(lengths)]
    if not lengths:
        return [View((), "")]
    count = int(np.prod(lengths))
    chosen = np.unique(np.linspace(0, count - 1, min(_MOST, count)).round().astype(int))
    places = [tuple(map(int, np.unravel_index(number, lengths))) for number in chosen]
    return [View(place, _name(place, lengths, words)) for place in places]


def _name(place: Sequence[int], lengths: Sequence[int], words: Sequence[str]) -> str:
    """`frame 3 of 12`; of a cube with more axes `slice 3 of 12, slice 1 of 4`."""
    counted = zip(words, place, lengths, strict=True)
    return ", ".join(f"{word} {at + 1} of {length}" for word, at, length in counted)
