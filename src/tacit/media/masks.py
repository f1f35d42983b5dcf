"""A mask file: which of its values mark what is missing, and what to tell the user about it."""

from pathlib import Path
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import Stored
from tacit.media.axes import name_axes
from tacit.media.errors import MediaError
from tacit.media.formats import decode
from tacit.media.wording import percent

_MOSTLY = 0.9
"""Share of what is marked from which a mask may well be meant the other way round."""


@final
class Marking(NamedTuple):
    """How the values of a mask are read.

    Attributes:
        threshold: A place is missing where the mask is above this, in the mask's own numbers. By
            default whatever is not zero where there are but two values, 0 and another; with greys
            in between, half of the full scale.
        invert: Whether the mask marks what is known instead.
    """

    threshold: float | None = None
    invert: bool = False


@final
class Mask(NamedTuple):
    """What a mask file marks, in its own size, remarks on how it was read, and its Exif tag."""

    missing: NDArray[np.bool_]
    notes: tuple[str, ...]
    orientation: int


def read_mask(file: Path, marking: Marking) -> Mask:
    """Read a mask: a picture, a film or an array.

    Where a mask has colours, the largest channel counts. Opacity scales it: what is fully
    transparent counts as zero.

    Args:
        file: The mask.
        marking: How its values are read.

    Raises:
        MediaError: The file cannot be read, has blanks of its own, or has values of which it is not
            clear what they mean.
    """
    codec, stored = decode(file)
    axes = name_axes(codec.kind, stored)
    if np.isnan(stored.pixels).any():
        raise MediaError(f"{file}: the mask has blanks or NaN: give 0 or 1 at every place")

    values = _strength(stored, axes)
    threshold = marking.threshold
    if threshold is None:
        threshold = _threshold(file, values, _full_scale(stored.pixels))
    missing = values > threshold
    notes = [f"the mask {file.name}: {how}" for how in stored.details if codec.kind == "picture"]
    if marking.threshold is None:
        notes += _on_greys(file, values, threshold, stored)

    if marking.invert:
        missing = ~missing
    if not missing.any():
        notes.append(f"the mask {file.name} marks nothing as missing")
    elif missing.mean() >= _MOSTLY:
        notes.append(
            f"the mask {file.name} marks {percent(missing.mean())} as missing: if it is meant the "
            f"other way round, {'leave out' if marking.invert else 'use'} --mask-invert"
        )
    return Mask(missing, tuple(notes), stored.orientation)


def _strength(stored: Stored[Any], axes: tuple[str, ...]) -> NDArray[np.float64]:
    """Return one number a place: the largest channel, scaled by the opacity."""
    values = np.abs(stored.pixels.astype(np.float64))
    if "channel" in axes:
        values = values.max(axis=-1)
    return values if stored.alpha is None else values * (stored.alpha / stored.unit)


def _full_scale(values: NDArray[Any]) -> float | None:
    """Return the number that means "fully marked": 255 of bytes, 1 of fractions, else unknown."""
    if values.dtype.kind == "u":
        return float(np.iinfo(values.dtype).max)
    fractions = values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1
    return 1.0 if fractions or values.dtype.kind == "b" else None


def _threshold(file: Path, values: NDArray[np.float64], scale: float | None) -> float:
    """Return what parts marked from unmarked places, where the values leave no doubt.

    Raises:
        MediaError: There are several values above zero, and none of them is near the full scale.
    """
    levels = np.unique(values)
    above = levels[levels > 0]
    if len(above) < 2:
        return 0.0
    # Soft edges, and what a lossy format leaves around them, lie between 0 and full: half of it
    # keeps a hole the size that it was painted.
    if scale is not None and above[-1] > scale / 2:
        return scale / 2
    of = "" if scale is None else f", where {scale:g} is full"
    raise MediaError(
        f"{file}: the mask has {len(levels)} different values from {levels[0]:g} to "
        f"{levels[-1]:g}{of}, and it is not clear which of them mean missing: set the value above "
        "which a place is missing with --mask-threshold (0 for everything that is not zero)"
    )


def _on_greys(
    file: Path, values: NDArray[np.float64], threshold: float, stored: Stored[Any]
) -> list[str]:
    """Return the note on values between unmarked and fully marked, if there are any."""
    if threshold == 0:
        return []
    why = " (a lossy format leaves them)" if stored.lossy else ""
    return [
        f"the mask {file.name} has greys{why}: values above {threshold:g} count as missing "
        f"({percent((values > threshold).mean())} of it); --mask-threshold 0 would make it "
        f"{percent((values > 0).mean())}"
    ]
