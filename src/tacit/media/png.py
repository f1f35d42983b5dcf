"""PNG pictures, of 1 to 16 bits a channel."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.colours import PALETTE_NOTE
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.orientation import TAG
from tacit.media.raster import check_single, check_size, full_scale, join_alpha, split_alpha
from tacit.media.reading import Reading
from tacit.media.wording import visible

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset(
    [b"cHRM", b"cICP", b"eXIf", b"gAMA", b"iCCP", b"iTXt", b"pHYs", b"sRGB", b"tEXt", b"zTXt"]
)
_ESSENTIAL = frozenset([b"IHDR", b"IDAT", b"IEND", b"tRNS"])
_HEADER_END = 33  # the signature (8 bytes) and the header chunk (12 + 13), in every PNG file


@final
class Png(AbstractCodec[bytes]):
    """Read and write PNG through Pillow, and through imagecodecs at 16 bits a channel.

    Pillow has no colour picture of more than 8 bits a channel: it would halve such a file's
    precision without a word. Written are the depth, the channels and the opacity that were read,
    with the colour profile, resolution, Exif block and texts copied byte for byte. A palette
    becomes RGB, one transparent colour becomes an alpha channel and 2 or 4 bits of grey become 8;
    the notes say so. Pixels are not turned by the Exif orientation.
    """

    name: ClassVar[str] = "PNG"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)
    signatures: ClassVar[tuple[bytes, ...]] = (_SIGNATURE,)
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[bytes]:
        """Read the samples, and keep the chunks that describe them."""
        from PIL.PngImagePlugin import PngImageFile

        data = location.file.read_bytes()
        _check_sums(location.file, data)
        image = PngImageFile(io.BytesIO(data))
        check_size(location.file, *image.size, len(image.getbands()))
        check_single(location.file, image.n_frames)
        depth, notes = data[24], []
        if image.mode == "P":
            notes.append(PALETTE_NOTE)
        elif image.has_transparency_data and image.mode not in ("LA", "RGBA"):
            notes.append("the transparent colour is written as an alpha channel")
        if image.mode == "L" and depth < 8:
            notes.append(f"{depth}-bit grey is written with 8 bits")
        if depth == 16:
            import imagecodecs

            samples = imagecodecs.png_decode(_SIGNATURE + _chunks(data, _ESSENTIAL))
        elif image.mode == "P" or (image.has_transparency_data and image.mode == "RGB"):
            samples = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
        elif image.has_transparency_data and image.mode in ("1", "L"):
            samples = np.asarray(image.convert("LA"))
        else:
            samples = np.asarray(image)
        pixels, alpha = split_alpha(samples)
        return Stored(
            pixels,
            layout=_chunks(data, _KEPT),
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            notes=tuple(notes),
            orientation=image.getexif().get(TAG, 1),
        )

    def encode(
        self,
        stored: Stored[bytes],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the samples, with the kept chunks after the header."""
        samples = join_alpha(pixels, alpha)
        if samples.dtype == np.uint16:
            import imagecodecs

            data = bytes(imagecodecs.png_encode(samples))
        else:
            from PIL import Image

            buffer = io.BytesIO()
            Image.fromarray(samples).save(buffer, format="PNG")
            data = buffer.getvalue()
        path.write_bytes(data[:_HEADER_END] + stored.layout + data[_HEADER_END:])


def _check_sums(file: Path, data: bytes) -> None:
    """Refuse a file of which a chunk is not what its checksum says, or that lacks its last one.

    Pillow does not look at those of the pixels: damaged rows would be read without a word, and so
    would a file that is cut short by a few bytes.

    Raises:
        MediaError: A checksum is wrong, or the file is cut short.
    """
    start, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        end = len(data) + 1
        if start + 12 <= len(data):
            length, kind = struct.unpack_from(">I4s", data, start)
            end = start + 12 + length
        if end > len(data):
            raise MediaError(f"{file} is damaged: it is cut short: download it again")
        if zlib.crc32(data[start + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            name = visible(kind.decode("ascii", "backslashreplace"))
            raise MediaError(
                f"{file} is damaged: the checksum of its {name} chunk at byte {start} is wrong: "
                "download it again"
            )
        start = end


def _chunks(data: bytes, kinds: frozenset[bytes]) -> bytes:
    """Return the chunks of these kinds in a PNG file as they stand, one after the other."""
    kept, start = [], len(_SIGNATURE)
    while start + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if kind in kinds:
            kept.append(data[start:end])
        start = end
    return b"".join(kept)
