"""From what a TIFF page stores to grey or RGB with an opacity, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.colours import (
    INKS_NOTE,
    PALETTE_NOTE,
    divide_by_opacity,
    from_inks,
    multiply_by_opacity,
    palette_table,
)
from tacit.media.errors import MediaError
from tacit.media.pages import SEPARATE, name_of, page_samples
from tacit.media.raster import full_scale, join_alpha, split_alpha

if TYPE_CHECKING:
    from tifffile import TiffPage

_WHITE_IS_ZERO = 0
_INKS = 4
_MULTIPLIED = (1,)
"""How an opacity is marked by which the colours are already multiplied."""


@final
class PagePicture(NamedTuple):
    """Grey or RGB with its opacity, and how it was found where that is not as it is stored."""

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None
    details: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def page_pictures(file: Path, pages: Sequence["TiffPage"]) -> list[PagePicture]:
    """Return what the pages show.

    Args:
        file: named in messages.
        pages: that `usable_pages` returned.

    Raises:
        MediaError: Colours are multiplied by an opacity that they cannot be divided by.
    """
    tables = [palette_table(page.colormap) for page in pages if page.colormap is not None]
    deep = any(table.dtype == np.uint16 for table in tables)
    return [_picture(file, page, deep) for page in pages]


def page_stored(
    pixels: NDArray[Any], alpha: NDArray[Any] | None, options: Mapping[str, Any]
) -> NDArray[Any]:
    """Return what a page stores of a picture: the inverse of `page_pictures`, but always RGB.

    Args:
        pixels: grey or RGB.
        alpha: the opacity.
        options: `page_options` of the page that was read.
    """
    if alpha is not None and options["extrasamples"] == _MULTIPLIED and pixels.dtype.kind == "u":
        pixels = multiply_by_opacity(pixels, alpha)
    if options["photometric"] == _WHITE_IS_ZERO:
        pixels = ~pixels
    samples = join_alpha(pixels, alpha)
    if options["planarconfig"] == SEPARATE:
        samples = np.ascontiguousarray(np.moveaxis(samples, -1, 0))
    return samples


def _picture(file: Path, page: "TiffPage", deep: bool) -> PagePicture:
    """Return what a page shows; with `deep`, palettes have 16 bits."""
    samples, kind = page_samples(page), name_of(page.photometric)
    if kind == "PALETTE" and page.colormap is not None:
        table = palette_table(page.colormap)
        if deep and table.dtype == np.uint8:
            table = table.astype(np.uint16) * 257
        return PagePicture(table[samples], None, ("colours of a palette",), (PALETTE_NOTE,))
    if kind == "SEPARATED":
        inks, alpha = samples[..., :_INKS], samples[..., _INKS:]
        pixels, how = from_inks(inks, page.iccprofile)
        picture = PagePicture(pixels, alpha[..., 0] if alpha.size else None, (how,), (INKS_NOTE,))
    else:
        picture = PagePicture(*split_alpha(samples))
    if kind == "MINISWHITE":
        how = "stored with white as 0, and read as shown, with black as 0"
        picture = picture._replace(pixels=~picture.pixels, details=(how,))
    if picture.alpha is not None and page.extrasamples == _MULTIPLIED:
        return _divided(file, picture)
    return picture


def _divided(file: Path, picture: PagePicture) -> PagePicture:
    """Return a picture whose colours are divided by its opacity, if that is more than none or full.

    Raises:
        MediaError: They are not whole numbers of at most the opacity.
    """
    colours, alpha = picture.pixels, picture.alpha
    assert alpha is not None
    half = (alpha > 0) & (alpha < full_scale(alpha.dtype))
    if not half.any():
        return picture
    opacity = alpha if colours.ndim == alpha.ndim else alpha[..., None]
    if colours.dtype.kind != "u" or (colours > opacity)[half].any():
        raise MediaError(
            f"{file} marks its colours as multiplied by their opacity (associated alpha), which "
            f"{colours.dtype} colours here cannot be divided by: save it with unassociated alpha"
        )
    how = "colours divided by their opacity (associated alpha)"
    return picture._replace(
        pixels=divide_by_opacity(colours, alpha), details=(*picture.details, how)
    )
