"""What stands before the cases of SPSS's `.sav` files: the columns, and how cells are stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.whole_numbers import whole_number

Bytes = NDArray[np.uint8]

PLAIN, CODED, ZIPPED = 0, 1, 2
"""How cells may be stored: in full, as codes of one byte, or as codes that zlib compressed."""
_HEADER, _END = 176, 999
_SEGMENT = 252
"""Characters that a column of the file holds of a long text, which takes several."""
_DATES = frozenset([*range(20, 31), 38, 39, 40, 41])
"""The formats of dates and times, by number."""
_MEASURES = {1: "nominal", 2: "ordinal", 3: "scale"}
_PAGES = {1: "cp037", 2: "ascii", 3: "latin-1", 65001: "utf-8"}
"""Encodings by their numbers in the file, where these are not code pages of Windows."""


@final
@dataclass(frozen=True)
class Variable:
    """A column.

    Attributes:
        name: Of the column.
        at: Which of the cells of a case it is, or its first one.
        sort: `number`, `text` or `date`.
        measure: `nominal`, `ordinal`, `scale`, or nothing if the file does not say it.
        missing: Ranges of values that the user of SPSS said to be missing, both ends included.
        labelled: The values that have labels.
    """

    name: str
    at: int
    sort: str
    measure: str = ""
    missing: tuple[tuple[float, float], ...] = ()
    labelled: tuple[float, ...] = ()


@final
class Dictionary(NamedTuple):
    """What stands before the cases.

    Attributes:
        order: Of the bytes, `<` or `>`.
        compression: `PLAIN`, `CODED` or `ZIPPED`.
        bias: What is taken from a number to be its code.
        height: How many cases there are, or −1 if the file does not say it.
        width: How many cells a case has.
        variables: The columns.
        end: Where the cases begin.
    """

    order: str
    compression: int
    bias: float
    height: int
    width: int
    variables: tuple[Variable, ...]
    end: int


@final
@dataclass
class _Parts:
    """What has been read of the dictionary so far; names are still bytes."""

    columns: list[tuple[bytes, Variable]] = field(default_factory=list)
    width: int = 0
    values: tuple[float, ...] = ()
    labelled: dict[int, tuple[float, ...]] = field(default_factory=dict)
    further: dict[int, bytes] = field(default_factory=dict)


def read_dictionary(file: Path, data: Bytes) -> Dictionary:
    """Return what stands before the cases.

    Args:
        file: Named in messages.
        data: The bytes of the file.

    Raises:
        MediaError: The file was cut short, or its parts are not known.
    """
    try:
        return _read(data)
    except (IndexError, ValueError, OverflowError, LookupError) as error:
        raise MediaError(
            f"{file} is not a readable SPSS file, or was cut short ({error}): "
            "save or download it again"
        ) from error


def _read(data: Bytes) -> Dictionary:
    order = "<" if whole_number(data, "<i4", 64) in (2, 3) else ">"
    compression, count = (whole_number(data, f"{order}i4", at) for at in (72, 80))
    bias = float(np.frombuffer(data, f"{order}f8", count=1, offset=84)[0])
    if compression not in (PLAIN, CODED, ZIPPED):
        raise ValueError(f"compression {compression}")

    at, parts = _HEADER, _Parts()
    while (sort := whole_number(data, f"{order}i4", at)) != _END:
        start, at = at, _read_part(data, order, sort, at, parts)
        if at < start + 8:
            raise ValueError("a part of negative length")
    if not parts.width or count < -1 or (count < 0 and compression == ZIPPED):
        raise ValueError(f"{parts.width} columns, {count} cases")
    variables = _named(order, parts)
    return Dictionary(order, compression, bias, count, parts.width, variables, at + 8)


def _read_part(data: Bytes, order: str, sort: int, at: int, parts: _Parts) -> int:
    """Take a part of the dictionary into `parts`, and return where the next one begins."""
    first, second, third, form = (
        whole_number(data, f"{order}i4", at + 4 * x) for x in (1, 2, 3, 4)
    )
    if sort == 2:  # a cell of a case: of numbers, of text, or what continues a text
        label = 4 + -(-whole_number(data, f"{order}i4", at + 32) // 4) * 4 if second else 0
        values = _floats(data, order, abs(third), at + 32 + label)
        if first >= 0:
            date = (form >> 16) & 255 in _DATES
            what = "text" if first else "date" if date else "number"
            missing = () if first else _ranges(third, values)
            name = data[at + 24 : at + 32].tobytes()
            parts.columns.append((name, Variable("", parts.width, what, missing=missing)))
        parts.width += 1
        return at + 32 + label + 8 * len(values)
    if sort == 3:  # values with labels
        found, at = [], at + 8
        for _ in range(first):
            found += _floats(data, order, 1, at)
            at += 8 + -(-(1 + int(data[at + 8])) // 8) * 8
        parts.values = tuple(found)
        return at
    if sort == 4:  # the cells, counted from 1, whose labels they are
        cells = np.frombuffer(data, f"{order}i4", count=first, offset=at + 8)
        parts.labelled |= {int(cell) - 1: parts.values for cell in cells}
        return at + 8 + 4 * first
    if sort == 6:  # notes
        return at + 8 + 80 * first
    if sort == 7:  # all else, by number
        parts.further[first] = data[at + 16 : at + 16 + second * third].tobytes()
        return at + 16 + second * third
    raise ValueError(f"an unknown part {sort}")


def _floats(data: Bytes, order: str, count: int, at: int) -> list[float]:
    return np.frombuffer(data, f"{order}f8", count=count, offset=at).tolist()


def _ranges(count: int, values: list[float]) -> tuple[tuple[float, float], ...]:
    """Return what is missing: up to three values, or a range and perhaps a value."""
    singles = [(value, value) for value in (values if count >= 0 else values[2:])]
    return (*([] if count >= 0 else [(values[0], values[1])]), *singles)


def _named(order: str, parts: _Parts) -> tuple[Variable, ...]:
    """Return the columns with their names, measures and labels; a long text is one column."""
    encoding = parts.further.get(20, b"").decode("ascii", "replace") or "utf-8"
    if 20 not in parts.further and len(parts.further.get(3, b"")) >= 32:
        page = int(np.frombuffer(parts.further[3], f"{order}i4")[7])
        encoding = _PAGES.get(page, f"cp{page}")

    names = _pairs(parts.further.get(13, b""))
    lengths = _pairs(parts.further.get(14, b""))
    shown = np.frombuffer(parts.further.get(11, b""), f"{order}i4")
    each = max(shown.size // len(parts.columns), 1)
    variables, skipped = [], 0
    for place, (short, variable) in enumerate(parts.columns):
        if skipped:
            skipped -= 1
            continue
        key = short.rstrip(b" \0").upper()
        if key in lengths:
            skipped = -(-int(lengths[key].rstrip(b"\0")) // _SEGMENT) - 1
        measure = _MEASURES.get(int(shown[each * place]), "") if shown.size > each * place else ""
        name = names.get(key, key).decode(encoding, "replace")
        labelled = parts.labelled.get(variable.at, ())
        variables.append(replace(variable, name=name, measure=measure, labelled=labelled))
    return tuple(variables)


def _pairs(text: bytes) -> Mapping[bytes, bytes]:
    """Return what stands behind equal signs, between tabs, by what stands before them."""
    parts = (pair.partition(b"=") for pair in text.split(b"\t") if b"=" in pair)
    return {key.upper(): value for key, _, value in parts}
