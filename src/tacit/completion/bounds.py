"""Fills that stay within what the data make plausible, and within the bounds that they keep."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Bounds = Literal["auto"] | None | tuple[float | int | None, float | int | None]

_BEYOND = 0.5
"""How far a fill may lie outside of what was seen, in ranges of what was seen."""
_ATOM = 0.01
"""Share of the entries of a slice that stand exactly at its end, from which that is a bound."""


def check_bounds(bounds: Bounds, data: Values, observed: Mask) -> None:
    """Refuse bounds that are none, or that the data break.

    Args:
        bounds: as in `complete`.
        data: with anything in its holes.
        observed: where there are none.

    Raises:
        ValueError: if they are no pair of numbers in order, or an observed entry lies outside.
    """
    if bounds is None or bounds == "auto":
        return
    if isinstance(bounds, str) or len(bounds) != 2:
        raise ValueError(f"bounds: 'auto', None or a pair (lowest, highest), not {bounds!r}")
    low, high = _numbers(bounds)
    if not low < high:
        raise ValueError(f"bounds: the lowest, {low:g}, must be below the highest, {high:g}")
    seen = data[observed]
    outside = int(((seen < low) | (seen > high)).sum())
    if outside:
        raise ValueError(
            f"bounds: {outside} observed entries lie outside of {low:g} to {high:g}; observed are "
            f"{seen.min():g} to {seen.max():g}"
        )


def keep_plausible(
    answer: Values, data: Values, observed: Mask, own: Sequence[int], bounds: Bounds
) -> tuple[Values, int]:
    """The answer drawn into its bounds, and the number of fills that were drawn in.

    Nothing leaves the range of what was seen, slice by slice of the axes `own`, by more than half
    of it. With `"auto"` a slice without negative entries is filled without any, and an end of the
    range at which at least one in a hundred entries stands, such as 0 and 16 of grey levels, is a
    bound.

    Args:
        answer: in data units.
        data: what stands in holes is ignored.
        observed: where it was seen.
        own: axes whose slices have units of their own.
        bounds: `"auto"`, None for no more than plausibility, or the lowest and the highest value,
            of which one may be None.
    """
    others = tuple(axis for axis in range(data.ndim) if axis not in own)
    least = data.min(axis=others, keepdims=True, initial=np.inf, where=observed)
    most = data.max(axis=others, keepdims=True, initial=-np.inf, where=observed)
    # Slices of which nothing is seen have the ends of all.
    least, most = (
        np.where(np.isfinite(least), least, least.min()),
        np.where(np.isfinite(most), most, most.max()),
    )
    reach = _BEYOND * (most - least)
    low, high = least - reach, most + reach
    if bounds == "auto":
        count = np.maximum(observed.sum(axis=others, keepdims=True), 1)
        at_least, at_most = (
            (observed & (data == end)).sum(axis=others, keepdims=True)
            > np.maximum(_ATOM * count, 2)
            for end in (least, most)
        )
        low = np.where(at_least, least, np.where(least >= 0, np.maximum(low, 0), low))
        high = np.where(at_most, most, high)
    elif bounds is not None:
        assert not isinstance(bounds, str)
        given_low, given_high = _numbers(bounds)
        low, high = np.maximum(low, given_low), np.minimum(high, given_high)
    kept = np.clip(answer, low, high)
    return kept, int(((kept != answer) & ~observed).sum())


def _numbers(bounds: tuple[float | int | None, float | int | None]) -> tuple[float, float]:
    low, high = bounds
    return -np.inf if low is None else float(low), np.inf if high is None else float(high)
