"""A folder of pictures, or those that a pattern names, as the frames of a film."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import check_memory
from tacit.media.reading import Reading


@final
class Frame(NamedTuple):
    """One picture of a stack: the name of its file, its format, and what it stores."""

    name: str
    codec: AbstractCodec[Any]
    stored: Stored[Any]


@final
@dataclass(frozen=True, eq=False)
class Stack(AbstractCodec[tuple[Frame, ...]]):
    """Read and write a folder of pictures of one size, each in its own format.

    The order is that of the names, with numbers compared as numbers (`2.png` comes before
    `10.png`). Hidden files and those of other formats are passed over. One picture alone is treated
    as a picture.

    Attributes:
        within: The suffixes of the pictures that are looked for in a folder.
        decode_file: Reads one picture.
    """

    within: tuple[str, ...]
    decode_file: Callable[[Path], tuple[AbstractCodec[Any], Stored[Any]]]

    name: ClassVar[str] = "stack"
    suffixes: ClassVar[tuple[str, ...]] = ()
    signatures: ClassVar[tuple[bytes, ...]] = ()
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def files(self, location: Location) -> tuple[Path, ...]:
        """Return the pictures of a folder, or those that match its pattern, in their order.

        Raises:
            MediaError: There are none, or the pattern matches something else.
        """
        known = ", ".join(self.within)
        for file in location.matches:
            if file.suffix.lower() not in self.within:
                raise MediaError(f"{file} is not a picture ({known}): give a pattern of pictures")
        found = location.matches or tuple(
            file
            for file in location.file.iterdir()
            if file.suffix.lower() in self.within and file.name[0] != "." and not file.is_dir()
        )
        if not found:
            raise MediaError(f"{location.file} is a folder without pictures in it ({known})")
        return tuple(sorted(found, key=_by_number))

    def decode(self, location: Location, reading: Reading) -> Stored[tuple[Frame, ...]]:
        """Read all pictures and put them one behind the other."""
        files = self.files(location)
        codec, first = self.decode_file(files[0])

        # Memory for all is checked before the second picture is read, not at the thousandth.
        height, width, *channels = first.pixels.shape
        check_memory(location.file, (height, width, len(files), *channels))
        pixels = np.empty((height, width, len(files), *channels), first.pixels.dtype)
        alpha = np.full(pixels.shape[:3], first.unit, pixels.dtype)

        # Each frame keeps the format of its own file, and views of the shared arrays: the film is
        # held once.
        frames = []
        for place, file in enumerate(files):
            codec, stored = self.decode_file(file) if place > 0 else (codec, first)
            _check_like(file, stored, files[0], first)
            pixels[:, :, place] = stored.pixels
            if stored.alpha is not None:
                alpha[:, :, place] = stored.alpha
            shared = None if stored.alpha is None else alpha[:, :, place]
            frames.append(
                Frame(file.name, codec, replace(stored, pixels=pixels[:, :, place], alpha=shared))
            )

        film = len(files) > 1
        opaque = all(frame.stored.alpha is None for frame in frames)
        return Stored(
            pixels if film else pixels[:, :, 0],
            layout=tuple(frames),
            alpha=None if opaque else alpha if film else alpha[:, :, 0],
            unit=first.unit,
            lossy=any(frame.stored.lossy for frame in frames),
            notes=_notes(location.file, frames),
            orientation=first.orientation
            if len({frame.stored.orientation for frame in frames}) == 1
            else 1,
            film=film,
        )

    def encode(
        self,
        stored: Stored[tuple[Frame, ...]],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write every picture into the folder, under the name that it had."""
        for place, frame in enumerate(stored.layout):
            here = (slice(None), slice(None), place) if stored.film else ()
            opacity = None if frame.stored.alpha is None or alpha is None else alpha[here]
            frame.codec.encode(frame.stored, pixels[here], opacity, path / frame.name)


def _by_number(file: Path) -> tuple[list[tuple[int, str]], str]:
    """Return a key that sorts names with the numbers in them as numbers, then as they stand."""
    parts = re.split(r"([0-9]+)", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], file.name


def _check_like(file: Path, stored: Stored[Any], other: Path, first: Stored[Any]) -> None:
    """Refuse a picture that cannot stand in one film with the first."""
    if stored.film:
        raise MediaError(f"{file} holds several pages: give pictures with one page each")
    if stored.pixels.shape != first.pixels.shape:
        sizes = [" × ".join(map(str, picture.pixels.shape)) for picture in (stored, first)]
        raise MediaError(
            f"{file} is {sizes[0]}, but {other.name} is {sizes[1]}: "
            "give the frames of a film the same size and channels, or complete each picture "
            "on its own with --each"
        )
    types = [picture.pixels.dtype.newbyteorder("=") for picture in (stored, first)]
    if types[0] != types[1]:
        raise MediaError(
            f"{file} has {types[0]} samples, but {other.name} has {types[1]}: "
            "give all pictures the same depth"
        )


def _notes(folder: Path, frames: list[Frame]) -> tuple[str, ...]:
    """Return the notes of the first picture that has any, and how many more there are like it."""
    noted = [frame.stored.notes for frame in frames if frame.stored.notes]
    notes = list(noted[0]) if noted else []
    if len(noted) > 1:
        notes.append(f"the same holds for {len(noted) - 1} more pictures in {folder.name}")
    if len(frames) == 1:
        notes.append(f"{folder.name} has a single picture in it: it is treated as a picture")
    return tuple(notes)
