"""TIFF pictures of whole or floating-point numbers."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.location import Location
from tacit.media.orientation import TAG
from tacit.media.page_colours import page_pictures, page_stored
from tacit.media.pages import lost_compression, page_options, usable_pages
from tacit.media.pyramids import count_sizes
from tacit.media.raster import full_scale
from tacit.media.reading import Reading

_UNCOMPRESSED = 1
_ON_FIRST = ("description", "extratags", "software")


@final
@dataclass(frozen=True, eq=False)
class Document:
    """The arguments of `TiffWriter`, and those of its `write` for each page."""

    file: Mapping[str, Any]
    pages: tuple[Mapping[str, Any], ...]


@final
class Tiff(AbstractCodec[Document]):
    """Read and write TIFF through tifffile; several pages are the frames of a film.

    Unsigned whole numbers are scaled to [0, 1]; signed and floating-point ones are taken as they
    are. CMYK and palettes are read and written as RGB. Black is 0 and colours are not multiplied by
    their opacity, whatever the file stores, but they are written as it stores them. Kept are the
    sample type, channels, opacity, byte order, arrangement (tiles, planes), lossless compression,
    colour profile, resolution, description and place on the Earth, page by page; a lossy
    compression becomes lossless, and a note says so. Smaller copies of the picture, as pyramids
    have them, are passed over and not written, which is said. Exif blocks are not kept.
    """

    name: ClassVar[str] = "TIFF"
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff")
    signatures: ClassVar[tuple[bytes, ...]] = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Document]:
        """Read all pages and the options that will write them alike."""
        from tifffile import TiffFile

        with _quiet(), TiffFile(location.file) as file:
            pages = usable_pages(location.file, file)
            pictures = page_pictures(location.file, pages)
            replaced = sorted({name for name in map(lost_compression, pages) if name is not None})
            sizes = count_sizes(file)
            tag = pages[0].tags.get(TAG)
            options = {"byteorder": file.byteorder, "bigtiff": file.is_bigtiff}
            layout = Document(options, tuple(page_options(page) for page in pages))
        film = len(pages) > 1
        alphas = [picture.alpha for picture in pictures if picture.alpha is not None]
        if film:
            pixels = np.stack([picture.pixels for picture in pictures], axis=2)
            alpha = np.stack(alphas, axis=2) if alphas else None
        else:
            pixels, alpha = pictures[0].pixels, pictures[0].alpha
        notes = [note for picture in pictures for note in picture.notes]
        details = [detail for picture in pictures for detail in picture.details]
        if sizes > 1:
            details.append(f"the largest of {sizes} sizes in the file")
            notes.append(f"the smaller copies in {location.file.name} are not written again")
        if replaced:
            notes.append(f"the TIFF's {' and '.join(replaced)} compression is replaced by deflate")
        return Stored(
            pixels,
            layout=layout,
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            notes=tuple(dict.fromkeys(notes)),
            film=film,
            details=tuple(dict.fromkeys(details)),
            orientation=1 if tag is None else int(tag.value),
        )

    def encode(
        self,
        stored: Stored[Document],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the samples with the options of the file that was read."""
        from tifffile import TiffWriter

        pages = []
        for place, options in enumerate(stored.layout.pages):
            here = (slice(None), slice(None), place) if stored.film else ()
            opacity = None if alpha is None else alpha[here]
            pages.append(page_stored(pixels[here], opacity, options))
        with TiffWriter(path, **stored.layout.file) as writer:
            if stored.film and _in_one_piece(stored.layout.pages):
                writer.write(np.stack(pages), **stored.layout.pages[0])
                return
            for samples, options in zip(pages, stored.layout.pages, strict=True):
                writer.write(samples, **options)


def _in_one_piece(pages: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether pages that are not compressed can lie one behind the other, tagged alike.

    A description by ImageJ or tifffile in the first page promises that they do.
    """
    first = pages[0]
    return first["compression"] == _UNCOMPRESSED and all(
        page[key] == value or (key in _ON_FIRST and not page[key])
        for page in pages
        for key, value in first.items()
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep tifffile's log of a damaged file off the screen; the exception says it as well."""
    logger = logging.getLogger("tifffile")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
