"""Stata's tables: `.dta`."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import STILL, check_memory
from tacit.media.reading import Reading
from tacit.media.roles import choose_readings, is_labelled, left_alone, why_no_reading
from tacit.media.stata_rows import (
    DOUBLE,
    FLOAT,
    NEW,
    OLD,
    WIDER,
    Number,
    Rows,
    find_rows,
    write_rows,
)
from tacit.media.stata_words import Words, read_words
from tacit.media.wording import several

_DATE = re.compile(r"%[-+]?[td]")
"""How the formats of dates begin."""


@final
@dataclass(frozen=True, eq=False)
class StataFile:
    """A file, how its rows are laid out, and in which columns its readings stand."""

    data: NDArray[np.uint8]
    rows: Rows
    places: tuple[int, ...]


@final
class Stata(AbstractCodec[StataFile]):
    """Read and write `.dta` of Stata 8 and later; only cells that are filled are written anew.

    The missing codes `.` and `.a` to `.z` are filled. All else, labels, formats, notes and the
    other cells, stays byte for byte. A column of whole numbers keeps its type where its fills
    are whole and fit, else it becomes a wider one or double precision.
    """

    name: ClassVar[str] = "Stata"
    suffixes: ClassVar[tuple[str, ...]] = (".dta",)
    signatures: ClassVar[tuple[bytes, ...]] = (
        NEW,
        *(bytes([release, order]) for release in OLD for order in (1, 2)),
    )
    options: ClassVar[frozenset[str]] = frozenset(["--columns", "--ignore"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[StataFile]:
        """Read the columns of readings, with NaN where a cell is missing."""
        data = np.memmap(location.file, np.uint8, mode="r")
        rows = find_rows(location.file, data)
        check_memory(location.file, (rows.height, len(rows.codes)), STILL)
        if rows.height == 0:
            raise MediaError(f"{location.file} has columns but no rows: add the rows")
        words, cells = read_words(location.file, data, rows), rows.read(data)
        names = [each.name for each in words]

        # Readings are numbers, unless their names, labels or formats say that they are none.
        columns = {
            name: _numbers(cells[str(at)], number)
            for at, (name, number) in enumerate(zip(names, rows.numbers, strict=True))
            if number is not None
        }
        sorts: dict[str, str] = {}
        for at, each in enumerate(words):
            sort = _sort(each, columns.get(each.name), first=not sorts and at == 0)
            sorts |= {} if sort is None else {each.name: sort}
        texts = {name: "text" for name in names if name not in columns}
        chosen, sorts = choose_readings(location.file, names, sorts, texts, reading)
        places = tuple(names.index(name) for name in chosen)

        whole = [repr(names[at]) for at in places if rows.numbers[at] not in (FLOAT, DOUBLE)]
        notes = ()
        if whole:
            notes = (
                f"of the columns {several(whole)}, which hold whole numbers, those that are filled "
                "in with fractions are written in double precision",
            )

        return Stored(
            np.stack([columns[name] for name in chosen], axis=1),
            layout=StataFile(data, rows, places),
            notes=notes,
            columns=tuple(chosen),
            details=(*_codes(cells, rows, places), *left_alone(list(sorts.items()))),
        )

    def encode(
        self,
        stored: Stored[StataFile],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the file again, with numbers of its own only in cells that have changed."""
        data, old, places = stored.layout.data, stored.layout.rows, stored.layout.places
        types: list[Number | None] = [None] * len(old.codes)
        for to, at in enumerate(places):
            number = old.numbers[at]
            assert number is not None  # of readings
            types[at] = _holding(number, pixels[:, to])
        new = old.retyped(types)
        before = old.read(data)
        rows = np.empty(old.height, new.dtype)
        for at in range(len(old.codes)):
            rows[str(at)] = before[str(at)]
        for to, at in enumerate(places):
            changed = stored.pixels[:, to] != pixels[:, to]
            rows[str(at)][changed] = pixels[changed, to]
        with open(path, "wb") as file:
            file.writelines(write_rows(data, old, new, rows))


def _sort(words: Words, values: NDArray[np.float64] | None, *, first: bool) -> str | None:
    """Return what a column is if it is no reading, else None.

    Numbers that all have labels are categories.

    Args:
        words: What the file says of the column.
        values: Its numbers; None if it has none.
        first: Whether it is the first column.
    """
    if values is None:
        return "text"
    if _DATE.match(words.format):
        return "dates"
    if is_labelled(values, words.labelled):
        return "categories"
    return why_no_reading(words.name, values, first=first)


def _numbers(cells: NDArray[Any], number: Number) -> NDArray[np.float64]:
    """Return the cells of a column as numbers, NaN for the codes of missing."""
    values = cells.astype(np.float64)
    # What is no number at all is none of Stata's, and missing as well.
    values[~(values <= number.high)] = np.nan
    return values


def _holding(number: Number, values: NDArray[np.float64]) -> Number:
    """Return the type of a column with these values: its own if that can hold them.

    Raises:
        MediaError: None can.
    """
    low, high = values.min(), values.max()
    if number in (FLOAT, DOUBLE):
        candidates = [number, DOUBLE]
    else:
        whole = bool((values == np.rint(values)).all())
        candidates = list(WIDER[WIDER.index(number) :]) if whole else [DOUBLE]
    for wide in candidates:
        if wide.low <= low and high <= wide.high:
            return wide
    raise MediaError(f"Stata has no number as large as {max(-low, high):g}")


def _codes(cells: NDArray[Any], rows: Rows, places: tuple[int, ...]) -> tuple[str, ...]:
    """Return the phrase on the codes of missing that are not the plain one, if there are any."""
    found: Counter[int] = Counter()
    for at in places:
        number = rows.numbers[at]
        assert number is not None  # of readings
        values = cells[str(at)].astype(np.float64)
        beyond = values[values > number.high]
        found.update(np.rint((beyond - number.missing) / number.step).astype(int).tolist())
    marks = [f".{chr(96 + at)} ({count})" for at, count in sorted(found.items()) if 1 <= at <= 26]
    return (f"missing are {several(marks)} beside the plain '.'",) if marks else ()
