"""The line that says as what a file was read."""

from collections.abc import Sequence
from typing import Any

from tacit.media._base import AbstractCodec, Stored
from tacit.media.axes import size_in_words, without_channels


def describe(codec: AbstractCodec[Any], stored: Stored[Any], axes: Sequence[str]) -> str:
    """Return the format, the size, the type of the numbers, and how they were found, in one line.

    Args:
        codec: the format.
        stored: what was read.
        axes: of its pixels, by name.
    """
    pixels = stored.pixels
    counted = without_channels(axes)
    size = size_in_words(counted, pixels.shape[: len(counted)])
    if codec.kind == "picture":
        colour = "colour" if "channel" in axes else "grey"
        opacity = " with opacity" if stored.alpha is not None else ""
        sort = f"{colour}{opacity}, {pixels.dtype.newbyteorder('=')}"
    else:
        sort = "readings" if codec.options & {"--columns"} else str(pixels.dtype.newbyteorder("="))
    first = (
        f"{codec.name}, {size} of {sort}"
        if codec.kind == "array"
        else (f"{codec.name}, {size}, {sort}")
    )
    turned = [f"turned when shown (Exif orientation {stored.orientation})"]
    return "; ".join([first, *turned * (stored.orientation != 1), *stored.details])
