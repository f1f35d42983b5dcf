"""Tiles of a picture or film for methods that look at small windows."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt

from tacit._typing import Iterator, Sequence
from tacit.completion.families._base import bucket
from tacit.completion.families._recent import Recent
from tacit.completion.tiles import Tiling, even_side

Mask = NDArray[np.bool_]

_LONGEST = 288
"""Longest side of data that are one tile."""
_SIDES = (64, 96, 160, 256)
"""Sides of a tile, at most: the cheapest, of those that are wide enough for the holes."""
_PARTS = (96, 128, 192)
"""Sides of a part that is searched on."""
_FRAMES = 16
"""Of a part of a film, at least, if they are whole."""
_STEP = 32
"""Sides are multiples of it."""
_ENTRIES = 1 << 19
"""Entries of a batch of tiles, at most."""
_MARGIN = 8
"""Entries around what a tile is for, and the width of the widest hole more: measured."""
_SEAMLESS = 0.8
"""Cost of one tile, over that of as many entries in several."""
_known = Recent()


def cheapest_tiling(wanted: Mask, modes: tuple[int, ...]) -> Tiling:
    """The cheapest tiles over what is wanted, with margins by how wide the holes are.

    Args:
        wanted: true where an answer is wanted.
        modes: along which tiles are cut.
    """
    find = partial(_cheapest_tiling, wanted, modes)
    return _known.get(f"tiles along {modes}", (wanted,), find)


def is_one_tile(shape: Sequence[int], modes: tuple[int, ...]) -> bool:
    """Whether data of this shape are small enough to be worked on as they are."""
    longest = max(shape[mode] for mode in modes)
    return math.prod(shape) <= _ENTRIES and longest <= _LONGEST


def part_sides(missing: Mask, modes: tuple[int, ...], frames: int | None = None) -> tuple[int, ...]:
    """Sides of a part of the data that is one tile, and wide enough for such holes.

    Args:
        missing: where the data have holes.
        modes: along which parts are cut.
        frames: mode of a film's frames, of which there are fewer rather than cut ones: what a
            camera leaves behind is in the whole of them alone.
    """
    if frames is not None:
        picture = math.prod(missing.shape) // missing.shape[frames]
        sides = list(missing.shape)
        sides[frames] = min(sides[frames], _ENTRIES // picture)
        if sides[frames] >= _FRAMES and is_one_tile(sides, modes):
            return tuple(sides)
    reach = _MARGIN + hole_width(missing, modes)
    longest = next((side for side in _PARTS if side >= 6 * reach), _SIDES[-1])
    while True:
        sides = tuple(
            min(length, longest) if mode in modes else length
            for mode, length in enumerate(missing.shape)
        )
        if math.prod(sides) <= _ENTRIES or longest <= _SIDES[0]:
            return sides
        longest -= _STEP


def padded_sides(shape: Sequence[int], modes: tuple[int, ...]) -> tuple[int, ...]:
    """Ordered sides rounded up, so that tiles of like sizes share a program."""
    return tuple(bucket(length) if mode in modes else length for mode, length in enumerate(shape))


def hole_width(wanted: Mask, modes: tuple[int, ...]) -> int:
    """Half the width of the widest hole along the modes; 0 where all is wanted and so also seen."""
    return _known.get(f"widest hole along {modes}", (wanted,), partial(_hole_width, wanted, modes))


def _cheapest_tiling(wanted: Mask, modes: tuple[int, ...]) -> Tiling:
    return min(_tilings(wanted, modes), key=lambda each: _cost(each, modes))


def _tilings(wanted: Mask, modes: tuple[int, ...]) -> Iterator[Tiling]:
    """All of the data, if they are small, and tiles of each size that is wide enough."""
    shape = wanted.shape
    if is_one_tile(shape, modes):
        yield Tiling.whole(shape)
    margin = _MARGIN + 2 * hole_width(wanted, modes)
    possible = []
    for longest in _SIDES:
        room = min(margin, longest // 4)
        sides = tuple(
            even_side(length, longest, 2 * room, _STEP) if mode in modes else length
            for mode, length in enumerate(shape)
        )
        # Of many channels even the smallest tiles may be large.
        if not possible or math.prod(sides) <= _ENTRIES:
            possible.append((sides, room))
    wide = [(sides, room) for sides, room in possible if room == margin]
    for sides, room in wide or possible[-1:]:
        yield Tiling.cover(wanted, sides, room, _ENTRIES)


def _hole_width(wanted: Mask, modes: tuple[int, ...]) -> int:
    others = tuple(axis for axis in range(wanted.ndim) if axis not in modes)
    holes = np.asarray(wanted.all(axis=others))
    if holes.all():
        return 0
    apart = distance_transform_cdt(np.pad(holes, 1, constant_values=False), "chessboard")
    return int(np.asarray(apart).max(initial=0))


def _cost(tiling: Tiling, modes: tuple[int, ...]) -> float:
    """What is worked on, padding included; a little less counts what has no seams."""
    size = math.prod(padded_sides(tiling.sides, modes))
    if tiling.is_whole:
        return _SEAMLESS * size
    return float(-(-len(tiling.tiles) // tiling.batch) * tiling.batch * size)
