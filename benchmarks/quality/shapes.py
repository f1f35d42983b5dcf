"""Holes of every shape in arrays of every order: places at random, and boxes."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Side = tuple[int, int] | int | None
"""Of a box along one axis: a range of lengths, one length, or the whole axis."""


def scattered(
    shape: Sequence[int], whole: Sequence[int], share: float, rng: np.random.Generator
) -> Mask:
    """Places at random, each covering all of the axes `whole`: entries, fibres or slices.

    As near to the share of the places as whole places allow.
    """
    sides = [1 if axis in whole else length for axis, length in enumerate(shape)]
    places = np.zeros(math.prod(sides), bool)
    places[rng.permutation(places.size)[: round(share * places.size)]] = True
    return np.broadcast_to(places.reshape(sides), shape).copy()


def boxes(
    shape: Sequence[int], sides: Sequence[Side], share: float, rng: np.random.Generator
) -> Mask:
    """Boxes wholly inside, at random places, one at least, until they cover the share."""
    mask = np.zeros(shape, bool)
    covered = 0
    while not covered or covered < share * mask.size:
        box = []
        for length, side in zip(shape, sides, strict=True):
            low, high = (length, length) if side is None else np.broadcast_to(side, 2)
            extent = int(rng.integers(low, high + 1))
            start = int(rng.integers(0, length - extent + 1))
            box.append(slice(start, start + extent))
        part = mask[tuple(box)]
        covered += part.size - int(part.sum())
        part[...] = True
    return mask


def parts_of_rows(
    shape: tuple[int, int], rows: float, columns: tuple[int, int], rng: np.random.Generator
) -> Mask:
    """A share of the rows lacks a range of columns, as of questionnaires not returned."""
    mask = np.zeros(shape, bool)
    mask[rng.permutation(shape[0])[: round(rows * shape[0])], slice(*columns)] = True
    return mask
