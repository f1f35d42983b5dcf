"""The text of a table as cells, and the numbers in them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tacit.media.errors import MediaError
from tacit.media.wording import several

if TYPE_CHECKING:
    import polars as pl

DELIMITERS = ("\t", ";", "|", ",")
"""What may stand between cells, the most telling first."""
_BLANKS = ["", "na", "n/a", "#n/a", "nan", "null", "none"]


def read_text(file: Path) -> str:
    """Return the text of a file.

    Raises:
        MediaError: It is not UTF-8.
    """
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise MediaError(f"{file} is not UTF-8 text: save it again as UTF-8") from None


def split(file: Path, body: str) -> tuple[str, "pl.DataFrame"]:
    """Return the delimiter and the cells as text, in columns named "0", "1" and so on.

    Python's `csv` splits the rows, for polars would fill up one that is too short.

    Raises:
        MediaError: There are no cells, or rows of several widths.
    """
    import polars as pl

    candidates = ("\t",) if file.suffix.lower() == ".tsv" else DELIMITERS
    tables = {
        mark: [row for row in csv.reader(io.StringIO(body, newline=""), delimiter=mark) if row]
        for mark in candidates
    }
    if not any(tables.values()):
        raise MediaError(f"{file} is an empty table: save it again")
    even = [mark for mark, rows in tables.items() if len({len(row) for row in rows}) == 1]
    delimiter = next(
        (mark for mark in even if len(tables[mark][0]) > 1),
        max(candidates, key=lambda mark: len(tables[mark][0])),
    )
    rows = tables[delimiter]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise MediaError(
                f"{file}: row {i + 1} has {len(row)} cells but row 1 has {len(rows[0])}: "
                "give all rows the same number of cells"
            )
    names = {str(at): pl.String for at in range(len(rows[0]))}
    return delimiter, pl.DataFrame(rows, schema=names, orient="row")


def in_numbers(cells: "pl.DataFrame", delimiter: str) -> tuple[str, "pl.DataFrame"]:
    """Return the decimal mark and the number in each cell: NaN if it is blank, null if a word.

    The mark is a comma if cells are separated by semicolons and it makes more of them numbers.
    """
    point = numbers(cells, ".")
    comma = numbers(cells, ",") if delimiter == ";" else point
    if _count(comma) > _count(point):
        return ",", comma
    return ".", point


def numbers(cells: "pl.DataFrame", decimal: str) -> "pl.DataFrame":
    """Return the number in each cell: NaN if it is blank, null if a word."""
    import polars as pl

    # As one long column: an expression a column takes most of the time where there are thousands.
    text = pl.col("cell").str.strip_chars().str.to_lowercase()
    plain = text if decimal == "." else text.str.replace_many({",": ".", ".": ","})
    number = plain.cast(pl.Float64, strict=False)
    found = (
        pl.concat(cells.get_columns())
        .to_frame("cell")
        .select(pl.when(~text.is_in(_BLANKS)).then(number).otherwise(float("nan")))
        .to_series()
    )
    return pl.DataFrame(
        [
            found.slice(at * cells.height, cells.height).alias(name)
            for at, name in enumerate(cells.columns)
        ]
    )


def header(numbers: "pl.DataFrame") -> int:
    """Return 1 if the first row holds the names of the columns, or 0.

    So it is if there are words and no numbers in it; above a column of labels, which is the first
    with words alone, the names may be numbers if the corner is blank.
    """
    first = numbers.row(0)
    labels = numbers.height > 1 and numbers[1:, 0].is_null().all()
    titles = first[1:] if labels else first
    named = any(title is None for title in titles) and all(
        title is None or title != title for title in titles
    )
    return int(named or (labels and first[0] is not None and first[0] != first[0]))


def numeric_columns(
    file: Path, cells: "pl.DataFrame", numbers: "pl.DataFrame", top: int
) -> list[str]:
    """Return the columns of numbers below the header; others have more words than numbers.

    Args:
        file: named in messages.
        cells: of the table, as text.
        numbers: in them, as `numbers` finds them.
        top: how many rows are a header.

    Raises:
        MediaError: There is none, or a word among numbers.
    """
    # Counted for all columns at once: a step of polars for each would take most of the time of a
    # table with thousands of them.
    body = numbers[top:]
    words, found = body.null_count().row(0), _count_each(body)
    numeric = []
    for at, name in enumerate(cells.columns):
        if words[at] > found[at]:
            continue
        if words[at]:
            row = body[name].is_null().arg_true()[0] + top
            raise MediaError(
                f"{file}: row {row + 1}, column {at + 1} holds {cells[row, name]!r}, which is not "
                "a number: leave missing cells blank"
            )
        numeric.append(name)
    if not numeric:
        raise MediaError(f"{file} has no column of numbers: there is nothing to complete")
    return numeric


def kept_note(names: Sequence[str]) -> list[str]:
    """Return the note on columns without numbers; none if there are none."""
    quoted = several([repr(name) for name in names])
    if len(names) < 2:
        return [f"column {quoted} does not hold numbers: it stays as it is"][: len(names)]
    return [f"columns {quoted} do not hold numbers: they stay as they are"]


def _count(numbers: "pl.DataFrame") -> int:
    """Return how many cells hold a number."""
    return sum(_count_each(numbers))


def _count_each(numbers: "pl.DataFrame") -> tuple[int, ...]:
    """Return how many cells of each column hold a number."""
    import polars as pl

    return numbers.select(pl.all().is_not_nan().sum()).row(0)
