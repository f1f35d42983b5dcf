"""HEIC pictures, as phones take them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
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
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_BESIDE = {"thumbnails": "thumbnails", "depth_images": "depth images", "aux": "auxiliary images"}


@final
class Heic(AbstractCodec[Mapping[str, Any]]):
    """Read and write HEIC through pillow-heif, with 8 bits a channel.

    The container itself says how the picture is turned, so the pixels are read as they are shown,
    and written so. Kept are the chroma subsampling, the colour profile, the Exif block (of which
    the orientation is set to "as stored") and XMP, at quality 95; a note says that observed pixels
    change a little, and others tell of more bits, and of what lies beside the picture.
    """

    name: ClassVar[str] = "HEIC"
    suffixes: ClassVar[tuple[str, ...]] = (".heic", ".heif", ".hif")
    signatures: ClassVar[tuple[bytes, ...]] = tuple(
        bytes([0, 0, 0, size]) + b"ftyp" + brand for brand in _BRANDS for size in range(16, 256, 4)
    )
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Mapping[str, Any]]:
        """Read the samples and the options that will write them alike."""
        import pillow_heif

        file = location.file
        images = pillow_heif.open_heif(file)
        check_size(file, *images.size, len(images.mode))
        check_single(file, len(images))
        if images.mode not in ("L", "LA", "RGB", "RGBA"):
            raise MediaError(f"{file}: its colours are {images.mode}: convert it to RGB first")
        pixels, alpha = split_alpha(np.asarray(images).copy())

        # The pixels are turned already; the Exif block would have viewers turn them again.
        info = dict(images.info)
        pillow_heif.set_orientation(info)
        notes = [lossy_note(file, "HEIC")]
        if info["bit_depth"] > 8:
            notes.append(bits_note(file, info["bit_depth"]))
        beside = [word for key, word in _BESIDE.items() if info.get(key)]
        if beside:
            notes.append(f"the {' and '.join(beside)} in {file.name} are not written again")
        layout = {key: info[key] for key in _KEPT if info.get(key)} | {
            "quality": _QUALITY,
            "chroma": info.get("chroma", 420),
        }
        return Stored(
            pixels,
            layout=layout,
            alpha=alpha,
            unit=full_scale(pixels.dtype),
            lossy=True,
            notes=tuple(notes),
        )

    def encode(
        self,
        stored: Stored[Mapping[str, Any]],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the samples with the options of the file that was read."""
        import pillow_heif

        if alpha is not None and pixels.ndim == 2:
            pixels = np.repeat(pixels[..., None], 3, axis=2)  # the library has no grey with opacity
        samples = join_alpha(pixels, alpha)
        mode = _MODES[1 if samples.ndim == 2 else samples.shape[2]]
        image = pillow_heif.from_bytes(mode, samples.shape[1::-1], samples.tobytes())
        with open(path, "wb") as stream:
            image.save(stream, format="HEIF", **stored.layout)
