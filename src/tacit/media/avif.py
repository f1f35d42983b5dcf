"""AVIF pictures."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.orientation import TAG
from tacit.media.raster import (
    bits_note,
    check_single,
    check_size,
    full_scale,
    join_alpha,
    lossy_note,
    split_alpha,
)
from tacit.media.reading import Reading

_QUALITY = 95
_KEPT = ("exif", "icc_profile", "xmp")
_BRANDS = (b"avif", b"avis", b"mif1")
_CONFIGURATION = b"av1C"
"""What stands before the configuration of an AV1 stream: in its third byte the bits that follow."""
_DEEP, _DEEPER, _GREY, _HALF_WIDTH, _HALF_HEIGHT = 64, 32, 16, 8, 4


@final
class Avif(AbstractCodec[Mapping[str, Any]]):
    """Read and write AVIF through Pillow, with 8 bits a channel.

    Written at quality 95 with the chroma subsampling, colour profile, Exif block and turn that were
    read. Observed pixels change a little, also where the file was stored without loss, and a note
    says so; another tells of a file that has more than 8 bits a channel. Pixels are not turned by
    the file's orientation.
    """

    name: ClassVar[str] = "AVIF"
    suffixes: ClassVar[tuple[str, ...]] = (".avif",)
    signatures: ClassVar[tuple[bytes, ...]] = tuple(
        bytes([0, 0, 0, size]) + b"ftyp" + brand for brand in _BRANDS for size in range(16, 256, 4)
    )
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Mapping[str, Any]]:
        """Read the samples and the options that will write them alike."""
        from PIL import AvifImagePlugin

        if not AvifImagePlugin.SUPPORTED:
            raise MediaError(
                f"{location.file}: this build of Pillow has no AVIF: install the wheel from PyPI, "
                "or convert the file to PNG first"
            )
        data = location.file.read_bytes()
        image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
        check_size(location.file, *image.size, len(image.getbands()))
        check_single(location.file, image.n_frames)
        pixels, alpha = split_alpha(np.asarray(image))
        coding = _coding(data)
        layout = {key: image.info[key] for key in _KEPT if key in image.info} | {
            "quality": _QUALITY,
            "subsampling": coding.subsampling,
        }
        notes = [lossy_note(location.file, "AVIF")]
        if coding.bits > 8:
            notes.append(bits_note(location.file, coding.bits))
        return Stored(
            pixels,
            layout=layout,
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            lossy=True,
            notes=tuple(notes),
            orientation=image.getexif().get(TAG, 1),
        )

    def encode(
        self,
        stored: Stored[Mapping[str, Any]],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the samples with the options of the file that was read."""
        from PIL import Image

        image = Image.fromarray(join_alpha(pixels, alpha))
        image.save(path, format="AVIF", **stored.layout)


@final
class _Coding(NamedTuple):
    """How many bits a channel has, and how fine the chroma is."""

    bits: int
    subsampling: str


def _coding(data: bytes) -> _Coding:
    """Return how the colours of a file are coded: not its opacity, whose stream is grey."""
    found, start = [], data.find(_CONFIGURATION)
    while start >= 0:
        found.append(data[start + len(_CONFIGURATION) + 2])
        start = data.find(_CONFIGURATION, start + 1, start + 4096)
    flags = next((each for each in found if not each & _GREY), found[0])
    bits = 8 if not flags & _DEEP else 12 if flags & _DEEPER else 10
    if flags & _GREY:
        return _Coding(bits, "4:0:0")
    if flags & _HALF_HEIGHT:
        return _Coding(bits, "4:2:0")
    return _Coding(bits, "4:2:2" if flags & _HALF_WIDTH else "4:4:4")
