"""A part of the data that stands for the whole, where the whole takes too long to search on."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.families import Family, Windows
from tacit.completion.families.window_tiles import is_one_tile, part_sides
from tacit.completion.task import Task

Mask = NDArray[np.bool_]
Values = NDArray[np.floating]
Places = tuple[NDArray[np.intp], ...]

_SHARE = 0.08
"""Share of the budget that a first trial may take."""
_LEAST = 24
"""No axis is cut below this length."""
_LEAST_ROWS = 1536
"""Nor one of a table below this one."""
_PLACES = 24
"""Places that are compared for a part of ordered data."""
_PARTS, _ENTRIES = 9, 1 << 18
"""Parts around holes, and entries of all of them, at most."""
_MOST_MISSING = 0.98
"""Share of a part that may be missing."""


def representative_parts(
    task: Task, families: Sequence[Family], budget: float, rng: np.random.Generator
) -> tuple[Places, ...]:
    """Places along each axis of parts on which a trial is quick; none where all of the data are.

    Where windows serve, small parts around random missing entries: what is far from the usual is
    among them as often as it is among the holes. Of other data one part, along ordered axes a
    stretch, so that neighbours stay neighbours, along others a draw: of several the one that misses
    as large a share as the whole does, and is as lively.

    Args:
        task: the data.
        families: those that will be tried.
        budget: seconds for everything.
        rng: of the draw.
    """
    if any(family.name == "windows" for family in families):
        return _around_holes(task, budget, rng)
    sides = list(task.shape)
    while _cost(families, task, sides) > _SHARE * budget:
        free = [
            at for at, side in enumerate(sides) if at != task.colours and side > _least(task.shape)
        ]
        if not free:
            break
        longest = max(free, key=lambda at: sides[at])
        sides[longest] = max(_least(task.shape), int(0.8 * sides[longest]))
    return () if tuple(sides) == task.shape else (_most_alike(task, sides, rng),)


def _around_holes(task: Task, budget: float, rng: np.random.Generator) -> tuple[Places, ...]:
    """Parts of one shape, each around a random hole; none where one tile is everything."""
    missing = ~task.observed
    if is_one_tile(task.shape, task.ordered):
        return ()
    sides = part_sides(missing, task.ordered, task.frames)
    affordable = _SHARE * budget / Windows(task.ordered).work(sides)
    most = min(_PARTS, _ENTRIES // math.prod(sides))
    count = int(np.clip(affordable, 1, max(1, most)))
    holes = np.flatnonzero(task.wanted)
    parts: list[Places] = []
    for _ in range(_PLACES):
        centre = np.unravel_index(int(rng.choice(holes)), task.shape)
        start = [
            min(max(int(at) - side // 2, 0), length - side)
            for at, side, length in zip(centre, sides, task.shape, strict=True)
        ]
        part = tuple(at + np.arange(side) for at, side in zip(start, sides, strict=True))
        # Where next to nothing is seen nothing can be held out.
        if missing[np.ix_(*part)].mean() < _MOST_MISSING:
            parts.append(part)
        if len(parts) == count:
            break
    return tuple(parts) or (_most_alike(task, list(sides), rng),)


def _least(shape: Sequence[int]) -> int:
    """The length below which no axis is cut: of tables that from which columns are learnt."""
    return _LEAST_ROWS if len(shape) == 2 else _LEAST


def _cost(families: Sequence[Family], task: Task, sides: Sequence[int]) -> float:
    """Of the cheapest family that is trained: dearer ones are tried where there is time."""
    trained = [family for family in families if family.name != "continuation"]
    return min((family.cost(task, tuple(sides)) for family in trained or families), default=0.0)


def _most_alike(task: Task, sides: Sequence[int], rng: np.random.Generator) -> Places:
    """Of several draws the one that is nearest to the whole: in what is missing, and how lively."""
    missing = ~task.observed
    share, lively = missing.mean(), _activity(task.values, task.observed, task.ordered)
    best: tuple[float, Places] | None = None
    for _ in range(_PLACES):
        places = tuple(
            _drawn(length, side, at in task.ordered, rng)
            for at, (length, side) in enumerate(zip(task.shape, sides, strict=True))
        )
        part = np.ix_(*places)
        if missing[part].all():
            continue
        # On logarithmic scales, for a part without holes, or a blank one, is no part to choose on.
        here = _activity(task.values[part], ~missing[part], task.ordered)
        distance = abs(math.log((missing[part].mean() + 1e-9) / (share + 1e-9)))
        distance += abs(math.log((here + 1e-9) / (lively + 1e-9)))
        if best is None or distance < best[0]:
            best = distance, places
    if best is None:
        return tuple(np.arange(side) for side in sides)
    return best[1]


def _activity(values: Values, observed: Mask, ordered: Sequence[int]) -> float:
    """Root mean square of the differences of neighbours; without an order, of the entries."""
    squares, count = 0.0, 0
    for axis in ordered:
        both = observed & np.roll(observed, 1, axis)
        away = (values - np.roll(values, 1, axis))[both]
        squares, count = squares + float(away @ away), count + away.size
    if not count:
        seen = values[observed]
        squares, count = float(seen @ seen), max(seen.size, 1)
    return math.sqrt(squares / count)


def _drawn(length: int, side: int, is_ordered: bool, rng: np.random.Generator) -> NDArray[np.intp]:
    if side >= length:
        return np.arange(length)
    if is_ordered:
        return int(rng.integers(length - side + 1)) + np.arange(side)
    return np.sort(rng.permutation(length)[:side])
