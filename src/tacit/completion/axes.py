"""What the axes of the data are, and what follows from it."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

Axis = Literal[
    "row", "column", "frame", "time", "colour", "channel", "feature", "sample", "item", None
]
"""What an axis counts. Along `row`, `column`, `frame` and `time` neighbours are alike. The slices
of `channel` and `feature` each have a unit of their own; `colour` has one for all. `sample` and
`item` have neither order nor unit. Of None it is found out."""
Kind = Literal["auto", "picture", "film", "cube", "table", "series"]

ORDERED = ("row", "column", "frame", "time")
OWN_UNIT = ("channel", "feature")

_COLOURS = (3, 4)
"""Lengths that a last axis of colours may have."""
_CHANNELS = 4
"""Unknown axes of at most this many entries are channels: neighbours along them are not alike."""
_ALIKE = 0.5
"""Neighbours whose mean square difference is below this share of that of any two are alike."""
_PAIRS = 1 << 18
"""Pairs of entries that are compared along an axis."""
_OUTLYING = 0.99
"""Quantile of the squared differences beyond which they count as that far."""


def name_axes(
    shape: Sequence[int], kind: Kind = "auto", axes: Sequence[Axis] | None = None
) -> tuple[Axis, ...]:
    """The name of every axis, from what was said of them.

    Args:
        shape: of the data.
        kind: `picture` (rows, columns, perhaps colours), `film` (rows, columns, frames, perhaps
            colours), `series` (a single one, or items by time; of more axes the last two are
            ordered in time), `table` (rows in no order, columns whose units are found out), `cube`
            or `auto` (all is found out).
        axes: their names; then `kind` says nothing.

    Raises:
        ValueError: if a name is unknown, there are not as many names as axes, or the shape is none
            of that kind.
    """
    order = len(shape)
    if axes is not None:
        return _checked(tuple(axes), order)
    if kind not in get_args(Kind):
        raise ValueError(f"kind: one of {', '.join(get_args(Kind))} is needed, not {kind!r}")

    names: dict[Kind, tuple[Axis, ...]] = {
        "picture": ("row", "column"),
        "film": ("row", "column", "frame"),
        "table": (None, None),
    }
    if kind == "series":
        times = min(max(order - 1, 1), 2)
        names["series"] = tuple("time" if at >= order - times else "item" for at in range(order))
    if kind not in names:
        return (None,) * order
    found = names[kind]
    if kind in ("picture", "film") and order == len(found) + 1 and shape[-1] in _COLOURS:
        found = (*found, "colour")
    if len(found) != order:
        raise ValueError(
            f"kind: data of shape {tuple(shape)} are no {kind}; say with axes what its axes are"
        )
    return found


def _checked(axes: tuple[Axis, ...], order: int) -> tuple[Axis, ...]:
    for axis in axes:
        if axis is not None and axis not in get_args(Axis):
            known = ", ".join(name for name in get_args(Axis) if name)
            raise ValueError(f"axes: {axis!r} is none of {known}, None")
    if len(axes) != order:
        raise ValueError(
            f"axes: {len(axes)} names are given for data of {order} axes; give one for each"
        )
    return axes


def ordered_axes(axes: Sequence[Axis], inner: Values, observed: Mask) -> tuple[int, ...]:
    """The axes along which neighbours are alike: those that say so, and those found to be so.

    Args:
        axes: their names.
        inner: the data in inner units.
        observed: where they are seen.
    """
    return tuple(
        number
        for number, axis in enumerate(axes)
        if axis in ORDERED
        or (axis is None and inner.shape[number] > _CHANNELS and _alike(inner, observed, number))
    )


def _alike(inner: Values, observed: Mask, axis: int) -> bool:
    """Whether neighbours differ by much less than any two entries along the axis.

    The mean square differences are compared on observed pairs, outliers drawn in; they differ by
    more than chance where the bound is passed by two standard errors.
    """
    length = inner.shape[axis]
    values = np.moveaxis(inner, axis, -1).reshape(-1, length)
    seen = np.moveaxis(observed, axis, -1).reshape(-1, length)
    if len(values) > (lines := max(1, _PAIRS // length)):
        chosen = np.linspace(0, len(values) - 1, lines).round().astype(int)
        values, seen = values[chosen], seen[chosen]
    # Any two: each entry with those a golden section away, so that no period of the data is met.
    shift = max(2, round(0.382 * length))
    near = _differences(values, seen, 1)
    far = _differences(values, seen, shift)
    if near.size < 8 or far.size < 8:
        return False
    limit = max(np.quantile(far, _OUTLYING), np.finfo(float).tiny)
    near, far = np.minimum(near, limit), np.minimum(far, limit)
    error = near.std() / np.sqrt(near.size) + _ALIKE * far.std() / np.sqrt(far.size)
    return bool(near.mean() + 2 * error < _ALIKE * far.mean())


def _differences(values: Values, seen: Mask, shift: int) -> Values:
    """Squares of the differences of observed entries that are `shift` apart, without wrapping."""
    both = seen[:, shift:] & seen[:, :-shift]
    return ((values[:, shift:] - values[:, :-shift]) ** 2)[both]
