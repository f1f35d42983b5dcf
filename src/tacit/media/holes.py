"""What is missing: the union of every rule that marks a pixel or an entry."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import Stored
from tacit.media.axes import size_in_words, without_channels
from tacit.media.errors import MediaError
from tacit.media.masks import Marking, read_mask
from tacit.media.orientation import lay_over
from tacit.media.wording import several


def own_holes(stored: Stored[Any], axes: Sequence[str]) -> NDArray[np.bool_]:
    """Return where a file itself says that it misses something: NaN, or no opacity at all."""
    if stored.pixels.dtype.kind != "f":
        holes = np.zeros(_mask_shape(stored.pixels, axes), bool)
    else:
        holes = _any_channel(np.isnan(stored.pixels), axes)
    return holes if stored.alpha is None else holes | (stored.alpha == 0)


def value_holes(stored: Stored[Any], axes: Sequence[str], value: float | int) -> NDArray[np.bool_]:
    """Return where all channels equal `value`, or the number that single precision has for it.

    Args:
        stored: what was read.
        axes: of its pixels, by name.
        value: a number as the file stores it, 0 to 255 in a picture of 8 bits.
    """
    # -999.9 is another number in single precision; as such it comes from a file, or from a column
    # of one, whatever type holds it now.
    with np.errstate(over="ignore"):
        equal = (stored.pixels == value) | (stored.pixels == float(np.float32(value)))
    return np.all(equal, axis=-1) if "channel" in axes else equal


def mask_holes(
    mask: Path,
    path: Path,
    axes: Sequence[str],
    shape: tuple[int, ...],
    marking: Marking,
    orientation: int = 1,
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return what a mask file marks as missing, and what to tell the user about it.

    Args:
        mask: A picture, a film or an array.
        path: What the mask is for, named in messages.
        axes: The axes that the mask must have: rows, columns, and of a film its frames.
        shape: Its size along them. Rows and columns alone are enough: such a mask is applied to all
            frames or slices, and a note says so.
        marking: How its values are read.
        orientation: The Exif tag of what the mask is for.

    Raises:
        MediaError: The mask cannot be read or understood, or has another size.
    """
    missing, notes, own = read_mask(mask, marking)
    missing, how = lay_over(missing, own, shape[:2], orientation)
    if how is not None:
        notes += (
            f"viewers turn {path.name} by its Exif tag ({orientation}), and the mask {mask.name} "
            f"by another ({own}): it is laid {how}",
        )
    if missing.shape == shape:
        return missing, notes
    if missing.shape != shape[:2]:
        raise MediaError(_mismatch(mask, missing.shape, path, axes, shape))
    many = size_in_words(axes[2:], shape[2:])
    notes += (f"the mask {mask.name} is one picture: it is applied to all {many}",)
    expanded = missing.reshape(*missing.shape, *(1,) * (len(shape) - 2))
    return np.broadcast_to(expanded, shape), notes


def lines_wholly_missing(
    holes: NDArray[np.bool_], axes: Sequence[str], columns: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return a note for the rows, columns, frames and slices of which nothing was observed.

    No low-rank structure reaches such a line: only smoothness can fill it, or in a table the means.
    Lines count from 1, but for columns that have names.

    Args:
        holes: True where missing.
        axes: of the holes, by name.
        columns: names of a table's columns, if it has any.
    """
    if sum(side > 1 for side in holes.shape) < 2:
        return ()  # of a single series every entry is a whole line
    notes = []
    for axis, word in enumerate(axes):
        others = tuple(other for other in range(holes.ndim) if other != axis)
        lines = np.flatnonzero(holes.all(axis=others))
        if not lines.size:
            continue
        if columns and axis == 1:
            named = several([repr(columns[line]) for line in lines.tolist()])
        else:
            along = f", along dimension {axis + 1}" if axes.count(word) > 1 else ""
            named = f"{_ranges(lines + 1)} (counting from 1{along})"
        notes.append(
            f"{word} {named} is wholly missing: only smoothness or means can fill it"
            if lines.size == 1
            else f"{word}s {named} are wholly missing: only smoothness or means can fill them"
        )
    return tuple(notes)


def _mismatch(
    mask: Path, given: tuple[int, ...], path: Path, axes: Sequence[str], shape: tuple[int, ...]
) -> str:
    """Return what is wrong with the size of a mask."""
    if len(given) == len(shape) == 2:
        return (
            f"{mask}: the mask is {given[0]} high and {given[1]} wide, but {path} is {shape[0]} "
            f"high and {shape[1]} wide: give a mask of the same size"
        )
    also = "" if len(shape) == 2 else ", or one of its height and width that applies throughout"
    return (
        f"{mask}: the mask is {' × '.join(map(str, given))}, but {path} is "
        f"{size_in_words(axes, shape)}: give a mask of the same size{also}"
    )


def _mask_shape(values: NDArray[Any], axes: Sequence[str]) -> tuple[int, ...]:
    """Return the shape of a mask: that of the values, without the colours."""
    return values.shape[: len(without_channels(axes))]


def _any_channel(marked: NDArray[np.bool_], axes: Sequence[str]) -> NDArray[np.bool_]:
    """Return where any channel is marked."""
    return np.any(marked, axis=-1) if "channel" in axes else marked


def _ranges(lines: NDArray[np.intp]) -> str:
    """Return ascending numbers as text with runs joined, the first five runs of them."""
    runs = np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1)
    parts = [str(run[0]) if run.size == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return several(parts, sum(run.size for run in runs[5:]))
