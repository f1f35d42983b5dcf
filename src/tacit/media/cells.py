"""The text of a table as cells."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, final

from tacit.media.errors import MediaError

if TYPE_CHECKING:
    import polars as pl

DELIMITERS = ("\t", ";", "|", ",")
"""What may stand between cells, the most telling first."""


@final
class Cells(NamedTuple):
    """The cells of a text.

    Attributes:
        delimiter: What stands between them.
        frame: The cells in columns named "0", "1" and so on.
        widths: How many cells each row has of its own, where they differ by blank ones at the end.
    """

    delimiter: str
    frame: "pl.DataFrame"
    widths: tuple[int, ...]


def read_text(file: Path) -> str:
    """Return the text of a file.

    Raises:
        MediaError: It is not UTF-8.
    """
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise MediaError(f"{file} is not UTF-8 text: save it again as UTF-8") from None


def split(file: Path, body: str) -> Cells:
    """Return the delimiter and the cells as text.

    Python's `csv` splits the rows, for polars would fill up one that is too short. A row may have
    blank cells more than the first, or fewer if those of the first are blank, as loggers write
    that end each line with a delimiter.

    Raises:
        MediaError: There are no cells, or rows of several widths.
    """
    import polars as pl

    candidates = ("\t",) if file.suffix.lower() == ".tsv" else DELIMITERS
    with _any_length():
        tables = {
            mark: [row for row in csv.reader(io.StringIO(body, newline=""), delimiter=mark) if row]
            for mark in candidates
        }
    if not any(tables.values()):
        raise MediaError(f"{file} is an empty table: save it again")
    even = [mark for mark, rows in tables.items() if len({len(row) for row in rows}) == 1]
    nearly = [mark for mark, rows in tables.items() if _first_odd(rows) is None]
    delimiter = next(
        (mark for mark in (*even, *nearly) if len(tables[mark][0]) > 1),
        max(candidates, key=lambda mark: len(tables[mark][0])),
    )
    rows = tables[delimiter]
    odd = _first_odd(rows)
    if odd is not None:
        raise MediaError(
            f"{file}: row {odd + 1} has {len(rows[odd])} cells but row 1 has {len(rows[0])}: "
            "give all rows the same number of cells"
        )
    widths = tuple(map(len, rows))
    widest = max(widths)
    if min(widths) < widest:
        rows = [row + [""] * (widest - len(row)) for row in rows]
    else:
        widths = ()
    names = {str(at): pl.String for at in range(widest)}
    return Cells(delimiter, pl.DataFrame(rows, schema=names, orient="row"), widths)


def _first_odd(rows: list[list[str]]) -> int | None:
    """Return the first row that differs from the first by more than blank cells at the end."""
    width = len(rows[0]) if rows else 0
    if all(len(row) == width for row in rows):
        return None
    while width > 1 and not rows[0][width - 1].strip():
        width -= 1
    for at, row in enumerate(rows):
        if len(row) < width or any(cell.strip() for cell in row[max(width, 1) :]):
            return at
    return None


@contextmanager
def _any_length() -> Iterator[None]:
    """Let `csv` read cells of any length; its limit is the process's, and is put back."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
