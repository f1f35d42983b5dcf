"""Pictures that an Exif tag turns when they are shown, and masks that lie over them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

TAG = 0x0112
"""The Exif tag, which is a TIFF tag as well: 1 for a picture that is shown as it is stored."""

Pixels = NDArray[Any]
_TURNS: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: np.swapaxes(stored, 0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.swapaxes(stored[::-1, ::-1], 0, 1),
    8: lambda stored: np.rot90(stored, 1),
}
"""From a picture as it is stored to what viewers show."""
_BACK = {6: 8, 8: 6}
"""The turns that are not their own inverse."""


def shown(stored: Pixels, orientation: int) -> Pixels:
    """Return a picture as viewers show it.

    Args:
        stored: `(m, n, ...)`.
        orientation: The value of the Exif tag.
    """
    return _TURNS[orientation](stored) if orientation in _TURNS else stored


def as_stored(picture: Pixels, orientation: int) -> Pixels:
    """Return a picture that is given as viewers show it as it is stored: the inverse of `shown`.

    Args:
        picture: `(m, n, ...)`.
        orientation: The value of the Exif tag.
    """
    return shown(picture, _BACK.get(orientation, orientation))


def lay_over(
    mask: Pixels, own: int, size: tuple[int, ...], orientation: int
) -> tuple[Pixels, str | None]:
    """Return a mask in the layout of the stored picture, and how it was laid over it, if that asks.

    A mask with the tag of the picture is turned as the picture is. Another was painted over what
    viewers show, unless only the stored picture has its size.

    Args:
        mask: `(m, n, ...)` as it is stored.
        own: The mask's Exif tag.
        size: Rows and columns of the picture as it is stored.
        orientation: The picture's Exif tag.
    """
    if own == orientation:
        return mask, None
    turned = as_stored(shown(mask, own), orientation)
    if turned.shape[:2] == size:
        return turned, "over the picture as viewers show it"
    if mask.shape[:2] == size:
        return mask, "by its size over the picture as it is stored"
    return mask, None
