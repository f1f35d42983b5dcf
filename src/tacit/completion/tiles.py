"""Large data in tiles that overlap: one program for all of them, and memory for one at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Tile = tuple[slice, ...]


class Tiling(NamedTuple):
    """Tiles of one shape that cover every hole, and how their answers are joined.

    Attributes:
        shape: of the data.
        tiles: those with holes in, in order.
    """

    shape: tuple[int, ...]
    tiles: tuple[Tile, ...]

    @classmethod
    def of(cls, shape: Sequence[int], sides: Sequence[int], observed: Mask) -> "Tiling":
        """Tiles of these sides, evenly placed; those without holes are left out.

        Args:
            shape: of the data.
            sides: of a tile.
            observed: where the data are seen.
        """
        if tuple(sides) == tuple(shape):
            return cls(tuple(shape), (tuple(slice(0, length) for length in shape),))
        starts = [_starts(length, side) for length, side in zip(shape, sides, strict=True)]
        tiles = []
        for place in np.stack(np.meshgrid(*starts, indexing="ij"), -1).reshape(-1, len(shape)):
            tile = tuple(slice(int(a), int(a) + side) for a, side in zip(place, sides, strict=True))
            if not observed[tile].all() and observed[tile].any():
                tiles.append(tile)
        whole = tuple(slice(0, side) for side in sides)
        return cls(tuple(shape), tuple(tiles) or (whole,))

    def assemble(self, pieces: Sequence[Values], values: Values) -> Values:
        """The answers of the tiles joined; NaN where there is none, and what is given outside.

        Where tiles overlap, weights fall linearly to their edges, so that no seam shows.

        Args:
            pieces: answers of the first tiles, perhaps with padding behind.
            values: the data, which stand where there are no holes.
        """
        total, weight = np.zeros(self.shape), np.zeros(self.shape)
        covered = np.zeros(self.shape, bool)
        for number, tile in enumerate(self.tiles):
            covered[tile] = True
            if number >= len(pieces):
                continue
            sides = [part.stop - part.start for part in tile]
            ramp = self._ramp(tile)
            total[tile] += ramp * pieces[number][tuple(map(slice, sides))]
            weight[tile] += ramp
        answer = np.where(covered, np.nan, values)
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1), answer)

    def _ramp(self, tile: Tile) -> Values:
        """Product of hats along the axes; flat towards the ends of the data."""
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


def _starts(length: int, side: int) -> NDArray[np.intp]:
    """Where tiles begin: the first at 0, the last at the end, the others evenly between."""
    if side >= length:
        return np.zeros(1, int)
    overlap = min(side // 8, 32)
    count = -(-(length - overlap) // (side - overlap))
    return np.linspace(0, length - side, count).round().astype(int)
