"""A part of the data that stands for the whole, where the whole takes too long to search on."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.families import Family, Windows
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


def representative_part(
    task: Task, families: Sequence[Family], budget: float, rng: np.random.Generator
) -> Places | None:
    """Places along each axis that make a part on which a trial is quick; None for all of the data.

    Along ordered axes a stretch, so that neighbours stay neighbours; along others a draw. Of
    several places the one that misses as large a share as the whole does, and is as lively.

    Args:
        task: the data.
        families: those that will be tried.
        budget: seconds for everything.
        rng: of the draw.
    """
    shape = task.shape
    sides = list(shape)
    fixed = {task.colours}
    # Windows take a part that is one tile, and that is not cut again.
    if any(family.name == "windows" for family in families):
        sides = list(Windows(task.ordered).tiling(np.ones(shape, bool)).sides)
        fixed = set(range(len(shape)))
    while _cost(families, task, sides) > _SHARE * budget:
        free = [at for at in range(len(shape)) if at not in fixed and sides[at] > _least(shape)]
        if not free:
            break
        longest = max(free, key=lambda at: sides[at])
        sides[longest] = max(_least(shape), int(0.8 * sides[longest]))
    if sides == list(shape):
        return None
    return _most_alike(task, sides, rng)


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
