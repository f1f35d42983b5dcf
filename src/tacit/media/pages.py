"""The pages of a TIFF file: which of them can be used, and what writes a page alike."""

import enum
import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.memory import check_memory
from tacit.media.pyramids import full_pages
from tacit.media.raster import check_size

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffFrame, TiffPage, TiffTag

SEPARATE = 2
"""The arrangement in which each channel is a plane of its own."""

_CHANNELS = {"MINISWHITE": 1, "MINISBLACK": 1, "PALETTE": 1, "RGB": 3, "YCBCR": 3, "SEPARATED": 4}
"""The kinds of colours that can be read, and how many channels each has without its opacity."""
_BITS = {"PALETTE": (1, 2, 4, 8, 16), "SEPARATED": (8, 16)}
_CMYK = 1
"""The set of inks that consists of cyan, magenta, yellow and black."""
_LOSSLESS = ("NONE", "LZW", "ADOBE_DEFLATE", "DEFLATE", "PACKBITS", "LZMA", "ZSTD")
# orientation, date, artist, XMP, copyright, and where on the Earth the pixels lie (GeoTIFF)
_KEPT_TAGS = (274, 306, 315, 700, 33432, 33550, 33922, 34264, 34735, 34736, 34737)


def usable_pages(path: Path, file: "TiffFile") -> list["TiffPage"]:
    """Return the pages, all of them whole pictures of one size and type that fit into memory.

    Smaller copies of them are passed over.

    Raises:
        MediaError: They are not, or are too many or too large, or some are not there.
    """
    pages = []
    for number, page in full_pages(path, file):
        check_size(path, page.imagewidth, page.imagelength)
        trouble = _unsupported(page)
        if trouble is not None:
            raise MediaError(f"{path}: {trouble}")
        if pages and _sort(page) != _sort(pages[0]):
            raise MediaError(
                f"{path}: page {number} holds {_sort(page)}, but the first {_sort(pages[0])}: "
                "give all pages the same size, depth and channels"
            )
        pages.append(page)
    if not pages or _next_page(file, file.pages[-1]) != 0:
        raise MediaError(f"{path} was cut short: save or download it again")
    described = len(pages) == 1 and (file.is_imagej or file.is_shaped)
    if described and math.prod(file.series[0].shape) > math.prod(pages[0].shape):
        raise MediaError(
            f"{path} holds more pictures than pages, as ImageJ does: save it with a page for each"
        )
    if len(pages) > 1:
        check_memory(path, (*pages[0].shape, len(pages)))
    return pages


def _next_page(file: "TiffFile", page: "TiffPage | TiffFrame") -> int:
    """Return where the page after this one begins, or 0; tifffile stops in silence if it is not."""
    layout = file.tiff
    file.filehandle.seek(page.offset)
    count = struct.unpack(layout.tagnoformat, file.filehandle.read(layout.tagnosize))[0]
    file.filehandle.seek(page.offset + layout.tagnosize + count * layout.tagsize)
    return struct.unpack(layout.offsetformat, file.filehandle.read(layout.offsetsize))[0]


def page_samples(page: "TiffPage") -> NDArray[Any]:
    """Return the samples of a page with the channels last."""
    samples = page.asarray()
    if page.planarconfig == SEPARATE and samples.ndim == 3:
        samples = np.moveaxis(samples, 0, -1)
    return samples


def _sort(page: "TiffPage") -> str:
    """Return the shape, the colours and the type of a page in words."""
    kind = name_of(page.photometric)
    colours = " by a palette" if kind == "PALETTE" else {4: " in CMYK"}.get(_CHANNELS[kind], "")
    return f"{' × '.join(map(str, page.shape))} of {page.dtype}{colours}"


def _unsupported(page: "TiffPage") -> str | None:
    """Return why a page is not a picture of known colours with at most an opacity, or None."""
    kind = name_of(page.photometric)
    if kind not in _CHANNELS or (kind == "YCBCR" and name_of(page.compression) != "JPEG"):
        return f"its colours are {kind}: convert it to RGB first"
    if kind == "SEPARATED" and not _has_plain_inks(page):
        return "its inks are not 0 to full of cyan, magenta, yellow and black: convert it to RGB"
    if kind == "PALETTE" and page.colormap is None:
        return "has no palette: save it again"
    if page.imagedepth > 1:
        return "is a volume: save one slice of it"
    extra = page.samplesperpixel - _CHANNELS[kind]
    if extra > (kind != "PALETTE"):
        return f"has {page.samplesperpixel} channels: save the grey, or the red, green and blue"
    if extra > 0 and 0 in (page.extrasamples or (0,)):
        return "has a channel beyond its colours that is not marked as opacity: remove it"
    if page.dtype is None or page.bitspersample not in _BITS.get(kind, (1, 8, 16, 32, 64)):
        return f"has {page.bitspersample} bits a channel: convert it to 8 or 16 bits first"
    if page.dtype.kind not in "bu" and (kind in _BITS or kind == "MINISWHITE"):
        return f"has {kind} colours of {page.dtype}: convert it to grey or RGB first"
    return None


def _has_plain_inks(page: "TiffPage") -> bool:
    """Return whether four inks are the usual ones, each from none at 0 to full at the largest."""
    tags, full = page.tags, 2**page.bitspersample - 1
    inks = int(tags["InkSet"].value) if "InkSet" in tags else _CMYK
    span = tags["DotRange"].value if "DotRange" in tags else (0, full)
    return page.samplesperpixel >= 4 and inks == _CMYK and set(span) == {0, full}


def lost_compression(page: "TiffPage") -> str | None:
    """Return the name of a page's compression if it loses something, and so is not written."""
    name = name_of(page.compression)
    return None if name in _LOSSLESS else name


def page_options(page: "TiffPage") -> dict[str, Any]:
    """Return the arguments of `TiffWriter.write` that write a page like this one."""
    lossless = lost_compression(page) is None
    kind = name_of(page.photometric)
    rgb = kind in ("YCBCR", "PALETTE", "SEPARATED")
    tags = [page.tags[code] for code in _KEPT_TAGS if code in page.tags]
    return {
        "photometric": "rgb" if rgb else page.photometric,
        "planarconfig": page.planarconfig if rgb or page.samplesperpixel > 1 else None,
        "extrasamples": page.extrasamples or None,
        "compression": page.compression if lossless else "adobe_deflate",
        "predictor": page.predictor if lossless and page.predictor > 1 else None,
        "tile": (page.tilelength, page.tilewidth) if page.is_tiled else None,
        "resolution": page.resolution if "XResolution" in page.tags else None,
        "resolutionunit": page.resolutionunit if "XResolution" in page.tags else None,
        "iccprofile": None if kind == "SEPARATED" else page.iccprofile,
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


def name_of(code: int) -> str:
    """Return the name of a TIFF constant, or its number if tifffile has no name for it."""
    return code.name if isinstance(code, enum.IntEnum) else f"code {code}"
