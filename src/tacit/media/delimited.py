"""Tables of numbers as text: `.csv` and `.tsv`."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location

_BLANKS = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "none"])
_BOM = "\ufeff"


@final
@dataclass(frozen=True, eq=False)
class Sheet:
    """The text of a table, and where in it the numbers begin."""

    rows: list[list[str]]
    top: int
    left: int
    delimiter: str
    decimal: str
    newline: str
    start: str


@final
class Delimited(AbstractCodec[Sheet]):
    """Read and write delimited text; a cell whose number does not change keeps its text.

    A blank cell, `NaN`, `NA`, `N/A`, `#N/A`, `null` or `none`, in any case, is missing. The
    delimiter is a tab, semicolon, bar or comma, the first that gives all rows one width above 1; a
    decimal comma is read where the delimiter is a semicolon and no cell has a point. A first row of
    names and a first column of labels are kept, and the notes say that they were seen. Cells are
    quoted only where they must be, and empty lines are dropped. The text is UTF-8.
    """

    name: ClassVar[str] = "CSV"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    signatures: ClassVar[tuple[bytes, ...]] = ()
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location) -> Stored[Sheet]:
        """Read the numbers, with NaN where a cell is blank."""
        sheet = _parse(location)
        pixels = np.empty((len(sheet.rows) - sheet.top, len(sheet.rows[0]) - sheet.left))
        for i, row in enumerate(sheet.rows[sheet.top :]):
            for j, cell in enumerate(row[sheet.left :]):
                number = _number(cell, sheet.decimal)
                if number is None:
                    raise MediaError(
                        f"{location.file}: row {i + sheet.top + 1}, column {j + sheet.left + 1} "
                        f"holds {cell!r}, which is not a number: leave missing cells blank"
                    )
                pixels[i, j] = number
        notes = []
        if sheet.top:
            notes.append("row 1 is read as the names of the columns")
        if sheet.left:
            notes.append("column 1 is read as the labels of the rows")
        return Stored(pixels, layout=sheet, notes=tuple(notes))

    def encode(
        self,
        stored: Stored[Sheet],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the table, with text of its own only where a number has changed."""
        sheet = stored.layout
        rows = [list(row) for row in sheet.rows]
        for i, j in np.argwhere(pixels != stored.pixels):
            text = repr(float(pixels[i, j])).replace(".", sheet.decimal)
            rows[i + sheet.top][j + sheet.left] = text
        text = io.StringIO()
        text.write(sheet.start)
        writer = csv.writer(text, delimiter=sheet.delimiter, lineterminator=sheet.newline)
        writer.writerows(rows)
        path.write_bytes(text.getvalue().encode())


def _parse(location: Location) -> Sheet:
    """Return the cells of a file, all rows of one width, with the marks of its dialect."""
    try:
        text = location.file.read_bytes().decode()
    except UnicodeDecodeError:
        raise MediaError(f"{location.file}: is not UTF-8 text: save it again as UTF-8") from None
    body = text.removeprefix(_BOM)
    candidates = ("\t",) if location.file.suffix.lower() == ".tsv" else ("\t", ";", "|", ",")
    tables = {delimiter: _split(body, delimiter) for delimiter in candidates}
    if not any(tables.values()):
        raise MediaError(f"{location.file}: holds no cells: save the table again")
    even = [d for d, rows in tables.items() if len({len(row) for row in rows}) == 1]
    delimiter = next(
        (d for d in even if len(tables[d][0]) > 1),
        max(candidates, key=lambda d: len(tables[d][0])),
    )
    rows = tables[delimiter]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise MediaError(
                f"{location.file}: row {i + 1} has {len(row)} cells but row 1 has {len(rows[0])}: "
                "give all rows the same number of cells"
            )
    cells = [cell for row in rows for cell in row]
    comma = delimiter == ";" and any("," in c for c in cells) and not any("." in c for c in cells)
    decimal = "," if comma else "."
    top, left = _margins(rows, decimal)
    newline = "\r\n" if "\r\n" in body else "\n"
    return Sheet(rows, top, left, delimiter, decimal, newline, text[: len(text) - len(body)])


def _split(body: str, delimiter: str) -> list[list[str]]:
    """Return the rows of cells that are not empty lines."""
    return [row for row in csv.reader(io.StringIO(body, newline=""), delimiter=delimiter) if row]


def _margins(rows: list[list[str]], decimal: str) -> tuple[int, int]:
    """Return 1 or 0 for a first row of names, and 1 or 0 for a first column of labels."""
    left = int(len(rows) > 1 and all(_kind(row[0], decimal) == "word" for row in rows[1:]))
    titles = {_kind(cell, decimal) for cell in rows[0][left:]}
    named = "word" in titles and "number" not in titles
    cornered = left == 1 and _kind(rows[0][0], decimal) == "blank"
    return int(named or cornered), left


def _kind(cell: str, decimal: str) -> str:
    """Return whether a cell is a `word`, a `number` or `blank`."""
    number = _number(cell, decimal)
    if number is None:
        return "word"
    return "blank" if math.isnan(number) else "number"


def _number(cell: str, decimal: str) -> float | None:
    """Return the number in a cell, NaN if it is blank, or None if it is something else."""
    text = cell.strip().casefold()
    if text in _BLANKS:
        return math.nan
    if "_" in text:
        return None
    try:
        return float(text.replace(decimal, "."))
    except ValueError:
        return None
