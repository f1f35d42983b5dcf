"""How numbers are written in a table: the decimal mark, and what groups the digits."""

from typing import TYPE_CHECKING, NamedTuple, final

from tacit.media.errors import MediaError
from tacit.media.reading import Reading

if TYPE_CHECKING:
    import polars as pl

_BLANKS = (
    "na n/a #n/a nan -nan null none <na> nat nil nd n.d. n.a. n/d missing ? - -- --- . .. ... * – "
    "— #null! #value! #div/0! #num! \\n 1.#qnan -1.#ind 1.#ind"
)
BLANKS = frozenset(["", *_BLANKS.split()])
"""What stands for a missing cell, in lower case."""

_MARKED = r"^[+-]?\d[\d.,'’_ \x{a0}\x{202f}]*\d(e[+-]?\d+)?$"
"""A number with marks in it, whatever they are."""
_BLANK_MARKS = "’\u00a0\u202f"
"""Marks that group digits as `'` and a blank do."""
_SIGNED = r"^[+-]?"


@final
class Numerals(NamedTuple):
    """The decimal mark, and the mark between groups of three digits; empty if there is none."""

    decimal: str = "."
    thousands: str = ""

    def in_words(self) -> list[str]:
        """What is not the usual way, a phrase each."""
        words = ["decimal comma"] if self.decimal == "," else []
        if self.thousands:
            words.append(f"{self.thousands!r} between thousands")
        return words


def find_numerals(file: object, cells: "pl.DataFrame", reading: Reading) -> Numerals:
    """Return how numbers are written, from cells that can be read in one way alone.

    `12.5` and `1,234.5` prove the point, `12,5` and `1.234,5` the comma. `1,234` alone proves
    nothing: it is a number of digits in groups, or a fraction with a comma.

    Args:
        file: named in messages.
        cells: of the table, as text.
        reading: what the user said.

    Raises:
        MediaError: A cell may be read in two ways.
    """

    if reading.decimal is not None or reading.thousands is not None:
        other = {".": ",", ",": "."}
        thousands = reading.thousands or ""
        return Numerals(reading.decimal or other.get(thousands, "."), thousands)

    text = _as_one(cells).str.strip_chars().str.to_lowercase()
    # Plain numbers are most of what there is: only what is none is looked at.
    odd = text.filter(text.str.contains(r"[,'’_ \x{a0}\x{202f}]|\d\.\d+\."))
    odd = odd.filter(odd.str.contains(_MARKED)).str.replace_many(
        list(_BLANK_MARKS), ["'", " ", " "]
    )
    if odd.is_empty():
        return Numerals()

    def shares(pattern: str, among: "pl.Series" = odd) -> int:
        return int(among.str.contains(_SIGNED + pattern).sum())

    for mark in (" ", "'", "_"):
        if shares(rf"[1-9]\d{{0,2}}({mark}\d{{3}})+([.,]\d+)?$") and mark != "_":
            comma = shares(rf"[1-9]\d{{0,2}}({mark}\d{{3}})*,\d+$")
            return Numerals("," if comma else ".", mark)

    grouped_comma = shares(r"[1-9]\d{0,2}(,\d{3})+\.\d+$") + shares(r"[1-9]\d{0,2}(,\d{3}){2,}$")
    grouped_point = shares(r"[1-9]\d{0,2}(\.\d{3})+,\d+$") + shares(r"[1-9]\d{0,2}(\.\d{3}){2,}$")
    unclear = odd.str.contains(r"^[+-]?[1-9]\d{0,2},\d{3}$")
    comma = shares(r"\d+,\d+(e[+-]?\d+)?$") - int(unclear.sum()) + grouped_point
    points = text.filter(text.str.contains(r"^[+-]?\d*\.\d+(e[+-]?\d+)?$"))
    unclear_points = int(points.str.contains(r"^[+-]?[1-9]\d{0,2}\.\d{3}$").sum())
    point = len(points) - unclear_points + grouped_comma

    if comma > point:
        return Numerals(",", "." if grouped_point or unclear_points else "")
    if point or unclear_points:
        return Numerals(".", "," if grouped_comma or unclear.any() else "")
    if unclear.any():
        if int(text.str.contains(r"^[+-]?[1-9]\d{3,}$").sum()):
            return Numerals(",")  # other numbers of four digits and more are not in groups
        cell = odd.filter(unclear)[0]
        raise MediaError(
            f"{file} holds {cell!r}, which is {cell.replace(',', '')} with digits in groups or "
            f"{cell.replace(',', '.')} with a decimal comma: say --thousands , or --decimal ,"
        )
    return Numerals()


def numbers(
    cells: "pl.DataFrame", numerals: Numerals, missing: tuple[str, ...] = ()
) -> "pl.DataFrame":
    """Return the number in each cell: NaN if it is missing, null if it is a word.

    Args:
        cells: of the table, as text.
        numerals: how numbers are written.
        missing: what stands for a missing cell, beside the usual spellings.
    """
    import polars as pl

    # As one long column: an expression a column takes most of the time where there are thousands.
    text = pl.col("cell").str.strip_chars().str.to_lowercase()
    blank = text.is_in(sorted(BLANKS | {mark.strip().lower() for mark in missing}))
    plain = text
    if numerals.thousands:
        decimal, mark = (f"\\{sign}" for sign in (numerals.decimal, numerals.thousands))
        plain = plain.str.replace_many(list(_BLANK_MARKS), ["'", " ", " "])
        groups = rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+({decimal}\d*)?$".replace("\\ ", " ")
        groups = groups.replace("\\'", "'").replace("\\_", "_").replace("\\,", ",")
        without = plain.str.replace_all(numerals.thousands, "", literal=True)
        plain = pl.when(plain.str.contains(groups)).then(without).otherwise(plain)
    if numerals.decimal == ",":
        plain = plain.str.replace_many({",": ".", ".": ","})
    found = (
        _as_one(cells)
        .to_frame("cell")
        .select(pl.when(~blank).then(plain.cast(pl.Float64, strict=False)).otherwise(float("nan")))
        .to_series()
    )
    return pl.DataFrame(
        [
            found.slice(at * cells.height, cells.height).alias(name)
            for at, name in enumerate(cells.columns)
        ]
    )


def spelled_missing(cells: "pl.DataFrame", missing: tuple[str, ...]) -> dict[str, int]:
    """Return how many cells each spelling of missing stands in, as written; not the blank ones."""
    import polars as pl

    text = _as_one(cells).str.strip_chars()
    known = sorted((BLANKS | {mark.strip().lower() for mark in missing}) - {""})
    found = text.filter(text.str.to_lowercase().is_in(known)).value_counts(sort=True)
    return dict(
        found.rename({found.columns[0]: "text"}).select(pl.col("text"), "count").iter_rows()
    )


def _as_one(cells: "pl.DataFrame") -> "pl.Series":
    """Return all cells, column after column."""
    import polars as pl

    return pl.concat(cells.get_columns())
