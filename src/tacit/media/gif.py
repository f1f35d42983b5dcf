"""Animated GIF, and GIF pictures."""

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import check_memory
from tacit.media.palettes import COLOURS, fits_palette, with_palette
from tacit.media.raster import check_size, full_scale, grey_if_possible, lossy_note
from tacit.media.reading import Reading

_EXTENSION, _IMAGE, _TRAILER = b"!", b",", b";"


@final
@dataclass(frozen=True, eq=False)
class Animation:
    """Each frame's duration in milliseconds, how often the film is repeated, and the comment."""

    durations: tuple[int, ...]
    loop: int | None
    comment: bytes


@final
class Gif(AbstractCodec[Animation]):
    """Read and write GIF through Pillow, with the durations, the repetitions and the comment.

    A GIF without colours is read as grey, and one of a single frame as a picture. Each frame is
    written whole, with a palette of its own of at most 256 colours. The colours of the pixels that
    have not changed come first in it, so that these are exact; where they leave too little room,
    what has been filled is rounded to the nearest. A grey film is exact everywhere.
    """

    name: ClassVar[str] = "GIF"
    suffixes: ClassVar[tuple[str, ...]] = (".gif",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"GIF87a", b"GIF89a")
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Animation]:
        """Read the frames as they are shown, each drawn over those before it."""
        from PIL.GifImagePlugin import GifImageFile

        data = location.file.read_bytes()
        if not _has_an_end(data):
            raise MediaError(f"{location.file} was cut short: save or download it again")
        image = GifImageFile(io.BytesIO(data))
        check_size(location.file, *image.size)
        width, height = image.size
        check_memory(location.file, (height, width, image.n_frames, 3))
        samples = np.empty((height, width, image.n_frames, 4), np.uint8)
        durations = []
        for place in range(image.n_frames):
            image.seek(place)
            samples[:, :, place] = np.asarray(image.convert("RGBA"))
            durations.append(int(image.info.get("duration", 0)))
        film = image.n_frames > 1
        samples = samples if film else samples[:, :, 0]
        shown = samples[..., 3] > 0
        pixels = grey_if_possible(samples[..., :3], shown)
        exact = all(fits_palette(frame) for frame in _frames(pixels, film))
        return Stored(
            pixels,
            layout=Animation(
                tuple(durations), image.info.get("loop"), image.info.get("comment", b"")
            ),
            alpha=None if shown.all() else samples[..., 3],
            unit=full_scale(pixels.dtype),
            lossy=not exact,
            notes=() if pixels.ndim < samples.ndim else (_note(location.file, film, exact),),
            film=film,
        )

    def encode(
        self,
        stored: Stored[Animation],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the frames, all of them opaque."""
        from PIL.GifImagePlugin import getdata

        fresh, before = (_frames(values, stored.film) for values in (pixels, stored.pixels))
        with open(path, "wb") as stream:
            stream.write(_header(stored.layout, *fresh.shape[1:3]))
            for frame, old, duration in zip(fresh, before, stored.layout.durations, strict=True):
                # Pillow's own writer would join frames that are equal into one.
                image = with_palette(frame, old)
                stream.writelines(getdata(image, duration=duration, include_color_table=True))
            stream.write(_TRAILER)


def _has_an_end(data: bytes) -> bool:
    """Return whether the blocks of a file lead to its trailer; Pillow stops early in silence."""
    at = 13 + _table_bytes(data[10])
    while at < len(data):
        kind = data[at : at + 1]
        if kind == _TRAILER:
            return True
        if kind in (_EXTENSION, _IMAGE):
            at += 2 if kind == _EXTENSION else 11 + _table_bytes(data[at + 9])
            while at < len(data) and data[at]:
                at += data[at] + 1
        at += 1
    return False


def _table_bytes(flags: int) -> int:
    """Return how long the table of colours is that these flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 128 else 0


def _frames(pixels: NDArray[Any], film: bool) -> NDArray[np.uint8]:
    """Return grey or coloured pixels as RGB frames, `(frames, m, n, 3)`."""
    frames = np.moveaxis(pixels, 2, 0) if film else pixels[None]
    return frames if frames.ndim == 4 else np.repeat(frames[..., None], 3, axis=-1)


def _note(file: Path, film: bool, exact: bool) -> str:
    """Return what a palette does to colours; 256 shades of grey fit into it and need no note."""
    if exact:
        most = f"a frame of {file.name} has at most {COLOURS} colours"
        return f"{most}: filled pixels are rounded to them"
    return lossy_note(file, f"a GIF with more than {COLOURS} colours per frame", still=not film)


def _header(layout: Animation, height: int, width: int) -> bytes:
    """Return what stands before the first frame: size, repetitions and comment."""
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    if layout.loop is not None:
        header += b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", layout.loop, 0)
    if layout.comment:
        parts = [layout.comment[at : at + 255] for at in range(0, len(layout.comment), 255)]
        header += b"!\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"
    return header
