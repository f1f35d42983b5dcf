"""WebP pictures."""

import io
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.orientation import TAG
from tacit.media.raster import (
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


@final
class WebP(AbstractCodec[Mapping[str, Any]]):
    """Read and write WebP through Pillow.

    A file that was stored without loss is written without loss; another is written at quality 95,
    and a note says that observed pixels then change a little. Colour profile and Exif block are
    kept. WebP has no grey, so the pixels are always RGB, and a picture whose pixels are
    all opaque is stored without opacity.
    """

    name: ClassVar[str] = "WebP"
    suffixes: ClassVar[tuple[str, ...]] = (".webp",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"RIFF",)
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Mapping[str, Any]]:
        """Read the samples, and find out whether they were stored with loss."""
        from PIL import Image
        from PIL.WebPImagePlugin import WebPImageFile

        data = location.file.read_bytes()
        try:
            image = WebPImageFile(io.BytesIO(data))
        except Image.DecompressionBombError:
            raise MediaError(
                f"{location.file} has too many pixels to be decoded safely: "
                "cut it into pieces or make it smaller"
            ) from None
        check_size(location.file, *image.size, len(image.getbands()))
        check_single(location.file, image.n_frames)
        pixels, alpha = split_alpha(np.asarray(image))
        lossless = _is_lossless(data)
        layout = {key: image.info[key] for key in _KEPT if key in image.info} | {
            "lossless": lossless,
            "quality": _QUALITY,
        }
        return Stored(
            pixels,
            layout=layout,
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            lossy=not lossless,
            notes=() if lossless else (lossy_note(location.file, "lossy WebP"),),
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
        image.save(path, format="WEBP", **stored.layout)


def _is_lossless(data: bytes) -> bool:
    """Return whether the picture's data lies in a lossless chunk of the RIFF container."""
    start = 12
    while start + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, start)
        if kind in (b"VP8L", b"VP8 "):
            return kind == b"VP8L"
        start += 8 + length + length % 2
    return False
