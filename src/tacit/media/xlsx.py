"""Sheets of a workbook: `.xlsx`."""

import datetime
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import STILL, check_memory
from tacit.media.reading import TABLES, Reading
from tacit.media.tables import understand

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULA = "f"
"""How openpyxl marks a cell whose value is worked out from others."""


@final
@dataclass(frozen=True, eq=False)
class Book:
    """A workbook, the sheet that was chosen, and where its readings stand."""

    book: "Workbook"
    sheet: str
    rows: range
    columns: tuple[int, ...]


@final
class Xlsx(AbstractCodec[Book]):
    """Read and write one sheet of an Excel workbook through openpyxl; the rest is as it was.

    Cells keep their formats, and formulas stay formulas: what one had been worked out to is read,
    and none is filled. The sheet is the one that is named, or the only one with cells. Pictures and
    charts are not kept, and a note says so where there are any.
    """

    name: ClassVar[str] = "XLSX"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)
    options: ClassVar[frozenset[str]] = TABLES | {"--variable"}
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[Book]:
        """Read the columns of readings of a sheet, with NaN where a cell is missing."""
        import polars as pl
        from openpyxl import load_workbook

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not kept, which the note says
            # Once with the formulas, to write them again, and once with what they were worked out
            # to.
            book = load_workbook(location.file)
            worked_out = load_workbook(location.file, data_only=True)
        name = _choose_sheet(location, book)
        sheet, values = book[name], worked_out[name]
        first_row, first_column = sheet.min_row, sheet.min_column
        height, width = sheet.max_row - first_row + 1, sheet.max_column - first_column + 1
        check_memory(location.file, (height, width), STILL)

        _refuse_unknown_formulas(location.file, sheet, values)
        rows = [
            [_text(cell) for cell in row]
            for row in values.iter_rows(min_row=first_row, min_col=first_column, values_only=True)
        ]
        names = {str(at): pl.String for at in range(width)}
        cells = pl.DataFrame(rows, schema=names, orient="row")
        table = understand(location.file, cells, reading)
        where = f"sheet {name!r}" + (
            "" if len(book.sheetnames) == 1 else f" of {len(book.sheetnames)}"
        )
        corner = sheet.cell(first_row, first_column).coordinate
        return Stored(
            table.values,
            layout=Book(
                book,
                name,
                range(first_row + table.top, first_row + table.bottom),
                tuple(first_column + at for at in table.places),
            ),
            notes=(*_lost(sheet), *table.notes),
            columns=table.names,
            details=(where, *((f"from cell {corner}",) if corner != "A1" else ()), *table.details),
        )

    def encode(
        self,
        stored: Stored[Book],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the workbook, with numbers of its own only in cells that have changed."""
        from openpyxl.cell.cell import MergedCell

        layout = stored.layout
        sheet = layout.book[layout.sheet]
        before: list[tuple[Any, Any]] = []
        for at, row in enumerate(layout.rows):
            for to, column in enumerate(layout.columns):
                if stored.pixels[at, to] == pixels[at, to]:
                    continue
                cell = sheet.cell(row, column)
                if isinstance(cell, MergedCell):
                    continue  # a part of another cell, which shows that one's value
                before.append((cell, cell.value))
                cell.value = float(pixels[at, to])
        layout.book.save(path)
        for cell, value in before:
            cell.value = value


def _choose_sheet(location: Location, book: "Workbook") -> str:
    """Return the sheet that is named, or the only one with cells.

    Raises:
        MediaError: There is none of that name, or several may be meant.
    """
    names = [sheet.title for sheet in book.worksheets]
    if location.variable is not None:
        if location.variable in names:
            return location.variable
        raise MediaError(
            f"{location.file} has no sheet {location.variable!r}: it has {', '.join(names)}"
        )
    filled = [sheet.title for sheet in book.worksheets if sheet.max_row > 1]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise MediaError(f"{location.file} has no sheet with a table in it")
    raise MediaError(
        f"{location.file} has several sheets ({', '.join(filled)}): choose one, such as "
        f"--variable '{filled[0]}'"
    )


def _refuse_unknown_formulas(file: Path, sheet: "Worksheet", values: "Worksheet") -> None:
    """Refuse a formula that no program has worked out: it is no hole."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == _FORMULA and values[cell.coordinate].value is None:
                raise MediaError(
                    f"{file}: cell {cell.coordinate} has a formula without a value: open and save "
                    "the file in a spreadsheet first"
                )


def _text(value: Any) -> str:
    """Return the value of a cell as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)


def _lost(sheet: "Worksheet") -> tuple[str, ...]:
    """Return the note on what is not written again; none if there is nothing of it."""
    charts, images = (len(getattr(sheet, name, ())) for name in ("_charts", "_images"))
    if charts + images == 0:
        return ()
    return (f"pictures and charts of the sheet are not written again: {charts + images}",)
