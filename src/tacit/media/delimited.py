"""Tables of numbers as text: `.csv` and `.tsv`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.cells import header, in_numbers, kept_note, numeric_columns, read_text, split
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import check_text

if TYPE_CHECKING:
    import polars as pl

_BOM = "\ufeff"


@final
@dataclass(frozen=True, eq=False)
class Sheet:
    """The text of a table, which of its columns hold numbers, and the row that they begin in."""

    cells: "pl.DataFrame"
    numeric: list[str]
    top: int
    delimiter: str
    decimal: str
    newline: str
    marked: bool


@final
class Delimited(AbstractCodec[Sheet]):
    """Read and write delimited text; a cell whose number does not change keeps its text.

    A blank cell, `NaN`, `NA`, `N/A`, `#N/A`, `null` or `none`, in any case, is missing. The
    delimiter is a tab, semicolon, bar or comma, the first that gives all rows one width above 1; a
    decimal comma is read where the delimiter is a semicolon and more cells are numbers by it. A
    first row of names, and columns with more words than numbers, are kept, and the notes say so.
    Cells are quoted only where they must be, and empty lines are dropped. The text is UTF-8.

    Rows are split by Python's `csv`, for polars would take a row that is too short; polars turns
    the cells into numbers and back, and writes them.
    """

    name: ClassVar[str] = "CSV"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    signatures: ClassVar[tuple[bytes, ...]] = ()
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location) -> Stored[Sheet]:
        """Read the columns of numbers, with NaN where a cell is blank."""
        check_text(location.file)
        text = read_text(location.file)
        body = text.removeprefix(_BOM)
        delimiter, cells = split(location.file, body)
        decimal, numbers = in_numbers(cells, delimiter)

        # What is no number is kept and written again: a row of names, labels, columns of words.
        top = header(numbers)
        if top == cells.height:
            raise MediaError(
                f"{location.file} has column names but no rows below them: add the rows"
            )
        numeric = numeric_columns(location.file, cells, numbers, top)
        first = cells.row(0)
        names = [first[at] if top and first[at] else f"{at + 1}" for at in range(cells.width)]

        notes = ["row 1 is read as the names of the columns"] if top else []
        kept = sorted({*range(cells.width)} - {int(name) for name in numeric})
        if 0 in kept:
            notes.append("column 1 is read as the labels of the rows")
        notes += kept_note([names[at] for at in kept if at])

        newline = "\r\n" if "\r\n" in body else "\n"
        return Stored(
            numbers[top:].select(numeric).to_numpy(),
            layout=Sheet(cells, numeric, top, delimiter, decimal, newline, text != body),
            notes=tuple(notes),
            columns=tuple(names[int(name)] for name in numeric) if top or kept else (),
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
        body = sheet.cells[sheet.top :]
        columns = []
        for name, old, new in zip(sheet.numeric, stored.pixels.T, pixels.T, strict=True):
            written = pl.Series(new, dtype=pl.Float64).cast(pl.String)
            written = written.str.replace(".", sheet.decimal, literal=True)
            columns.append(written.zip_with(pl.Series(new != old), body[name]).alias(name))
        table = pl.concat([sheet.cells[: sheet.top], body.with_columns(columns)])
        table.with_columns(pl.all().replace("", None)).write_csv(
            path,
            separator=sheet.delimiter,
            line_terminator=sheet.newline,
            include_header=False,
            include_bom=sheet.marked,
        )
