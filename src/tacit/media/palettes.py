"""Pictures of at most 256 colours, for the formats that have no more."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 256
"""The most colours that a palette has."""


def fits_palette(picture: NDArray[np.uint8]) -> bool:
    """Return whether an RGB picture has no more colours than a palette."""
    return np.unique(_codes(picture)).size <= COLOURS


def with_palette(frame: NDArray[np.uint8], old: NDArray[np.uint8]) -> "Image":
    """Return an RGB picture with a palette that holds all colours of what has not changed.

    The rest of the palette is for the pixels that differ from `old`: their own colours if there is
    room, else the best ones by median cut, to which they are rounded. If what has not changed has
    too many colours itself, everything is rounded.
    """
    from PIL import Image

    codes, changed = _codes(frame), (frame != old).any(axis=-1)
    palette = np.unique(codes)
    if palette.size > COLOURS:
        palette = np.unique(codes[~changed])
        if palette.size > COLOURS:
            changed, palette = np.ones_like(changed), palette[:0]
        fresh = Image.fromarray(frame[changed][None])
        if palette.size < COLOURS:
            drawn = fresh.quantize(COLOURS - palette.size, dither=Image.Dither.NONE)
            palette = np.union1d(palette, _codes(np.asarray(drawn.convert("RGB"))))
        places = np.searchsorted(palette, codes)
        places[changed] = _nearest(fresh, palette)
    else:
        places = np.searchsorted(palette, codes)
    image = Image.fromarray(places.astype(np.uint8))
    image.putpalette(_colours(palette))
    return image


def _nearest(row: "Image", palette: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place in the palette of the colour that is nearest to each pixel of one row."""
    from PIL import Image

    full = Image.new("P", (1, 1))
    full.putpalette(_colours(np.pad(palette, (0, COLOURS - palette.size), mode="edge")))
    places = np.asarray(row.quantize(palette=full, dither=Image.Dither.NONE))[0]
    return np.minimum(places, palette.size - 1).astype(np.int64)


def _colours(palette: NDArray[np.int64]) -> bytes:
    """Return the colours of a palette as bytes of red, green and blue."""
    return np.stack([palette >> 16, palette >> 8, palette], axis=-1).astype(np.uint8).tobytes()


def _codes(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return each colour as one number."""
    return pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
