"""Push and pull over a pyramid of cells of 2, 4, 8, ... entries a side [gortler1996]."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


def push_pull(x: Values, holes: Mask) -> Values:
    """The pyramid's fill of fields x with 0 in their holes."""
    return _pulled(x, (~holes).astype(np.float64))


def _pulled(sums: Values, counts: Values) -> Values:
    """Means of cells, those of which nothing is observed from cells twice as long."""
    # Slices, the last axis, are never merged: one of which nothing is observed stays 0.
    means = sums / np.maximum(counts, 1)
    long = [axis for axis in range(counts.ndim - 1) if counts.shape[axis] > 1]
    if not long or counts.all():
        return means
    coarse, fewer = sums, counts
    for axis in long:
        coarse, fewer = _halved(coarse, axis + 1), _halved(fewer, axis)

    coarse = _pulled(coarse, fewer)
    for axis in reversed(long):
        coarse = _doubled(coarse, counts.shape[axis], axis + 1)
    return np.where(counts > 0, means, coarse)


def _halved(array: Values, axis: int) -> Values:
    """Sums of pairs along an axis; the last of an odd number stays alone."""
    turned = np.moveaxis(array, axis, 0)
    pairs = turned[::2].copy()
    pairs[: len(turned) // 2] += turned[1::2]
    return np.moveaxis(pairs, 0, axis)


def _doubled(array: Values, length: int, axis: int) -> Values:
    """Values at both halves of each cell, linear between the centres of cells."""
    cells = np.moveaxis(array, axis, 0)
    fine = np.empty((length, *cells.shape[1:]))
    fine[::2] = 0.75 * cells + 0.25 * np.concatenate([cells[:1], cells[:-1]])
    fine[1::2] = (0.75 * cells + 0.25 * np.concatenate([cells[1:], cells[-1:]]))[: length // 2]
    return np.moveaxis(fine, 0, axis)
