"""Large data in tiles where something is wanted: one program for all, and memory for a few."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Iterator, Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Tile = tuple[slice, ...]

_FEWER = 4
"""Batches are smaller by this factor, or its square, where there are few tiles."""


class Tiling(NamedTuple):
    """Tiles of one shape over all that is wanted, and how their answers are joined.

    Attributes:
        shape: of the data.
        sides: of a tile.
        tiles: in order; one, which is all of the data, if there is no need of more.
        batch: tiles that are worked on at once.
    """

    shape: tuple[int, ...]
    sides: tuple[int, ...]
    tiles: tuple[Tile, ...]
    batch: int = 1

    @classmethod
    def whole(cls, shape: Sequence[int]) -> "Tiling":
        """One tile, which is all of the data."""
        return cls(tuple(shape), tuple(shape), (tuple(slice(0, side) for side in shape),))

    @classmethod
    def cover(cls, wanted: Mask, sides: Sequence[int], margin: int, entries: int) -> "Tiling":
        """Tiles, each with a margin around what it is for, over all that is wanted.

        Along the first axis a band begins where something is wanted that no earlier one is for, and
        so on within each band: work follows what is wanted, and not the size of the data.

        Args:
            wanted: where answers are wanted.
            sides: of a tile, at most those of the data.
            margin: entries around what a tile is for, but at the ends of the data.
            entries: of a batch, at most, unless one tile has more.
        """
        tiles = tuple(
            tuple(slice(at, at + side) for at, side in zip(start, sides, strict=True))
            for start in _starts(wanted, tuple(sides), margin)
        )
        return cls(wanted.shape, tuple(sides), tiles, _batch(len(tiles), math.prod(sides), entries))

    @property
    def is_whole(self) -> bool:
        """Whether the one tile is all of the data."""
        return self.sides == self.shape

    @property
    def share(self) -> float:
        """Entries of the tiles, over those of the data."""
        return len(self.tiles) * math.prod(self.sides) / max(math.prod(self.shape), 1)

    def only(self, observed: Mask) -> "Tiling":
        """Without the tiles in which nothing is seen."""
        return self._replace(tiles=tuple(tile for tile in self.tiles if observed[tile].any()))

    def batches(self) -> Iterator[tuple[Tile, ...]]:
        """The tiles, as many at a time as are worked on at once."""
        for first in range(0, len(self.tiles), self.batch):
            yield self.tiles[first : first + self.batch]

    def assemble(self, pieces: Sequence[Values], values: Values) -> Values:
        """The answers of the tiles joined; NaN where there is none, and what is given outside.

        Where tiles overlap, weights fall linearly to their edges, so that no seam shows.

        Args:
            pieces: answers of the first tiles, perhaps with padding behind.
            values: the data, which stand where nothing was wanted.
        """
        total, weight = np.zeros(self.shape), np.zeros(self.shape)
        covered = np.zeros(self.shape, bool)
        for number, tile in enumerate(self.tiles):
            covered[tile] = True
            if number >= len(pieces):
                continue
            ramp = self.ramp(tile)
            total[tile] += ramp * pieces[number][tuple(map(slice, self.sides))]
            weight[tile] += ramp
        answer = np.where(covered, np.nan, values)
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1), answer)

    def ramp(self, tile: Tile) -> Values:
        """The weight of a tile: hats along the axes, flat towards the ends of the data."""
        ramp = np.ones((1,) * len(tile))
        for axis, (part, length) in enumerate(zip(tile, self.shape, strict=True)):
            side = part.stop - part.start
            at = np.arange(side) + 0.5
            left = at if part.start > 0 else np.full(side, float(side))
            right = side - at if part.stop < length else np.full(side, float(side))
            hat = np.minimum(np.minimum(left, right), side)
            ramp = ramp * hat.reshape([-1 if other == axis else 1 for other in range(len(tile))])
        return ramp


def even_side(length: int, longest: int, overlap: int, step: int) -> int:
    """The side of tiles that cover a length evenly.

    Args:
        length: to be covered.
        longest: side of a tile, at most.
        overlap: of neighbouring tiles, at least.
        step: of which the side is a multiple, unless that is the length itself.
    """
    if length <= longest:
        return length
    count = -(-(length - overlap) // (longest - overlap))
    side = -(-(length + (count - 1) * overlap) // count)
    return min(length, -(-side // step) * step)


def _starts(wanted: Mask, sides: tuple[int, ...], margin: int) -> list[tuple[int, ...]]:
    """Where tiles begin that cover what is wanted, band after band."""
    if wanted.ndim == 0:
        return [()]
    length, side = wanted.shape[0], sides[0]
    places = np.flatnonzero(wanted.any(axis=tuple(range(1, wanted.ndim))))
    found, at = [], 0
    while at < len(places):
        first = int(places[at])
        start = min(max(first - margin, 0), length - side)
        # At the end of the data there is nothing to keep a margin from.
        stop = length if start + side == length else start + side - margin
        band = np.asarray(wanted[first:stop].any(axis=0))
        found += [(start, *rest) for rest in _starts(band, sides[1:], margin)]
        at = int(np.searchsorted(places, stop))
    return found


def _batch(tiles: int, size: int, entries: int) -> int:
    """Tiles in a batch: a power of two that is one of three, so that there are few programs."""
    most = 1 << max(entries // size, 1).bit_length() - 1
    smaller = [most // _FEWER**2, most // _FEWER, most]
    return max(1, next((batch for batch in smaller if batch >= tiles), most))
