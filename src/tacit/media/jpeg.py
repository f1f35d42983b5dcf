"""JPEG pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.colours import INKS_NOTE, from_inks
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.orientation import TAG
from tacit.media.raster import check_size, full_scale, lossy_note
from tacit.media.reading import Reading

_QUALITY = 95
_FULL = 0
"""Pillow's number of a chroma that is as fine as the luma, as inks are stored."""
_KEPT = ("comment", "dpi", "exif", "icc_profile", "xmp")


@final
class Jpeg(AbstractCodec[Mapping[str, Any]]):
    """Read and write JPEG through Pillow: grey, RGB, and CMYK, which is read and written as RGB.

    Written at quality 95 with the chroma subsampling, the order of scans (progressive or not),
    colour profile, resolution, comment and Exif block that were read. The format is stored with
    loss, so observed pixels change a little; a note says so. Pixels are not turned by the Exif
    orientation.
    """

    name: ClassVar[str] = "JPEG"
    suffixes: ClassVar[tuple[str, ...]] = (".jpg", ".jpeg")
    signatures: ClassVar[tuple[bytes, ...]] = (b"\xff\xd8\xff",)
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Mapping[str, Any]]:
        """Read the samples and the options that will write them alike."""
        from PIL.JpegImagePlugin import JpegImageFile, get_sampling

        with open(location.file, "rb") as stream:
            image = JpegImageFile(stream)
            check_size(location.file, *image.size, len(image.getbands()))
            if image.mode == "CMYK" and "adobe" not in image.info:
                raise MediaError(
                    f"{location.file} has CMYK inks without Adobe's mark, so that full ink may be "
                    "0 or 255: convert it to RGB first"
                )
            pixels = np.asarray(image)
            orientation = image.getexif().get(TAG, 1)
        layout = {key: image.info[key] for key in _KEPT if key in image.info} | {
            "quality": _QUALITY,
            "subsampling": get_sampling(image),
            "progressive": bool(image.info.get("progressive", False)),
        }
        notes, details = [lossy_note(location.file, "JPEG")], []
        if image.mode == "CMYK":
            pixels, how = from_inks(pixels, layout.pop("icc_profile", None))
            layout["subsampling"] = _FULL
            notes.append(INKS_NOTE)
            details.append(how)
        return Stored(
            pixels,
            layout=layout,
            unit=full_scale(pixels.dtype),
            lossy=True,
            orientation=orientation,
            notes=tuple(notes),
            details=tuple(details),
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

        Image.fromarray(np.ascontiguousarray(pixels)).save(path, format="JPEG", **stored.layout)
