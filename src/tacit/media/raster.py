"""What the picture formats share: the size limit, opacity and the scale of whole numbers."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.memory import STILL, check_memory

PIXEL_LIMIT = 200_000_000
"""The most pixels that a picture may decode to."""


def check_size(file: Path, width: int, height: int, channels: int = 1) -> None:
    """Refuse a picture whose header promises more pixels than may be, or than fit into memory.

    Args:
        file: named in the message.
        width: in pixels.
        height: in pixels.
        channels: of each pixel.

    Raises:
        MediaError: The picture has more than `PIXEL_LIMIT` pixels, or memory is short of it.
    """
    if width * height > PIXEL_LIMIT:
        raise MediaError(
            f"{file} is {width} × {height} pixels, more than {PIXEL_LIMIT // 10**6} megapixels: "
            "cut it into pieces or make it smaller"
        )
    check_memory(file, (height, width, *((channels,) if channels > 1 else ())), STILL)


def check_single(file: Path, frames: int) -> None:
    """Refuse a file of several pictures: an animation or a document of pages.

    Raises:
        MediaError: There is more than one picture.
    """
    if frames > 1:
        raise MediaError(
            f"{file} holds {frames} pictures (frames or pages): save one of them as a file"
        )


def split_alpha(samples: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return the colour and the opacity of `(m, n)` or `(m, n, 1 to 4)` samples, opacity last."""
    if samples.ndim == 2:
        return samples, None
    if samples.shape[2] == 1:
        return samples[..., 0], None
    if samples.shape[2] == 2:
        return samples[..., 0], samples[..., 1]
    if samples.shape[2] == 4:
        return samples[..., :3], samples[..., 3]
    return samples, None


def join_alpha(pixels: NDArray[Any], alpha: NDArray[Any] | None) -> NDArray[Any]:
    """Return contiguous samples with the opacity as last channel: the inverse of `split_alpha`."""
    if alpha is None:
        return np.ascontiguousarray(pixels)
    return np.dstack([pixels, alpha])


def grey_if_possible(colours: NDArray[Any], shown: NDArray[np.bool_]) -> NDArray[Any]:
    """Return one channel of `(..., 3)` colours if all three are equal wherever they are shown."""
    first = colours[..., :1]
    same = (colours == first).all(axis=-1)
    return np.ascontiguousarray(first[..., 0] if same[shown].all() else colours)


def full_scale(dtype: np.dtype[Any]) -> float:
    """Return the stored number that stands for 1: the largest one of an unsigned type, else 1."""
    return float(np.iinfo(dtype).max) if dtype.kind == "u" else 1.0


def bits_note(file: Path, bits: int) -> str:
    """Return the note on a picture of more than 8 bits a channel that is read with 8."""
    return f"the {bits} bits a channel of {file.name} are read and written as 8"


def lossy_note(file: Path, name: str, *, still: bool = True) -> str:
    """Return the warning that observed pixels do not survive a lossy format unchanged.

    Args:
        file: named in the warning.
        name: of the format, with its article.
        still: whether it holds a picture, not a film.
    """
    other = "PNG" if still else "a TIFF stack or a folder of PNG files"
    return (
        f"{file.name} is {name}, a lossy format: observed pixels change slightly when it is "
        f"written; to keep them exactly, convert it to {other} first"
    )
