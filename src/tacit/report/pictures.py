"""The section of a report that shows pictures, or a few frames or slices."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Completion
from tacit.report.markup import figure, image, scale, swipe
from tacit.report.views import View, views

Values = NDArray[np.floating]

_COLOURS = "viridis"
_BRIGHTEST = 99.0
"""Percentile of the standard deviations in the holes at which the colours end: a few far ones would
leave all others dark."""
_WIDE = 640
"""Pixels across beyond which pictures are as wide as the page, one below the other."""
_STOPS = 9
"""Colours of which the strip beside a map is mixed."""


def picture_section(
    completion: Completion, before: Values, truth: Values | None, axes: Sequence[str]
) -> str:
    """Before and after to be swiped, how sure each pixel is, and the truth if it is known.

    Args:
        completion: what `complete` returned.
        before: the data, NaN where missing.
        truth: the complete data, if known.
        axes: what each axis of the data counts.
    """
    low, high = _range(before)
    uncertainty = completion.uncertainty
    if "channel" in axes:
        uncertainty = np.sqrt(np.mean(uncertainty**2, axis=-1))
    brightest = _brightest(uncertainty)

    rows = []
    for view in views(before.shape, axes):
        where = f", {view.name}" if view.name else ""
        shown = [_before_and_after(completion, before, view, where, (low, high))]
        if brightest > 0:
            shown.append(_map(view.of(uncertainty), brightest, where))
        if truth is not None:
            shown.append(figure(f"Truth{where}", image(view.of(truth), low, high)))
        size = "pictures wide" if before.shape[1] > _WIDE else "pictures"
        rows.append(f'<div class="{size}">\n' + "\n".join(shown) + "\n</div>")
    return "\n".join(rows)


def _before_and_after(
    completion: Completion,
    before: Values,
    view: View,
    where: str,
    ends: tuple[float, float],
) -> str:
    # Missing places are shown in a colour that no grey picture has; a colour picture may.
    over, under = (image(view.of(values), *ends) for values in (before, completion.filled))
    m, n = before.shape[:2]
    caption = f"Before (left of the bar) and after (right){where}, {n} × {m} pixels"
    return swipe(caption, over, under)


def _map(uncertainty: Values, brightest: float, where: str) -> str:
    """The standard deviations in colours, a pixel each, with the strip that explains them."""
    from matplotlib import colormaps

    colours = colormaps[_COLOURS]
    drawn = colours(np.clip(uncertainty / brightest, 0, 1))[..., :3]
    drawn[~np.isfinite(uncertainty)] = np.nan
    strip = scale(
        [colours(share)[:3] for share in np.linspace(0, 1, _STOPS)], "0", f"≥ {brightest:.2g}"
    )
    caption = f"Uncertainty: standard deviation of the error, in the data's units{where}"
    return figure(caption, image(drawn, 0.0, 1.0) + strip)


def _brightest(uncertainty: Values) -> float:
    known = uncertainty[np.isfinite(uncertainty) & (uncertainty > 0)]
    return float(np.percentile(known, _BRIGHTEST)) if known.size else 0.0


def _range(values: Values) -> tuple[float, float]:
    seen = values[np.isfinite(values)]
    if seen.min() >= 0 and seen.max() <= 1:
        return 0.0, 1.0
    return float(seen.min()), float(seen.max())
