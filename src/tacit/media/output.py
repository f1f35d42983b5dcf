"""Writing an answer in the format of what was read."""

import os
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tacit.media.atomic import atomic_folder, atomic_path, check_folder, check_folder_place
from tacit.media.conversion import is_convertible
from tacit.media.errors import MediaError
from tacit.media.formats import CODECS, STACK, codec_for, is_stack
from tacit.media.location import Location, locate
from tacit.media.scale import from_values
from tacit.media.source import Source


def check_output(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    overwrite: bool = False,
) -> None:
    """Refuse an output that could not or should not be written; call it before any work begins.

    Another existing file is replaced without asking. The input itself, also under another name
    (symbolic or hard link), is replaced only with `overwrite`. A folder of pictures is written as a
    folder; an existing one is replaced only if it holds nothing but pictures of the same names.

    Args:
        source: What is read, as given to `read`.
        output: What will be written.
        overwrite: Whether the input may be replaced.

    Raises:
        MediaError: The output is the input, a folder where a file is written or a file where a
            folder is, in a folder that is not there or cannot be written to, would take other
            files with it, or its suffix names another format than the input's.
    """
    location, output = locate(Path(source)), Path(output)
    given = location.file.parent if location.matches else location.file
    if is_stack(location):
        _check_stack(location, output)
    else:
        _check_file(given, output)
    check_folder_place(output)
    if not overwrite and output.exists() and os.path.samefile(given, output):
        raise MediaError(
            f"{output} is the input itself: choose another name, or allow it with --overwrite"
        )


def write(
    source: Source,
    filled: ArrayLike,
    output: str | os.PathLike[str],
    *,
    keep_observed: bool = True,
) -> None:
    """Write an answer in the format, size, bit depth and layout of its source, whole or not at all.

    A pixel that was fully transparent, and so has been filled, becomes opaque; all others keep
    their opacity. Whole-number formats are rounded and clipped to their range.

    Args:
        source: What was read.
        filled: The answer, with the shape and units of `source.values`.
        output: The file to write, or the folder for a folder of pictures; its suffix is not looked
            at (`check_output` does that).
        keep_observed: Write observed entries bit for bit as they were read, not as in `filled`. A
            format that is stored with loss still changes them, as a note of the source says.

    Raises:
        MediaError: The answer has another shape or is not finite, or the file cannot be written.
    """
    answer = np.asarray(filled, dtype=np.float64)
    if answer.shape != source.values.shape:
        raise MediaError(
            f"{output}: the answer has shape {answer.shape}, not {source.values.shape}: "
            f"it does not belong to {source.path}"
        )
    beyond = np.zeros(1, bool) if source.outside is None else source.outside
    if not (np.isfinite(answer) | beyond).all():
        raise MediaError(f"{output}: the answer has NaN or infinite values: nothing is written")
    pixels = from_values(answer, source.stored)
    if keep_observed:
        new, pixels = pixels, source.stored.pixels.copy()
        pixels[source.missing] = new[source.missing]
    elif source.outside is not None:
        pixels = np.where(beyond, source.stored.pixels, pixels)
    try:
        with _place(source, output) as temporary:
            stored = source.stored
            if stored.is_series:
                stored, pixels = replace(stored, pixels=stored.pixels[:, 0]), pixels[:, 0]
            source.codec.encode(stored, pixels, _filled_alpha(source), temporary)
    except MediaError:
        raise
    except Exception as error:  # encoders raise anything, and a disk may be full
        raise MediaError(f"{output} cannot be written: {error}") from error


def _check_file(file: Path, output: Path) -> None:
    """Refuse an output that is not a file in the format of the input."""
    codec = codec_for(file)
    if output.is_dir() and file.is_dir():
        check_folder(output, frozenset(os.listdir(file)))
    elif output.is_dir():
        raise MediaError(f"{output} is a folder: name a file in it")
    if output.suffix.lower() not in codec.suffixes and not is_convertible(file, output):
        raise MediaError(
            f"{output}: the output is written as {codec.name}, the format of {file.name}: "
            f"name it {output.with_suffix(file.suffix).name}"
        )


def _check_stack(location: Location, output: Path) -> None:
    """Refuse an output that cannot be a folder of the input's pictures."""
    names = frozenset(file.name for file in STACK.files(location))
    if any(output.suffix.lower() in codec.suffixes for codec in CODECS):
        raise MediaError(
            f"{output}: the output is a folder of {len(names)} pictures, as the input is: "
            f"name it {output.with_suffix('').name}"
        )
    check_folder(output, names)


def _place(source: Source, output: str | os.PathLike[str]) -> AbstractContextManager[Path]:
    """Return what gives a temporary file, or for a stack of pictures a temporary folder."""
    if source.codec is not STACK:
        file = locate(source.path).file
        if file.is_dir():
            return atomic_folder(output, frozenset(os.listdir(file)))
        return atomic_path(output)
    return atomic_folder(output, frozenset(frame.name for frame in source.stored.layout))


def _filled_alpha(source: Source) -> NDArray[Any] | None:
    """Return the opacity of the answer: full where there was none, else as it was."""
    alpha = source.stored.alpha
    if alpha is None:
        return None
    opaque = alpha.dtype.type(source.stored.unit)
    return np.where(alpha == 0, opaque, alpha)
