"""Whether the first row of a table holds the names of its columns."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError

if TYPE_CHECKING:
    import polars as pl

_MOSTLY = 0.8
"""Share of numbers with fractions from which whole ones above them are no data."""
_YEARS = (1500, 2200)
_SURE = 5
"""Numbers in even steps that are not so by chance."""
_APART = 5.0
"""Times the numbers below that a row of names, such as stations, may be above them."""
_LOOKED_AT = 50
"""Rows that are compared with the first."""
_FEWEST = 3
"""Numbers in a first row from which they can be told to be names."""


def has_header(file: object, numbers: "pl.DataFrame") -> bool:
    """Return whether the first row holds names: words, or numbers that go on evenly.

    Words and no numbers are names. Years, wavelengths and stations are names as well: numbers in
    even steps, where the rows below are not even; or, in a row that has a word above each column
    of words, whole numbers, each another, above numbers of which most are not whole.

    Args:
        file: named in messages.
        numbers: in the cells of the table: NaN where one is missing, null where it is a word.

    Raises:
        MediaError: Numbers without any word may be names or data.
    """
    # Columns in which nothing stands, as behind the last delimiter, say nothing.
    numbers = numbers.select(
        [name for name in numbers.columns if not numbers[name].is_nan().fill_null(False).all()]
        or numbers.columns[:1]
    )
    first, body = numbers.row(0), numbers[1:]
    worded = [
        body[name].is_null().any() and not body[name].is_not_nan().any() for name in numbers.columns
    ]
    corner = [title for title, word in zip(first, worded, strict=True) if word]
    titles = [title for title, word in zip(first, worded, strict=True) if not word]
    counted = [title is not None and not np.isnan(title) for title in titles]
    if not any(counted):
        return any(title is None for title in titles)

    # Above labels stands a word, or nothing; a number there would be a label like the others.
    if any(title is not None and not np.isnan(title) for title in corner):
        return False
    if corner and all(counted) and all(title is not None for title in corner):
        return True
    if any(title is not None and not number for title, number in zip(titles, counted, strict=True)):
        return False  # names are seldom blank, and numbers often are
    named = [name for name, word in zip(numbers.columns, worded, strict=True) if not word]
    over = [name for name, number in zip(named, counted, strict=True) if number]
    values = body.select(over).fill_null(float("nan")).to_numpy()
    row = np.array([title for title, number in zip(titles, counted, strict=True) if number])
    return _are_names(file, row, values, labelled=bool(corner) or not all(counted))


def _are_names(
    file: object, row: NDArray[np.float64], values: NDArray[np.float64], *, labelled: bool
) -> bool:
    """Return whether a row of numbers names the columns of the numbers below it.

    Args:
        file: named in messages.
        row: the numbers.
        values: what stands below them.
        labelled: whether there are words beside, in the row or below.

    Raises:
        MediaError: There are none, and the numbers may be either.
    """
    if row.size < _FEWEST or not len(values) or len(np.unique(row)) < row.size:
        return False
    whole = bool((row == np.rint(row)).all())
    lines = [line for line in values[:_LOOKED_AT] if (~np.isnan(line)).sum() >= _FEWEST]
    even = _is_even(row) and float(np.mean([_is_even(line) for line in lines] or [0])) <= 0.5
    seen = values[~np.isnan(values)]
    fractions = seen.size > 0 and float(np.mean(seen != np.rint(seen))) > _MOSTLY
    apart = seen.size > 0 and bool(
        row.min() > _APART * np.abs(seen).max() or _APART * np.abs(row).max() < seen.min()
    )
    years = whole and bool(row.min() >= _YEARS[0] and row.max() <= _YEARS[1])
    if years and apart and _is_even(row):
        return True
    if labelled:
        # Three small numbers are soon in even steps by chance; years, or five numbers, are not.
        sure = row.size >= _SURE or years or apart or fractions
        return (even and sure) or (whole and (fractions or apart))
    if even and whole and apart:
        return True
    if even and whole and row.size > _FEWEST and fractions:
        raise MediaError(
            f"{file}: row 1 holds numbers in even steps ({row[0]:g}, {row[1]:g}, {row[2]:g}, …), "
            "which may be the names of the columns or data: say --header or --no-header"
        )
    return False


def _is_even(row: NDArray[np.float64]) -> bool:
    """Return whether numbers go up or down in equal steps; what is missing may be anything."""
    places = np.flatnonzero(~np.isnan(row))
    steps = np.diff(row[places]) / np.diff(places)
    return bool(steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0))
