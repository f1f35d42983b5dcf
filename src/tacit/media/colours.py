"""Colours that are not stored as red, green and blue: inks, palettes, and products with opacity."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

INKS_NOTE = "the CMYK picture is written as RGB, without its colour profile"
"""What is said of writing a picture that `from_inks` has turned."""
PALETTE_NOTE = "the palette picture is written as RGB"
"""What is said of writing a picture that had a palette."""
_INTENT = 1
"""Relative colorimetric: white stays white, and what the screen has is exact."""


def from_inks(inks: NDArray[Any], profile: bytes | None) -> tuple[NDArray[Any], str]:
    """Return red, green and blue for cyan, magenta, yellow and black, and how they were found.

    A colour profile says what the inks look like. Without one, each colour is (1 − its ink)
    (1 − black), as programs show such pictures that manage no colours.

    Args:
        inks: `(..., 4)`, unsigned of 8 or 16 bits; the largest number is full ink.
        profile: The picture's ICC profile.
    """
    if profile is not None:
        import imagecodecs

        srgb = imagecodecs.cms_profile("srgb")
        try:
            return imagecodecs.cms_transform(
                np.ascontiguousarray(inks),
                profile,
                srgb,
                colorspace="cmyk",
                outcolorspace="rgb",
                intent=_INTENT,
            ), "CMYK inks turned into RGB by its colour profile"
        except imagecodecs.CmsError:
            pass
    paper = float(np.iinfo(inks.dtype).max) - inks
    rgb = np.rint(paper[..., :3] * paper[..., 3:] / np.iinfo(inks.dtype).max).astype(inks.dtype)
    why = "has no colour profile" if profile is None else "has a colour profile of no use"
    return rgb, f"CMYK inks turned into RGB by the plain formula, for it {why}"


def palette_table(table: NDArray[np.uint16]) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return the colours of a TIFF palette, `(n, 3)`: bytes if the 16 bits of each are none more.

    A byte b stands there as 257 b; some programs write 256 b, and some b itself.

    Args:
        table: `(3, n)`.
    """
    colours = np.ascontiguousarray(table.T)
    if (colours < 256).all():
        return colours.astype(np.uint8)
    high, low = colours >> 8, colours & 255
    return high.astype(np.uint8) if (low == high).all() or not low.any() else colours


def divide_by_opacity(colours: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Return the colours whose rounded products with their opacity are stored; 0 where it is 0.

    `multiply_by_opacity` gives back exactly what was stored, if no colour is above its opacity.

    Args:
        colours: `(...)` or `(..., 3)`, unsigned.
        alpha: `(...)`, of the same type.
    """
    opacity = _along(alpha, colours)
    full = float(np.iinfo(colours.dtype).max)
    divided = np.rint(colours * full / np.maximum(opacity, 1))
    return np.where(opacity > 0, np.minimum(divided, full), 0).astype(colours.dtype)


def multiply_by_opacity(colours: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Return the rounded products of colours and their opacity: the inverse of the division."""
    full = float(np.iinfo(colours.dtype).max)
    return np.rint(colours * (_along(alpha, colours) / full)).astype(colours.dtype)


def _along(alpha: NDArray[Any], colours: NDArray[Any]) -> NDArray[Any]:
    """Return the opacity with an axis for the colours, if these have one."""
    return alpha if alpha.ndim == colours.ndim else alpha[..., None]
