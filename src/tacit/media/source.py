"""Reading what a user gives: a picture, a film or an array, and what is missing of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.axes import name_axes, without_channels
from tacit.media.cf import never_observed
from tacit.media.errors import MediaError
from tacit.media.formats import decode
from tacit.media.holes import lines_wholly_missing, mask_holes, own_holes, value_holes
from tacit.media.likeness import are_alike
from tacit.media.masks import Marking
from tacit.media.read_as import describe
from tacit.media.reading import Reading
from tacit.media.scale import to_values
from tacit.media.stack import Stack

MissingValue = float | int | str


@final
@dataclass(frozen=True, eq=False)
class Source:
    """A picture, a film or an array with holes, and what is needed to write it again.

    Attributes:
        path: The file as it was named.
        axes: What each axis of `values` counts. A picture has `row`, `column` and, in colour,
            `channel`; a film has `frame` before the channels, whatever its file's order; an array
            has `row`, `column` and, for every further dimension, `slice`.
        values: float64, `(m, n)`, `(m, n, 3)`, `(m, n, frames)`, `(m, n, frames, 3)`, or the shape
            of an array of up to five dimensions. Pictures of whole numbers lie in [0, 1]; arrays,
            and pictures of floating-point numbers, are in their own units. Missing places hold 0,
            so that nothing of what they hide can leak into an answer.
        missing: True where something is missing: of a picture or a film a pixel with all its
            channels, `(m, n)` or `(m, n, frames)`; of an array a single entry, in the shape of
            `values`.
        read_as: What the file was read as, in one line.
        notes: What else to tell the user, a sentence each.
        codec: The format that reads and writes the file.
        stored: The file's own numbers and layout.
        outside: True where nothing is to be filled, as on land in a field of the sea; these entries
            are not `missing`. None if there are none.
    """

    path: Path
    axes: tuple[str, ...]
    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    read_as: str
    notes: tuple[str, ...]
    codec: AbstractCodec[Any]
    stored: Stored[Any]
    outside: NDArray[np.bool_] | None = None

    @property
    def kind(self) -> Literal["picture", "array"]:
        """Whether this is a picture (or a film, which has a `frame` axis) or an array."""
        return self.codec.kind


def read(
    path: str | os.PathLike[str],
    *,
    missing: str | os.PathLike[str] | None = None,
    marking: Marking = Marking(),
    missing_value: MissingValue | Sequence[MissingValue] | None = None,
    reading: Reading = Reading(),
    land: Literal["leave", "fill"] = "leave",
    need_holes: bool = True,
) -> Source:
    """Read a picture, a film or an array and find what is missing of it.

    Missing is the union of: NaN and blank cells; fully transparent pixels; what a mask file marks;
    and the places that equal a value.

    Args:
        path: PNG, JPEG, TIFF, WebP, AVIF or HEIC; GIF, MP4, TIFF of several pages, a folder of
            pictures or a pattern such as `folder/*.png`; NPY, NPZ, MAT, CSV, TSV, Parquet,
            XLSX, DTA or SAV. `archive.npz:name` and `archive.mat:name` choose one variable of
            several.
        missing: A mask file with the height and width of what is read, and as many frames or
            slices; one picture is applied to all of them, and a note says so.
        marking: How the values of the mask are read: above which of them a place is missing, and
            whether they mark what is known instead.
        missing_value: The number, as the file stores it (0 to 255 in an 8-bit picture), that stands
            for a missing entry; a pixel is missing where all its colour channels equal it. Of a
            table of text it may be a text; several may be given.
        reading: How a table or a file of several variables is read.
        land: Whether places of a field that are observed at no time are left missing or filled.
        need_holes: Refuse a file of which nothing is missing; give False to denoise one.

    Returns:
        The source.

    Raises:
        MediaError: The file or the mask cannot be used; the message says why and what to do.
    """
    path = Path(path)
    marks = _numbers_and_texts(missing_value)
    codec, stored = decode(path, reading._replace(missing=(*reading.missing, *marks.texts)))
    axes = name_axes(codec.kind, stored)
    read_as = describe(codec, stored, axes)
    m, n = stored.pixels.shape[:2]
    if m * n < 4 or (min(m, n) < 2 and codec.kind != "array"):
        raise MediaError(
            f"{path} is {m} × {n}: pictures need at least 2 rows and 2 columns, and a series four "
            f"entries (it is read as {read_as})"
        )

    # Missing is what any of the rules marks; those that the user named say what they found.
    notes = list(stored.notes)
    holes = own_holes(stored, axes)
    if missing is not None:
        marked, remarks = mask_holes(
            Path(missing), path, without_channels(axes), holes.shape, marking, stored.orientation
        )
        holes |= marked
        notes += remarks
    for value in marks.numbers:
        equal = value_holes(stored, axes, value)
        if not equal.any():
            notes.append(f"nothing in {path.name} equals the missing value {value:g}")
        holes |= equal
    outside = never_observed(holes, stored.counts) if land == "leave" else None
    if outside is not None and not outside.all():
        holes &= ~outside
        share = outside.size // int(np.prod(outside.shape[:2]))
        notes.append(
            f"{outside.sum() // share} of {outside.size // share} places are observed at no time, "
            "as land is, and stay missing: --land fill fills them"
        )
    if holes.all():
        raise MediaError(f"{path}: everything in it is missing: there is nothing to learn from")

    # Zero, not what the file holds there: nothing that a hole hides can leak into an answer.
    values = to_values(stored)
    values[holes if outside is None else holes | outside] = 0.0
    _check_finite(path, values, axes, stored.columns)
    if need_holes and not holes.any():
        raise MediaError(
            f"{path}: nothing in it is missing: name a mask (--missing) or a value "
            "(--missing-value), or leave NaN, blank cells or transparent pixels"
        )
    if isinstance(codec, Stack) and stored.film and not are_alike(values, holes):
        notes.append(
            f"neighbouring pictures of {path.name} are unlike each other, but are completed as the "
            "frames of one film: if they are not, complete each on its own with --each"
        )
    notes += lines_wholly_missing(holes, without_channels(axes), stored.columns)
    return Source(path, axes, values, holes, read_as, tuple(notes), codec, stored, outside)


def read_truth(path: str | os.PathLike[str], like: Source) -> NDArray[np.float64]:
    """Read what is complete, to compare an answer with it, on the scale of `like.values`.

    Args:
        path: A picture, film or array; its format and bit depth may differ from those of `like`.
        like: The source whose truth it is.

    Returns:
        Values of the shape of `like.values`.

    Raises:
        MediaError: The file cannot be read, has another shape or kind, or has holes itself.
    """
    path = Path(path)
    codec, stored = decode(path)
    axes = name_axes(codec.kind, stored)
    if _article(codec.kind, axes) != _article(like.kind, like.axes):
        raise MediaError(
            f"{path} is {_article(codec.kind, axes)}, but {like.path} is "
            f"{_article(like.kind, like.axes)}: give the truth as the same kind of file"
        )
    if stored.pixels.shape != like.values.shape:
        raise MediaError(
            f"{path} is {_shape(stored.pixels)}, but {like.path} is {_shape(like.values)}: "
            "give a truth of the same size, frames and channels"
        )
    values = to_values(stored)
    beyond = np.zeros(1, bool) if like.outside is None else like.outside
    values = np.where(beyond, 0.0, values)
    if (own_holes(stored, axes) & ~beyond).any():
        raise MediaError(
            f"{path}: the truth has NaN, blanks or transparent pixels: give a complete one"
        )
    _check_finite(path, values, axes, stored.columns)
    return values


@final
class _Marks(NamedTuple):
    """What stands for missing entries: numbers, and texts of tables."""

    numbers: tuple[float, ...]
    texts: tuple[str, ...]


def _numbers_and_texts(given: MissingValue | Sequence[MissingValue] | None) -> _Marks:
    """Return the missing values that are numbers, and those that are none."""
    marks = () if given is None else given
    numbers, texts = [], []
    for mark in [marks] if isinstance(marks, str | float | int) else marks:
        try:
            number = float(mark)
        except ValueError:
            texts.append(str(mark))
        else:
            if not np.isnan(number):  # which is missing anyway
                numbers.append(number)
    return _Marks(tuple(numbers), tuple(texts))


def _check_finite(
    path: Path, values: NDArray[np.float64], axes: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    """Refuse infinite values, naming the first one's place."""
    infinite = np.isinf(values)
    if infinite.any():
        first = np.unravel_index(int(infinite.argmax()), infinite.shape)
        numbers = [str(at + 1) for at in first]
        if columns:
            numbers[1] = repr(columns[int(first[1])])
        place = ", ".join(f"{axis} {at}" for axis, at in zip(axes, numbers, strict=True))
        raise MediaError(
            f"{path}: the value at {place} (counting from 1) is infinite: "
            "mark it as missing or correct it"
        )


def _shape(values: NDArray[Any]) -> str:
    """Return the shape of an array in words, as `4 × 5 × 3`."""
    return " × ".join(map(str, values.shape))


def _article(kind: Literal["picture", "array"], axes: tuple[str, ...]) -> str:
    """Return the kind of a file with its article."""
    return "an array" if kind == "array" else "a film" if "frame" in axes else "a picture"
