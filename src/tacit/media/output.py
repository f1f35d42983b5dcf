"""Writing an answer in the format of what was read."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tacit.media.atomic import atomic_path
from tacit.media.errors import MediaError
from tacit.media.formats import codec_for
from tacit.media.location import locate
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
    (symbolic or hard link), is replaced only with `overwrite`.

    Args:
        source: What is read, as given to `read`.
        output: What will be written.
        overwrite: Whether the input may be replaced.

    Raises:
        MediaError: The output is the input, a folder, in a folder that is not there or cannot be
            written to, or its suffix names another format than the input's.
    """
    file, output = locate(Path(source)).file, Path(output)
    codec = codec_for(file)
    if output.is_dir():
        raise MediaError(f"{output}: is a folder: name a file in it")
    if output.suffix.lower() not in codec.suffixes:
        raise MediaError(
            f"{output}: the output is written as {codec.name}, the format of {file.name}: "
            f"name it {output.with_suffix(file.suffix).name}"
        )
    folder = Path(os.path.realpath(output)).parent
    if not folder.is_dir():
        raise MediaError(f"{output}: the folder {folder} does not exist: create it")
    if not os.access(folder, os.W_OK):
        raise MediaError(f"{output}: the folder {folder} cannot be written to: choose another")
    if not overwrite and output.exists() and os.path.samefile(file, output):
        raise MediaError(
            f"{output}: is the input itself: choose another name, or allow it with --overwrite"
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
        output: The file to write; its suffix is not looked at (`check_output` does that).
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
    if not np.isfinite(answer).all():
        raise MediaError(f"{output}: the answer has NaN or infinite values: nothing is written")
    pixels = from_values(answer, source.stored)
    if keep_observed:
        new, pixels = pixels, source.stored.pixels.copy()
        pixels[source.mask] = new[source.mask]
    try:
        with atomic_path(output) as temporary, open(temporary, "wb") as stream:
            source.codec.encode(source.stored, pixels, _filled_alpha(source), stream)
    except MediaError:
        raise
    except Exception as error:  # encoders raise anything, and a disk may be full
        raise MediaError(f"{output}: cannot be written: {error}") from error


def _filled_alpha(source: Source) -> NDArray[Any] | None:
    """Return the opacity of the answer: full where there was none, else as it was."""
    alpha = source.stored.alpha
    if alpha is None:
        return None
    opaque = alpha.dtype.type(source.stored.unit)
    return np.where(alpha == 0, opaque, alpha)
