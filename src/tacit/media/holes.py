"""What is missing: the union of every rule that marks a pixel or an entry."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import Stored
from tacit.media.errors import MediaError
from tacit.media.formats import decode


def own_holes(stored: Stored[Any]) -> NDArray[np.bool_]:
    """Return where a file itself says that it misses something: NaN, or no opacity at all."""
    holes = _any_channel(np.isnan(stored.pixels))
    return holes if stored.alpha is None else holes | (stored.alpha == 0)


def value_holes(stored: Stored[Any], value: float | int) -> NDArray[np.bool_]:
    """Return where all channels equal `value`, a number as the file stores it (0 to 255, say)."""
    with np.errstate(over="ignore"):
        equal = stored.pixels == value
    return np.all(equal, axis=2) if equal.ndim == 3 else equal


def mask_holes(
    mask: Path, path: Path, shape: tuple[int, int]
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return where a mask file is not zero, and what to tell the user about it.

    Args:
        mask: A picture or an array. A fully transparent pixel of it counts as zero, and its
            opacity is not looked at otherwise.
        path: What the mask is for, named in messages.
        shape: Rows and columns that the mask must have.

    Raises:
        MediaError: The mask cannot be read, has another size, or has blanks of its own.
    """
    stored = decode(mask)[1]
    height, width = stored.pixels.shape[:2]
    if (height, width) != shape:
        raise MediaError(
            f"{mask}: the mask is {height} high and {width} wide, but {path} is {shape[0]} high "
            f"and {shape[1]} wide: give a mask of the same size"
        )
    if np.isnan(stored.pixels).any():
        raise MediaError(f"{mask}: the mask has blanks or NaN: give 0 or 1 at every place")
    holes = _any_channel(stored.pixels != 0)
    note = (
        f"the mask {mask.name} is stored with loss, which leaves small numbers around what was "
        "painted: they count as missing too; give the mask as PNG"
    )
    notes = (note,) if stored.lossy else ()
    return (holes if stored.alpha is None else holes & (stored.alpha != 0)), notes


def lines_wholly_missing(holes: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return a note for the rows, and one for the columns, of which nothing was observed.

    No low-rank structure reaches such a line: only smoothness can fill it. Lines count from 1.
    """
    notes = []
    for word, axis in (("row", 1), ("column", 0)):
        lines = np.flatnonzero(holes.all(axis=axis)) + 1
        if lines.size == 1:
            notes.append(
                f"{word} {lines[0]} (counting from 1) is wholly missing: "
                "it is filled by smoothness alone"
            )
        elif lines.size > 1:
            notes.append(
                f"{word}s {_ranges(lines)} (counting from 1) are wholly missing: "
                "they are filled by smoothness alone"
            )
    return tuple(notes)


def _any_channel(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where any channel is marked."""
    return np.any(marked, axis=2) if marked.ndim == 3 else marked


def _ranges(lines: NDArray[np.intp]) -> str:
    """Return ascending numbers as text with runs joined, the first five runs of them."""
    runs = np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1)
    parts = [str(run[0]) if run.size == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    shown = ", ".join(parts[:5])
    return shown if len(parts) <= 5 else f"{shown} and {sum(run.size for run in runs[5:])} more"
