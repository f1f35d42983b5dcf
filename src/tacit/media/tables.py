"""What the cells of a table are: names, labels, readings, columns that are none, and blanks."""

from typing import TYPE_CHECKING, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.header import has_header
from tacit.media.numerals import Numerals, find_numerals, numbers, spelled_missing
from tacit.media.reading import Reading, select
from tacit.media.roles import left_alone, sort_of_text, why_no_reading
from tacit.media.wording import several

if TYPE_CHECKING:
    import polars as pl

_LABELS = "labels of the rows"
_LONGEST = 60
"""Characters of a cell that a message shows."""


@final
class Table(NamedTuple):
    """Where the readings of a table stand, and what the rest of it is.

    Attributes:
        values: The readings, NaN where one is missing.
        places: The columns that they stand in, counted from 0.
        names: The names of these columns, or their numbers from 1; none where all columns of a
            table without names are readings.
        top: How many rows are a header.
        bottom: The row behind the last one that is not blank.
        numerals: How numbers are written.
        details: What was found, a phrase each.
        notes: What a user should know, a sentence each.
    """

    values: NDArray[np.float64]
    places: tuple[int, ...]
    names: tuple[str, ...]
    top: int
    bottom: int
    numerals: Numerals
    details: tuple[str, ...]
    notes: tuple[str, ...]


def understand(file: object, cells: "pl.DataFrame", reading: Reading) -> Table:
    """Return where the readings of a table stand.

    Args:
        file: named in messages.
        cells: of the table, as text, in columns named "0", "1" and so on.
        reading: what the user said.

    Raises:
        MediaError: There is none, a word stands among numbers, or something may be read in two
            ways.
    """
    numerals = find_numerals(file, cells, reading)
    found = numbers(cells, numerals, reading.missing)
    top = int(has_header(file, found) if reading.header is None else reading.header)
    if top == cells.height:
        raise MediaError(f"{file} has column names but no rows below them: add the rows")
    bottom = _last_row(cells, top)
    titles = [title.strip() for title in cells.row(0)] if top else [""] * cells.width
    names = [title or f"{at + 1}" for at, title in enumerate(titles)]
    body, text = found[top:bottom], cells[top:bottom]

    sorts = _sorts(titles, text, body, headed=bool(top))
    wanted = select(file, names, reading.columns, "--columns")
    ignored = select(file, names, reading.ignore, "--ignore")
    if wanted:
        sorts = {at: sorts.get(at, "not named") for at in range(cells.width) if at not in wanted}
    sorts |= {at: sorts.get(at, "ignored") for at in ignored}
    places = tuple(at for at in range(cells.width) if at not in sorts)
    others = [(names[at], sort) for at, sort in sorts.items() if sort]
    if not places:
        raise MediaError(
            f"{file} has no column of numbers: there is nothing to complete"
            + "".join(f" ({phrase})" for phrase in left_alone(others))
        )
    _refuse_words(file, text, body, places, top)

    values = body.select([str(at) for at in places]).to_numpy()
    details, notes = _say(text.select([str(at) for at in places]), reading, numerals)
    if top:
        details.insert(0, "row 1 names the columns")
    elif reading.header is None and cells.height > 1:
        details.insert(0, "no names")
    details += left_alone(others)
    details += _blanks(cells, bottom, [at for at, sort in sorts.items() if not sort])
    shown = bool(top or sorts)
    return Table(
        values,
        places,
        tuple(names[at] for at in places) if shown else (),
        top,
        bottom,
        numerals,
        tuple(details),
        tuple(notes),
    )


def _last_row(cells: "pl.DataFrame", top: int) -> int:
    """Return the row behind the last one in which something stands."""
    import polars as pl

    blank = cells.select(pl.all_horizontal(pl.all().str.strip_chars() == "")).to_series()
    filled = np.flatnonzero(~blank.to_numpy())
    return max(int(filled[-1]) + 1 if filled.size else 0, top + 1)


def _sorts(
    titles: list[str], text: "pl.DataFrame", body: "pl.DataFrame", *, headed: bool
) -> dict[int, str]:
    """Return what each column is that holds no readings; nothing of a blank one without a name."""
    # Counted for all columns at once: a step of polars for each would take most of the time of a
    # table with thousands of them.
    import polars as pl

    words = body.null_count().row(0)
    found = body.select(pl.all().is_not_nan().sum()).row(0)
    blank = text.select((pl.all().str.strip_chars() == "").all()).row(0)
    sorts: dict[int, str] = {}
    for at, name in enumerate(text.columns):
        if words[at] > found[at]:
            sort = sort_of_text(text[name])
            sorts[at] = _LABELS if at == 0 and sort == "text" else sort
        elif blank[at] and not titles[at] and text.height > 1:
            sorts[at] = ""
        elif headed and not words[at]:
            first = not sorts and at == 0
            why = why_no_reading(titles[at], body[name].to_numpy(), first=first)
            sorts |= {} if why is None else {at: why}
    return sorts


def _refuse_words(
    file: object, text: "pl.DataFrame", body: "pl.DataFrame", places: tuple[int, ...], top: int
) -> None:
    """Refuse a word among the numbers of a column, naming its place."""
    words = body.null_count().row(0)
    for at in places:
        if words[at]:
            row = body[str(at)].is_null().arg_true()[0]
            cell = text[row, str(at)]
            shown = cell if len(cell) <= _LONGEST else cell[: _LONGEST - 1] + "…"
            raise MediaError(
                f"{file}: row {row + top + 1}, column {at + 1} holds {shown!r}, which is not a "
                "number: leave missing cells blank, or name what stands for them with "
                "--missing-value"
            )


def _say(text: "pl.DataFrame", reading: Reading, numerals: Numerals) -> tuple[list[str], list[str]]:
    """Return what is said of spellings and marks, and the notes on those that are not there."""
    spelled = spelled_missing(text, reading.missing)
    there = {mark.lower() for mark in spelled}
    notes = [
        f"no cell holds {mark!r}, which was said to be missing"
        for mark in reading.missing
        if mark.strip().lower() not in there
    ]
    details = numerals.in_words()
    if spelled:
        marks = [f"{mark!r} ({count})" for mark, count in spelled.items()]
        details.append(f"missing are {several(marks)} beside blank cells")
    return details, notes


def _blanks(cells: "pl.DataFrame", bottom: int, columns: list[int]) -> list[str]:
    """Return the phrase on rows and columns that hold nothing; none if there are none."""
    parts = []
    if columns:
        word = "column" if len(columns) == 1 else "columns"
        parts.append(f"{word} {several([str(at + 1) for at in columns])} without a name")
    if cells.height > bottom:
        rows = (
            f"row {bottom + 1}"
            if cells.height == bottom + 1
            else (f"rows {bottom + 1}-{cells.height}")
        )
        parts.append(f"{rows} at the end")
    return [f"blank and left so: {' and '.join(parts)}"] if parts else []
