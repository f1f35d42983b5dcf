"""Many small pictures of one size: an IDX file, the format of MNIST, or a folder."""

import gzip
import os
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.formats import STACK, is_stack
from tacit.media.location import locate
from tacit.media.raster import PIXEL_LIMIT
from tacit.media.source import read

_GZIP = b"\x1f\x8b"
_TYPES = {
    0x08: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "16-bit whole numbers",
    0x0C: "32-bit whole numbers",
    0x0D: "32-bit floating-point numbers",
    0x0E: "64-bit floating-point numbers",
}
_LUMA = np.array([0.299, 0.587, 0.114])


def read_pictures(path: str | os.PathLike[str], count: int | None = None) -> NDArray[np.float64]:
    """Read many grey pictures of one size as an array of shape `(pictures, rows, columns)`.

    Args:
        path: An IDX file of unsigned bytes in three dimensions, gzipped or not whatever its name;
            or a folder, of which the pictures are read in the order of their names (`10.png` comes
            before `2.png`) and the rest is passed over. Colour becomes grey by the luma weights
            0.299, 0.587 and 0.114 of red, green and blue.
        count: How many to read, from the first on; all of them if not given. Of an IDX file
            nothing after these is looked at.

    Returns:
        Values in [0, 1].

    Raises:
        MediaError: There is no such path; the file is not IDX, holds something else than pictures
            of bytes, or has too few or too many of them; the folder has no pictures, or their
            sizes differ, or one has holes or values outside [0, 1]; there are fewer than `count`,
            or more than 200 megapixels in total.
        ValueError: `count` is not positive.
    """
    path = Path(path)
    if count is not None and count < 1:
        raise ValueError(f"read_pictures: count must be at least 1, got {count}")
    try:
        return _read_folder(path, count) if path.is_dir() else _read_idx(locate(path).file, count)
    except MediaError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MediaError(
            f"{path} is damaged or was cut short ({error}): download it again"
        ) from error
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror or error}") from error


def list_pictures(path: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the pictures of a folder, or those that match a pattern, in the order of their names.

    Raises:
        MediaError: There are none, or `path` is a single file.
    """
    location = locate(Path(path))
    if not is_stack(location):
        raise MediaError(f"{path} is one file: name a folder of pictures, or a pattern")
    return STACK.files(location)


def _read_idx(file: Path, count: int | None) -> NDArray[np.float64]:
    """Return the first `count` pictures of an IDX file; no more bytes than theirs are unpacked."""
    with open(file, "rb") as raw:
        zipped = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if zipped else raw
        held, rows, columns = _read_shape(file, stream)
        wanted = _checked_count(file, (held, rows, columns), count)
        size = wanted * rows * columns
        data = stream.read(size)
        rest = stream.read(1) if wanted == held else b""
    if len(data) < size:
        raise MediaError(
            f"{file} was cut short: {wanted} pictures of {rows} × {columns} are {size} bytes, "
            f"and it has {len(data)}: download it again"
        )
    if rest:
        raise MediaError(
            f"{file} has more bytes than the {held} pictures of {rows} × {columns} that its "
            "header promises: download it again"
        )
    pixels = np.frombuffer(data, np.uint8).reshape(wanted, rows, columns)
    return pixels / 255.0


def _read_shape(file: Path, stream: BufferedIOBase) -> tuple[int, int, int]:
    """Return the three dimensions in the header of an IDX file, of which none is zero."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise MediaError(
            f"{file} is not an IDX file: name one, such as train-images-idx3-ubyte.gz, "
            "or a folder of pictures"
        )
    if magic[3] != 3:
        raise MediaError(
            f"{file} is an IDX file of {magic[3]} dimensions, but pictures have 3 (labels have "
            "1): name the picture file"
        )
    if magic[2] != 0x08:
        raise MediaError(
            f"{file} holds {_TYPES[magic[2]]}, but pictures are unsigned bytes: convert it first"
        )
    sizes = stream.read(12)
    if len(sizes) < 12:
        raise MediaError(f"{file} was cut short in its header: download it again")
    held, rows, columns = (int.from_bytes(sizes[at : at + 4]) for at in (0, 4, 8))
    if 0 in (held, rows, columns):
        raise MediaError(f"{file} holds {held} pictures of {rows} × {columns}: it has no pixels")
    return held, rows, columns


def _read_folder(folder: Path, count: int | None) -> NDArray[np.float64]:
    """Return the first `count` pictures of a folder by name; hidden files are passed over."""
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in STACK.within and not file.name.startswith(".")
    ]
    if not files:
        known = ", ".join(STACK.within)
        raise MediaError(f"{folder} has no pictures in it ({known}): name another")
    first = _read_grey(files[0])
    rows, columns = first.shape
    wanted = _checked_count(folder, (len(files), rows, columns), count)
    pictures = np.empty((wanted, rows, columns))
    pictures[0] = first
    for place, file in enumerate(files[1:wanted], start=1):
        picture = _read_grey(file)
        if picture.shape != first.shape:
            raise MediaError(
                f"{file} is {picture.shape[0]} × {picture.shape[1]}, but {files[0].name} is "
                f"{rows} × {columns}: give all pictures the same size"
            )
        pictures[place] = picture
    return pictures


def _read_grey(file: Path) -> NDArray[np.float64]:
    """Return one picture without holes as grey values in [0, 1]."""
    source = read(file, need_holes=False)
    if "frame" in source.axes:
        raise MediaError(
            f"{file} holds {source.values.shape[2]} pictures: save each as a file of its own"
        )
    if source.missing.any():
        raise MediaError(f"{file} has transparent pixels or NaN: give complete pictures")
    values = source.values
    if values.min() < 0 or values.max() > 1:
        raise MediaError(
            f"{file} has values from {values.min():g} to {values.max():g}: scale them to [0, 1]"
        )
    return np.minimum(values @ _LUMA, 1.0) if values.ndim == 3 else values


def _checked_count(path: Path, shape: tuple[int, int, int], count: int | None) -> int:
    """Return how many pictures to read of all there are, having refused too few and too much."""
    held, rows, columns = shape
    wanted = held if count is None else count
    if wanted > held:
        raise MediaError(f"{path} holds {held} pictures, not {wanted}: ask for fewer")
    if wanted * rows * columns > PIXEL_LIMIT:
        raise MediaError(
            f"{path}: {wanted} pictures of {rows} × {columns} are more than "
            f"{PIXEL_LIMIT // 10**6} megapixels: ask for fewer"
        )
    return wanted
