"""The search for the widths of a tensor that is held as factors."""

import dataclasses

import equinox as eqx
import numpy as np

from tacit._typing import Callable, Iterator, Sequence
from tacit.completion.families._base import best_of
from tacit.completion.families._tensors import EXACT, AbstractTensorFactors, Widths
from tacit.completion.plan import Candidate
from tacit.completion.task import Task

_LARGE = 1.0
"""A start that is not small, tried in the end, where the small one may have led astray."""
_EQUAL = 1.005
"""A narrower one may err by this factor more."""
_EQUAL_WIDTHS, _WIDER = (2, 3, 4, 5, 6, 8), (12, 16, 24, 32)
"""Widths that are tried first, and then as long as the next is better."""
OPENING = len(_EQUAL_WIDTHS)
"""Number of settings that are tried before families are compared: all are one program."""
POOR = 0.5
"""Score, in inner units, over which a start that is large is tried at every width."""
_FAR = 30.0
"""Deviations from zero beyond which data are centred: less is nothing to single precision."""
_SPARE = 1.25
"""Observed entries for each parameter, at least: so wide a model is tried, and no wider."""

Make = Callable[..., AbstractTensorFactors]
"""From widths and settings to a method."""


def search_widths(
    make: Make, limits: Sequence[int], task: Task, tried: list[Candidate]
) -> Iterator[AbstractTensorFactors]:
    """Equal widths, wider ones while that is better; then each by itself made narrower.

    Args:
        make: the method of these widths.
        limits: the widths that constrain nothing, one a place.
        task: the data.
        tried: of all families so far.
    """
    centred = is_off_zero(task)
    kind = type(make(tuple(1 for _ in limits)))
    room = float(task.observed.sum()) / _SPARE

    def fits(widths: Widths) -> bool:
        return make(widths).parameters(task.shape) <= room

    # Too narrow or too wide a model is led astray: the best may lie between two poor ones.
    narrow = [_capped(width, limits) for width in _EQUAL_WIDTHS]
    narrow = [widths for widths in narrow if fits(widths)] or [_capped(1, limits)]
    for widths in narrow:
        yield make(widths, centred=centred)
        # What shows in the best so far, before wider ones: one trial in place of several a width.
        if (best := best_of(tried, kind)) is not None and best.member.method.widths == widths:
            yield from _show(best)
        if _find_shown(tried, kind, limits) is not None:
            break
    best = best_of(tried, kind)
    if best is not None and best.score > POOR:
        for widths in narrow:
            yield make(widths, init_scale=_LARGE, centred=centred)
    for width in _WIDER:
        best, widths = best_of(tried, kind), _capped(width, limits)
        is_wide = best is not None and max(best.member.method.widths) >= width // 2
        if not is_wide or _find_shown(tried, kind, limits) is not None or not fits(widths):
            break
        yield make(widths, centred=centred)
    if (shown := _find_shown(tried, kind, limits)) is not None:
        yield shown
    if (best := best_of(tried, kind)) is not None:
        yield from _show(best)

    # Each place by itself: one wider, or else the least width at which nothing is lost.
    for place, limit in enumerate(limits):
        if (best := best_of(tried, kind)) is None:
            return
        method = best.member.method
        wider = _with_width(method, place, min(method.widths[place] + 1, limit))
        if fits(wider.widths):
            yield wider
        if best_of(tried, kind) is best:
            yield from _narrowed(method, place, tried)
    if (best := best_of(tried, kind)) is not None:
        yield dataclasses.replace(best.member.method, init_scale=_LARGE)
        if not centred:
            yield dataclasses.replace(best.member.method, centred=True)


def _show(candidate: Candidate) -> Iterator[AbstractTensorFactors]:
    """The widths that show in a candidate, unless it is poor or they are its own."""
    shown = candidate.suggested
    if shown is not None and candidate.score <= POOR and shown != candidate.member.method:
        yield shown


def _find_shown(
    tried: Sequence[Candidate], kind: type, limits: Sequence[int]
) -> AbstractTensorFactors | None:
    """The widths that show in the best of those that were wide enough for all that shows.

    Each is less than the width that was tried, or all there can be: wider ones would hold no more.
    """

    def has_room(candidate: Candidate) -> bool:
        method = candidate.member.method
        # Those of other families have other places.
        if not isinstance(method, kind) or candidate.suggested is None or candidate.score > POOR:
            return False
        triples = zip(candidate.suggested.widths, method.widths, limits, strict=True)
        return all(shown < width or width == limit for shown, width, limit in triples)

    best = best_of([candidate for candidate in tried if has_room(candidate)], kind)
    return None if best is None else best.suggested


def is_off_zero(task: Task) -> bool:
    """Whether data are so far from zero, or in units of so many kinds, that they are centred.

    A tensor of low rank less its mean has a rank of one more.
    """
    return bool(task.units.own) or bool(np.any(np.abs(task.units.centre) > _FAR * task.units.scale))


def _with_width(method: AbstractTensorFactors, place: int, width: int) -> AbstractTensorFactors:
    widths = (*method.widths[:place], width, *method.widths[place + 1 :])
    return dataclasses.replace(method, widths=widths)


def _capped(width: int, limits: Sequence[int]) -> Widths:
    return tuple(min(width, limit) for limit in limits)


def _narrowed(
    method: AbstractTensorFactors, place: int, tried: list[Candidate]
) -> Iterator[AbstractTensorFactors]:
    """The least width of a place at which nothing is lost, by halving the interval."""
    low, high = 0, method.widths[place]
    while high - low > 1:
        middle = (low + high) // 2
        narrower = _with_width(method, place, middle)
        least = best_of(tried, type(method))
        assert least is not None
        yield narrower
        found = [c for c in tried if eqx.tree_equal(c.member.method, narrower)]
        if not found:
            return
        if found[0].score <= max(_EQUAL * least.score, EXACT):
            high = middle
        else:
            low = middle
