"""The registry of file formats, and the one road into them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from tacit.media._base import AbstractCodec, Stored
from tacit.media.avif import Avif
from tacit.media.delimited import Delimited
from tacit.media.errors import MediaError, explained
from tacit.media.gif import Gif
from tacit.media.grid import NetCdf, Zarr
from tacit.media.heic import Heic
from tacit.media.jpeg import Jpeg
from tacit.media.location import Location, locate
from tacit.media.mat import Mat
from tacit.media.mp4 import Mp4
from tacit.media.npy import Npy
from tacit.media.npz import Npz
from tacit.media.parquet import Parquet
from tacit.media.png import Png
from tacit.media.reading import Reading
from tacit.media.spss import Spss
from tacit.media.stack import Stack
from tacit.media.stata import Stata
from tacit.media.tiff import Tiff
from tacit.media.webp import WebP
from tacit.media.xlsx import Xlsx

STILLS: tuple[AbstractCodec[Any], ...] = (Png(), Jpeg(), Tiff(), WebP(), Avif(), Heic())
"""The formats of the pictures that a folder is searched for."""

CODECS: tuple[AbstractCodec[Any], ...] = (
    *STILLS,
    Gif(),
    Mp4(),
    Npy(),
    Npz(),
    Mat(),
    Delimited(),
    Parquet(),
    Xlsx(),
    Stata(),
    Spss(),
    NetCdf(),
    Zarr(),
)
_LONGEST_SIGNATURE = 16
_MOST_AXES = 5


def codec_for(file: Path) -> AbstractCodec[Any]:
    """Return the codec of a file by its suffix.

    Raises:
        MediaError: No codec has this suffix.
    """
    for codec in CODECS:
        if file.suffix.lower() in codec.suffixes:
            return codec
    known = ", ".join(suffix for codec in CODECS for suffix in codec.suffixes)
    raise MediaError(f"{file}: its suffix {file.suffix!r} is not one of {known}: convert it first")


def decode(path: Path, reading: Reading = Reading()) -> tuple[AbstractCodec[Any], Stored[Any]]:
    """Return the codec of a file and what it stores: numbers, a picture or a film.

    Args:
        path: The file; for an archive, `archive.npz:name` chooses a variable. A folder of pictures,
            or a pattern such as `folder/*.png`, is a film.
        reading: What the user said of how it is read.

    Returns:
        The codec and the stored numbers, real; an array of two to five dimensions, of which a
        series is one of one column.

    Raises:
        MediaError: The file is not there, is not what its suffix says, is damaged, is too large,
            or does not hold an array of real numbers.
    """
    location = locate(path)
    codec = STACK if is_stack(location) else codec_for(location.file)
    location = _check_options(location, codec, reading)
    with explained(path, codec.name):
        if codec is not STACK:
            _check_signature(location.file, codec)
        stored = codec.decode(location, reading)
    _check_numbers(path, codec, stored)
    return codec, _as_column(stored) if stored.pixels.ndim == 1 else stored


def _as_column(stored: Stored[Any]) -> Stored[Any]:
    """A series as a matrix of one column."""
    counts = (*stored.counts, "") if stored.counts else ()
    return replace(stored, pixels=stored.pixels[:, None], counts=counts, is_series=True)


STACK = Stack(tuple(suffix for codec in STILLS for suffix in codec.suffixes), decode)
"""What reads and writes a folder of pictures."""


def is_stack(location: Location) -> bool:
    """Return whether a location is a folder of pictures or a pattern, not one file."""
    if location.matches:
        return True
    return location.file.is_dir() and location.file.suffix.lower() not in Zarr.suffixes


def _check_options(location: Location, codec: AbstractCodec[Any], reading: Reading) -> Location:
    """Refuse options that the format has no use for, and return the place with its variable."""
    reading.check()
    for option in reading.options():
        if option not in codec.options:
            what = "a text for --missing-value" if option == "--missing-value" else option
            raise MediaError(
                f"{location.file} is read as {codec.name}, to which {what} does not apply"
            )
    if reading.variable is None:
        return location
    return location._replace(variable=reading.variable)


def _check_signature(file: Path, codec: AbstractCodec[Any]) -> None:
    """Refuse a file that does not begin as its suffix promises, naming what it is instead."""
    if not codec.signatures:
        return
    with open(file, "rb") as stream:
        head = stream.read(_LONGEST_SIGNATURE)
    if head.startswith(codec.signatures):
        return
    for other in CODECS:
        if other.signatures and head.startswith(other.signatures):
            right = file.with_suffix(other.suffixes[0]).name
            raise MediaError(
                f"{file} is {other.name} by its content, not {codec.name}: rename it {right}"
            )
    raise MediaError(f"{file} is not a {codec.name} file: check what it holds")


def _check_numbers(path: Path, codec: AbstractCodec[Any], stored: Stored[Any]) -> None:
    """Refuse what is not an array of real numbers, with entries, of at most five dimensions."""
    pixels = stored.pixels
    if pixels.dtype.kind == "c":
        raise MediaError(f"{path} holds complex numbers: save the real part, or the modulus, alone")
    if pixels.dtype.kind not in "biuf":
        raise MediaError(f"{path} holds {pixels.dtype} values, not numbers: save numbers alone")
    if codec.kind == "array" and not 1 <= pixels.ndim <= _MOST_AXES:
        raise MediaError(
            f"{path} is an array of {pixels.ndim} dimensions, but only 1 to {_MOST_AXES} are "
            "supported: reshape it first"
        )
    if pixels.ndim > 2 and pixels.size == 0:
        sizes = " × ".join(map(str, pixels.shape))
        raise MediaError(f"{path} is {sizes}: it holds no numbers")
