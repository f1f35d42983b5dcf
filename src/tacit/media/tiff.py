"""TIFF pictures of whole or floating-point numbers."""

import enum
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.raster import check_single, check_size, full_scale, join_alpha, split_alpha

if TYPE_CHECKING:
    from tifffile import TiffPage, TiffTag

_PHOTOMETRIC = ("MINISWHITE", "MINISBLACK", "RGB")
_LOSSLESS = ("NONE", "LZW", "ADOBE_DEFLATE", "DEFLATE", "PACKBITS", "LZMA", "ZSTD")
_SEPARATE = 2
# orientation, date, artist, XMP, copyright, and where on the Earth the pixels lie (GeoTIFF)
_KEPT_TAGS = (274, 306, 315, 700, 33432, 33550, 33922, 34264, 34735, 34736, 34737)


@final
class Tiff(AbstractCodec[Mapping[str, Any]]):
    """Read and write one page of grey or RGB TIFF through tifffile.

    Unsigned whole numbers are scaled to [0, 1]; signed and floating-point ones are taken as they
    are. Written are the sample type, channels, opacity, byte order, arrangement (tiles, planes),
    lossless compression, colour profile, resolution, description and place on the Earth that were
    read; a lossy compression becomes lossless, and a note says so. Exif blocks are not kept.
    """

    name: ClassVar[str] = "TIFF"
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff")
    signatures: ClassVar[tuple[bytes, ...]] = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location) -> Stored[Mapping[str, Any]]:
        """Read the only page and the options that will write it alike."""
        from tifffile import TiffFile, TiffPage

        with _quiet(), TiffFile(location.file) as file:
            check_single(location.file, len(file.pages))
            page = file.pages.first
            if not isinstance(page, TiffPage):
                raise MediaError(f"{location.file}: has no full picture in it: save it again")
            check_size(location.file, page.imagewidth, page.imagelength)
            trouble = _unsupported(page)
            if trouble is not None:
                raise MediaError(f"{location.file}: {trouble}")
            samples = page.asarray()
            layout = _options(page) | {"byteorder": file.byteorder}
            lossless = _name(page.compression) in _LOSSLESS
        if page.planarconfig == _SEPARATE and samples.ndim == 3:
            samples = np.moveaxis(samples, 0, -1)
        pixels, alpha = split_alpha(samples)
        note = f"the TIFF's {_name(page.compression)} compression is replaced by deflate"
        return Stored(
            pixels,
            layout=layout,
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            notes=() if lossless else (note,),
        )

    def encode(
        self,
        stored: Stored[Mapping[str, Any]],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        stream: IO[bytes],
    ) -> None:
        """Write the samples with the options of the file that was read."""
        from tifffile import TiffWriter

        options = dict(stored.layout)
        samples = join_alpha(pixels, alpha)
        if options["planarconfig"] == _SEPARATE:
            samples = np.ascontiguousarray(np.moveaxis(samples, -1, 0))
        with TiffWriter(stream, byteorder=options.pop("byteorder")) as writer:
            writer.write(samples, **options)


def _unsupported(page: "TiffPage") -> str | None:
    """Return why a page is not a grey or RGB picture with at most an opacity, or None."""
    jpeg = _name(page.photometric) == "YCBCR" and _name(page.compression) == "JPEG"
    if not jpeg and _name(page.photometric) not in _PHOTOMETRIC:
        return f"its colours are {_name(page.photometric)}: convert it to RGB first"
    if page.imagedepth > 1:
        return "is a volume: save one slice of it"
    colours = 1 if _name(page.photometric).startswith("MINIS") else 3
    if page.samplesperpixel > colours + 1:
        return f"has {page.samplesperpixel} channels: save the grey, or the red, green and blue"
    if page.samplesperpixel > colours and 0 in (page.extrasamples or (0,)):
        return "has a channel beyond its colours that is not marked as opacity: remove it"
    if page.dtype is None or page.bitspersample not in (1, 8, 16, 32, 64):
        return f"has {page.bitspersample} bits a channel: convert it to 8 or 16 bits first"
    return None


def _options(page: "TiffPage") -> dict[str, Any]:
    """Return the arguments of `TiffWriter.write` that write a page like this one."""
    lossless = _name(page.compression) in _LOSSLESS
    tags = [page.tags[code] for code in _KEPT_TAGS if code in page.tags]
    return {
        "photometric": "rgb" if _name(page.photometric) == "YCBCR" else page.photometric,
        "planarconfig": page.planarconfig if page.samplesperpixel > 1 else None,
        "extrasamples": page.extrasamples or None,
        "compression": page.compression if lossless else "adobe_deflate",
        "predictor": page.predictor if lossless and page.predictor > 1 else None,
        "tile": (page.tilelength, page.tilewidth) if page.is_tiled else None,
        "resolution": page.resolution if "XResolution" in page.tags else None,
        "resolutionunit": page.resolutionunit if "XResolution" in page.tags else None,
        "iccprofile": page.iccprofile,
        "description": page.description.encode() or None,
        "software": page.software.encode() or False,
        "metadata": None,
        "extratags": [_copy(tag) for tag in tags],
    }


def _copy(tag: "TiffTag") -> tuple[int, int, int, Any, bool]:
    """Return a tag as `TiffWriter.write` takes it, with text as UTF-8 rather than ASCII alone."""
    value, count = tag.value, tag.count
    if isinstance(value, str):
        value = value.encode() + b"\0"
        count = len(value)
    return tag.code, tag.dtype, count, value, True


def _name(code: int) -> str:
    """Return the name of a TIFF constant, or its number if tifffile has no name for it."""
    return code.name if isinstance(code, enum.IntEnum) else f"code {code}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep tifffile's log of a damaged file off the screen; the exception says it as well."""
    logger = logging.getLogger("tifffile")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
