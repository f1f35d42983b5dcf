"""Tables of numbers as text: `.csv` and `.tsv`."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.cells import read_text, split
from tacit.media.location import Location
from tacit.media.memory import check_text
from tacit.media.reading import TABLES, Reading
from tacit.media.tables import understand

if TYPE_CHECKING:
    import polars as pl

_BOM = "\ufeff"


_NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}


@final
@dataclass(frozen=True, eq=False)
class Sheet:
    """The text of a table, and which of its cells are readings."""

    cells: "pl.DataFrame"
    widths: tuple[int, ...]
    places: tuple[int, ...]
    top: int
    bottom: int
    delimiter: str
    decimal: str
    newline: str
    marked: bool


@final
class Delimited(AbstractCodec[Sheet]):
    """Read and write delimited text; a cell whose number does not change keeps its text.

    A blank cell, and `NA`, `NaN`, `null`, `?`, `-`, `ND` and the like, in any case, is missing. The
    delimiter is a tab, semicolon, bar or comma, the first that gives all rows one width above 1; a
    decimal comma and groups of digits are read where the cells prove them. A first row of names,
    columns that hold no readings, and what is blank without a name are kept, and said. Cells are
    quoted only where they must be, and empty lines are dropped. The text is UTF-8.
    """

    name: ClassVar[str] = "CSV"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    signatures: ClassVar[tuple[bytes, ...]] = ()
    options: ClassVar[frozenset[str]] = TABLES
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[Sheet]:
        """Read the columns of readings, with NaN where a cell is missing."""
        check_text(location.file)
        text = read_text(location.file)
        body = text.removeprefix(_BOM)
        cells = split(location.file, body)
        table = understand(location.file, cells.frame, reading)
        sheet = Sheet(
            cells.frame,
            cells.widths,
            table.places,
            table.top,
            table.bottom,
            cells.delimiter,
            table.numerals.decimal,
            "\r\n" if "\r\n" in body else "\n",
            text != body,
        )
        usual = "\t" if location.file.suffix.lower() == ".tsv" else ","
        by = (f"split at {_NAMES[cells.delimiter]}",) if cells.delimiter != usual else ()
        return Stored(
            table.values,
            layout=sheet,
            notes=table.notes,
            columns=table.names,
            details=(*by, *table.details),
        )

    def encode(
        self,
        stored: Stored[Sheet],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the table, with text of its own only where a number has changed."""
        import polars as pl

        sheet = stored.layout
        body = sheet.cells[sheet.top : sheet.bottom]
        columns = []
        for at, old, new in zip(sheet.places, stored.pixels.T, pixels.T, strict=True):
            written = pl.Series(new, dtype=pl.Float64).cast(pl.String)
            written = written.str.replace(".", sheet.decimal, literal=True)
            columns.append(written.zip_with(pl.Series(new != old), body[str(at)]).alias(str(at)))
        table = pl.concat(
            [sheet.cells[: sheet.top], body.with_columns(columns), sheet.cells[sheet.bottom :]]
        )
        if sheet.widths:
            _write_ragged(table, sheet, path)
            return
        table.with_columns(pl.all().replace("", None)).write_csv(
            path,
            separator=sheet.delimiter,
            line_terminator=sheet.newline,
            include_header=False,
            include_bom=sheet.marked,
        )


def _write_ragged(table: "pl.DataFrame", sheet: Sheet, path: Path) -> None:
    """Write rows of their own widths."""
    with open(path, "w", encoding="utf-8-sig" if sheet.marked else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=sheet.delimiter, lineterminator=sheet.newline)
        for row, width in zip(table.iter_rows(), sheet.widths, strict=True):
            writer.writerow(row[:width])
