"""Gaps and blobs carried whole to other places of the array, where it is mostly observed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.completion.adjacency import Mask, beside
from tacit.completion.holes import Component

Indices = NDArray[np.int64]

_TRIES = 16
"""Random places tried inside the array, and as many partly outside where those are poor."""
_GOOD, _POOR = 0.95, 0.5
"""Share that is free from which on a place is taken at once, and under which more is tried."""
_SAMPLED = 512
"""Places of a set that are looked at to judge where it may go: large ones cost no more."""
_BROKEN = 2.0
"""How many free places it takes to make up for one that is observed and stays so."""
_BESIDE = 0.7
"""What a place is worth beside a hole, which would only be made larger."""
_ROUNDS = 24


class _Sets(NamedTuple):
    """Connected sets: their places, one after the other, and their bounding boxes."""

    points: Indices  # (places, axes of the quotient), sorted by set
    start: Indices  # (sets + 1,)
    low: Indices  # (sets, axes)
    high: Indices

    @staticmethod
    def of(component: Component) -> "_Sets":
        numbers, _ = component.connected()
        at = np.flatnonzero(component.mask)
        order = np.argsort(numbers.ravel()[at], kind="stable")
        points = np.stack(np.unravel_index(at[order], numbers.shape), axis=1)
        start = np.concatenate([[0], np.cumsum(np.bincount(numbers.ravel(), minlength=1)[1:])])
        low = np.minimum.reduceat(points, start[:-1])
        return _Sets(points, start, low, np.maximum.reduceat(points, start[:-1]))

    def within(self, chosen: Indices, at_most: int) -> tuple[Indices, Indices]:
        """Which of the chosen sets each place belongs to, and the place: `at_most` of a set."""
        size = np.diff(self.start)[chosen]
        taken = np.minimum(size, at_most)
        owner = np.repeat(np.arange(len(chosen)), taken)
        rank = np.arange(len(owner)) - np.repeat(np.cumsum(taken) - taken, taken)
        # Evenly spread over the set, which is in the order of rows.
        rank = rank * size[owner] // taken[owner]
        return owner, self.points[self.start[chosen][owner] + rank]


def transplanted(
    component: Component,
    free: Mask,
    taken: Mask,
    wanted: float,
    at_most: float,
    rng: np.random.Generator,
) -> Mask:
    """Free entries under copies of connected sets, about `wanted` of them.

    The first set is drawn by size, since a missing entry drawn at random is in a large hole more
    often; the others follow in random order, each once before any is taken again, where there is
    room for them. Of the first one nothing is cut off but what exceeds `at_most`.

    Args:
        component: gaps or blobs.
        free: entries that may be held out.
        taken: observed entries that may not be, and that would break a hole into pieces.
        wanted: number of entries, about.
        at_most: number of entries that even a single copy may not exceed.
        rng: source of the draw.
    """
    sets = _Sets.of(component)
    sizes = np.diff(sets.start) * (free.size / component.mask.size)
    order = rng.permutation(len(sizes))
    first = int(rng.choice(len(sizes), p=sizes / sizes.sum()))
    order = np.concatenate([[first], order[order != first]])
    order = np.tile(order, max(1, int(np.ceil(wanted / sizes.sum() / 4))))
    lost = taken.mean(axis=component.axes, dtype=np.float32)
    hull = _hull(np.asarray((free | taken).any(axis=component.axes)))
    held = np.zeros_like(free)
    covered = 0
    wanted = min(wanted, at_most)

    for turn in range(_ROUNDS):
        # A quarter at a time, so that the next ones see what is taken already.
        room = wanted - covered
        fits = np.flatnonzero((sizes[order] <= 1.3 * room) | (turn == 0))
        if room < 0.1 * wanted or fits.size == 0:
            break
        ends = np.cumsum(sizes[order[fits]])
        fits = fits[: max(1, int(np.searchsorted(ends, wanted / 4, side="right")))]
        batch = order[fits]
        order = np.concatenate([np.delete(order, fits), batch])

        weight = (free & ~held).mean(axis=component.axes, dtype=np.float32)
        gone = np.asarray((free | taken) & ~held).mean(axis=component.axes, dtype=np.float32) < 0.5
        weight *= np.where(beside(gone, component.quotient_axes), _BESIDE, 1.0)
        weight -= _BROKEN * lost
        placed = _placed(sets, batch, weight, hull, rng)
        copy = np.expand_dims(placed, component.axes) & free & ~held
        held |= _cut(copy, component.along, at_most - covered, rng)
        covered = int(held.sum())
    return held


def _placed(
    sets: _Sets,
    chosen: Indices,
    weight: NDArray[np.floating],
    hull: tuple[Indices, Indices],
    rng: np.random.Generator,
) -> Mask:
    """The chosen sets, each flipped and moved to the best of many random places.

    A hole that reaches the border of what is observed at all stays at one, such as the end of a
    series that is to be forecast: nothing is seen beyond it, which makes it harder. One that does
    not is kept off it, where there is room.
    """
    first, last = hull
    low, high = sets.low[chosen], sets.high[chosen]
    extent = high - low + 1
    at_low, at_high = low <= first, high >= last
    border = (at_low != at_high) & (extent > 1)
    inner = ~(at_low | at_high) & (extent < last - first)
    best = np.full(len(chosen), -np.inf)
    best_corner, best_flip = np.zeros_like(low), np.zeros(low.shape, bool)

    for turn in range(2 * _TRIES):
        todo = np.flatnonzero(best < (_GOOD if turn < _TRIES else _POOR))
        if todo.size == 0:
            continue
        draw = rng.random((len(todo), weight.ndim))
        flip = rng.random(draw.shape) < 0.5
        size = extent[todo]
        if turn < _TRIES:
            margin = inner[todo].astype(np.int64)
            places = last - first - size + 2 - 2 * margin
            corner = first + margin + np.floor(draw * places).astype(np.int64)
            at_border = np.where(flip == at_low[todo], last - size + 1, first)
            corner = np.where(border[todo], at_border, corner)
        else:
            # Too large to find room: part of it may fall outside.
            corner = first - size + 1 + np.floor(draw * (last - first + size)).astype(np.int64)

        owner, points = sets.within(chosen[todo], _SAMPLED)
        inside, index = _moved(points, owner, low[todo], high[todo], corner, flip, weight.shape)
        seen = np.where(inside, weight.ravel()[index], 0.0)
        score = np.bincount(owner, seen) / np.bincount(owner)
        better = score > best[todo]
        todo = todo[better]
        best[todo], best_corner[todo], best_flip[todo] = score[better], corner[better], flip[better]

    kept = best > 0
    chosen, low, high = chosen[kept], low[kept], high[kept]
    best_corner, best_flip = best_corner[kept], best_flip[kept]
    owner, points = sets.within(chosen, len(sets.points))
    inside, index = _moved(points, owner, low, high, best_corner, best_flip, weight.shape)
    placed = np.zeros(weight.size, bool)
    placed[index[inside]] = True
    return placed.reshape(weight.shape)


def _hull(observed: Mask) -> tuple[Indices, Indices]:
    """The first and the last index along each axis where something is observed."""
    seen = [
        np.flatnonzero(observed.any(axis=tuple(a for a in range(observed.ndim) if a != axis)))
        for axis in range(observed.ndim)
    ]
    return np.array([index[0] for index in seen]), np.array([index[-1] for index in seen])


def _moved(
    points: Indices,
    owner: Indices,
    low: Indices,
    high: Indices,
    corner: Indices,
    flip: Mask,
    shape: tuple[int, ...],
) -> tuple[Mask, Indices]:
    """Whether each place of the moved sets is inside the array, and its flat index (else 0)."""
    from_corner = np.where(flip[owner], high[owner] - points, points - low[owner])
    moved = from_corner + corner[owner]
    inside = np.all((moved >= 0) & (moved < np.array(shape)), axis=1)
    moved[~inside] = 0
    return inside, np.asarray(np.ravel_multi_index(tuple(moved.T), shape))


def _cut(copy: Mask, along: tuple[int, ...], at_most: float, rng: np.random.Generator) -> Mask:
    """The copy, or where it is too large a band of it, at a random place along its longest axis."""
    total = int(copy.sum())
    if total <= at_most:
        return copy
    others = {axis: tuple(other for other in range(copy.ndim) if other != axis) for axis in along}
    axis = max(along, key=lambda axis: int(copy.any(axis=others[axis]).sum()))
    upto = np.cumsum(copy.sum(axis=others[axis]))
    start = int(np.searchsorted(upto, rng.random() * (total - at_most), side="right"))
    before = upto[start - 1] if start else 0
    stop = int(np.searchsorted(upto, before + at_most, side="right"))
    band = np.zeros(len(upto), bool)
    band[start : max(stop, start + 1)] = True
    return copy & np.expand_dims(band, others[axis])
