"""A picture of one format as one of another: PNG and JPEG are written from any picture."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.formats import STILLS, codec_for
from tacit.media.jpeg import Jpeg
from tacit.media.png import Png
from tacit.media.source import Source

_PLAIN: Mapping[type[AbstractCodec[Any]], Any] = {
    Png: b"",
    Jpeg: {"quality": 95, "subsampling": 0, "progressive": False},
}
"""What each format needs besides the pixels, for a picture that was not read from it."""
_BYTE, _WORD = np.dtype(np.uint8), np.dtype(np.uint16)


def is_convertible(file: Path, output: Path) -> bool:
    """Return whether a picture file can be written under a name of another format."""
    known = [suffix for codec in STILLS if type(codec) in _PLAIN for suffix in codec.suffixes]
    return codec_for(file) in STILLS and output.suffix.lower() in known


def convert(source: Source, output: str | os.PathLike[str]) -> Source:
    """Return a source that is written in the format that the suffix of `output` names.

    The size and the colours are those that were read; the depth is, where the format has it. The
    colour profile, Exif block and texts are not taken over, and a note says so.

    Args:
        source: What was read.
        output: The file that will be written; a source of the same format is returned as it is.

    Raises:
        MediaError: The other format cannot hold the picture.
    """
    file = Path(output)
    if source.codec not in STILLS or file.suffix.lower() in source.codec.suffixes:
        return source
    codec, stored = codec_for(file), source.stored
    if stored.film:
        raise MediaError(f"{file}: {source.path} has several pages: write it as TIFF")
    bits = stored.pixels.dtype.itemsize * 8
    if stored.pixels.dtype.kind not in "bu" or bits > 16:
        raise MediaError(
            f"{file}: {source.path} has {stored.pixels.dtype} samples, which {codec.name} cannot "
            "store: write it as TIFF"
        )

    narrow = bits == 16 and isinstance(codec, Jpeg)
    dtype = _WORD if bits == 16 and not narrow else _BYTE
    alpha = None if stored.alpha is None else _rescale(stored.alpha, stored.unit, dtype)
    if alpha is not None and isinstance(codec, Jpeg):
        # Fully transparent pixels are holes, and are opaque in the answer.
        if ((alpha > 0) & (alpha < np.iinfo(dtype).max)).any():
            raise MediaError(
                f"{file}: {source.path} has half-transparent pixels, which JPEG cannot store: "
                "write it as PNG"
            )
        alpha = None

    lossy = isinstance(codec, Jpeg)
    written = Stored(
        _rescale(stored.pixels, stored.unit, dtype),
        layout=_PLAIN[type(codec)],
        alpha=alpha,
        unit=float(np.iinfo(dtype).max),
        lossy=lossy,
    )
    what = f"{source.path.name} is {source.codec.name} and is written as {codec.name}"
    depth = ", with 8 bits per channel instead of 16" if narrow else ""
    loss = "; JPEG is lossy, so observed pixels change slightly" if lossy else ""
    note = f"{what}{depth}, without its colour profile and Exif block{loss}"
    # The remarks on writing the file in its own format no longer hold.
    others = tuple(each for each in source.notes if each not in stored.notes)
    return replace(source, codec=codec, stored=written, notes=(note, *others))


def _rescale(samples: NDArray[Any], unit: float, dtype: "np.dtype[Any]") -> NDArray[Any]:
    """Return samples in another unsigned type, rounded; those of that type are as they were."""
    if samples.dtype == dtype:
        return samples
    return np.rint(samples / unit * np.iinfo(dtype).max).astype(dtype)
