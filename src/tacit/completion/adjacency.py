"""How the places of a mask lie beside each other along its axes, compared with chance."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label
from scipy.special import nbdtrc

Mask = NDArray[np.bool_]

_TOGETHER = 0.05
"""Share of the adjacency that is possible at all, from which on places lie together."""
_FALSE = 0.1
"""Share of a contiguous part that may come from single places which are neighbours by chance."""
_SPARSE = 0.2
"""Rate of single places up to which what touches a blob counts as part of it."""


def axes_of_shapes(mask: Mask, axes: Sequence[int]) -> tuple[int, ...]:
    """Those of the axes along which places lie together more than by chance."""
    strength = {axis: _togetherness(mask, axis) for axis in axes}
    best = max(strength.values(), default=0.0)
    return tuple(axis for axis in axes if best > _TOGETHER and strength[axis] > 0.3 * best)


def _togetherness(mask: Mask, axis: int) -> float:
    """The share of the adjacency possible along an axis that chance does not explain, or zero.

    Chance is a random order of each line by itself, so that a line with many holes (a poor sensor)
    is no evidence. Of c places among k, c (c - 1) / k pairs are then neighbours, with variance
    about k p^2 (1 - p)^2 where p = c / k, and c - 1 is the most there can be.
    """
    lines = np.moveaxis(mask, axis, -1)
    size = lines.shape[-1]
    counts = lines.sum(axis=-1, dtype=np.float64)
    chance = counts * (counts - 1) / size
    possible = float((np.maximum(counts - 1, 0) - chance).sum())
    noise = 3 * math.sqrt((size * (counts / size * (1 - counts / size)) ** 2).sum())
    excess = _pairs(lines) - float(chance.sum()) - noise
    return excess / possible if excess > 0 else 0.0


def contiguous_part(mask: Mask, axes: tuple[int, ...]) -> Mask:
    """The places in runs that are too long for a background of single, independent places.

    A place is judged by the lengths of the runs through it, summed over the axes, less one each. In
    a background of rate b that is negative binomial. The limit is the smallest one above which at
    most a tenth of the places come from the background.
    """
    score = np.sum([_run_lengths(mask, axis) - 1 for axis in axes], axis=0)
    background = min(_lonely_rate(mask, axis) for axis in axes)
    singles = background / (1 - background) * (~mask).sum()
    above = np.cumsum(np.bincount(score[mask])[::-1])[::-1]
    limits = np.arange(1, len(above))
    chance = np.asarray(nbdtrc(limits - 1, 2 * len(axes), 1 - background))
    few = singles * chance <= _FALSE * above[1:]
    if not few.any():
        return np.zeros_like(mask)

    # The ragged rim of a blob has short runs, and yet belongs to it. In a dense background, what is
    # beside a blob is mostly background.
    core = mask & (score >= limits[few.argmax()])
    if len(axes) > 1 and background < _SPARSE:
        core = mask & beside(core, axes)
    return core


def _run_lengths(mask: Mask, axis: int) -> NDArray[np.int32]:
    """Length of the run along an axis through each True place; one elsewhere."""
    lines = np.moveaxis(mask, axis, -1)
    # A closing False ends the run of each line, so that all lines can be one long one.
    padded = np.concatenate([lines, np.zeros((*lines.shape[:-1], 1), bool)], axis=-1)
    steps = np.flatnonzero(np.diff(padded.ravel(), prepend=False))
    sizes = steps[1::2] - steps[::2]
    lengths = np.ones(padded.shape, np.int32)
    lengths[padded] = np.repeat(sizes, sizes)
    return np.moveaxis(lengths[..., :-1], -1, axis)


def _lonely_rate(mask: Mask, axis: int) -> float:
    """Share of True places among those whose two neighbours along an axis are False."""
    lines = np.moveaxis(mask, axis, -1)
    open_sides = ~(lines[..., :-2] | lines[..., 2:])
    count = int(open_sides.sum())
    rate = (open_sides & lines[..., 1:-1]).sum() / count if count else mask.mean()
    return float(min(rate, 1 - 1 / mask.size))


def beside(mask: Mask, axes: tuple[int, ...]) -> Mask:
    """The places of a mask and those next to them along `axes`, diagonals included."""
    return np.asarray(binary_dilation(mask, _neighbours(mask.ndim, axes)), bool)


def connected_sets(mask: Mask, axes: tuple[int, ...]) -> tuple[NDArray[np.integer], int]:
    """Connected sets along `axes`, diagonals included: each place's number from 1, and how many."""
    numbers = np.zeros(mask.shape, np.int32)
    count = label(mask, _neighbours(mask.ndim, axes), output=numbers)
    return numbers, int(count)  # pyright: ignore[reportArgumentType]


def run_excess(mask: Mask, axis: int) -> float:
    """How many times longer the runs along an axis are than those of scattered places."""
    starts = mask.sum() - _pairs(np.moveaxis(mask, axis, -1))
    return max(1.0, float(mask.sum() / starts * (1 - mask.mean())))


def _pairs(lines: Mask) -> int:
    """Number of neighbours along the last axis that are both True."""
    return int((lines[..., 1:] & lines[..., :-1]).sum())


def _neighbours(order: int, axes: tuple[int, ...]) -> Mask:
    """The neighbourhood of a place, diagonals included, that extends along `axes` alone."""
    around = np.zeros((3,) * order, bool)
    around[tuple(slice(None) if axis in axes else 1 for axis in range(order))] = True
    return around
