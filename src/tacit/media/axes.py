"""The names of the axes of what is read."""

from collections.abc import Sequence
from typing import Any, Literal

from tacit.media._base import Stored

_WORDS = {"row": "rows", "column": "columns", "frame": "frames", "slice": "slices"}


def name_axes(kind: Literal["picture", "array"], stored: Stored[Any]) -> tuple[str, ...]:
    """Return what each axis of the stored numbers counts.

    Rows and columns come first. Then, of a film, `frame`, and of what has colours, `channel`; of an
    array, every further axis is a `slice`.
    """
    further = stored.pixels.ndim - 2
    if kind == "array":
        return ("row", "column", *("slice",) * further)
    return ("row", "column", *("frame",) * stored.film, *("channel",) * (further - stored.film))


def without_channels(axes: Sequence[str]) -> tuple[str, ...]:
    """Return the axes of the mask: those of the values, but for the colours."""
    return tuple(axis for axis in axes if axis != "channel")


def size_in_words(axes: Sequence[str], shape: Sequence[int]) -> str:
    """Return a shape with the names of its axes, as `5 rows × 6 columns × 4 frames`."""
    return " × ".join(f"{size} {_WORDS[axis]}" for axis, size in zip(axes, shape, strict=True))
