"""Which columns of a table hold readings, and what the others are: ids, times, constants, text."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.reading import Reading, select
from tacit.media.wording import several

_IDS = frozenset(["id", "ids", "uuid", "guid", "idx"])
"""The last words of names that ids have."""
_CODES = frozenset(["code", "zip", "zipcode", "postcode"])
_NUMBERED = frozenset(["index", "idx", "#", "row", "level_0"])
_STAMPS = frozenset(["timestamp", "datetime", "epoch", "unixtime", "date", "time"])
_CALENDAR = {
    "year": (1000, 3000),
    "month": (1, 12),
    "week": (1, 53),
    "weekday": (0, 7),
    "day": (1, 366),
    "hour": (0, 24),
    "minute": (0, 60),
}
"""Columns that count times, and the numbers in them."""
_CLOCK = frozenset(["time", "t", "elapsed", "seconds"])
_FEWEST = 4
"""Observed cells from which a column can be said to be constant, or to count the rows."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|#")
_UNNAMED = re.compile(r"|Unnamed: \d+")
_DATE = re.compile(
    r"\d{4}-\d{1,2}(-\d{1,2}([T ].*)?)?|\d{4}/\d{1,2}/\d{1,2}( .*)?|"
    r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}( .*)?|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[APap][Mm])?"
)
_TRUTHS = frozenset(["true", "false", "yes", "no", "t", "f", "y", "n"])


def why_no_reading(name: str, values: NDArray[np.floating], *, first: bool) -> str | None:
    """Return what a column of numbers is if it is no reading, else None.

    Ids and codes are known by their names, times by their names and their numbers, row numbers by
    counting up one by one in the first column. A column of one number has nothing to tell.

    Args:
        name: Of the column; empty if it has none.
        values: Its numbers, NaN where one is missing.
        first: Whether it is the first column of the table.
    """
    seen = values[~np.isnan(values)]
    if not seen.size or not np.isfinite(seen).all():
        return None
    words = [word.lower() for word in _WORD.findall(name)]
    last, plain = (words or [""])[-1], name.strip().lower()
    whole, complete = bool((seen == np.rint(seen)).all()), seen.size == values.size

    if whole and last in _IDS:
        return "an id"
    if whole and last in _CODES:
        return "a code"
    if _is_time(plain, set(words), seen, whole, complete):
        return "a time"
    if first and complete and whole and seen.size >= _FEWEST:
        counted = seen[0] in (0, 1) and bool((np.diff(seen) == 1).all())
        # A data frame that was sorted or cut keeps the numbers of its rows under no name.
        unnamed = _UNNAMED.fullmatch(name) or plain in _NUMBERED
        if counted or (unnamed and np.unique(seen).size == seen.size):
            return "row numbers"
    if seen.size >= _FEWEST and np.ptp(seen) == 0:
        return "constant"
    return None


def sort_of_text(cells: Iterable[str]) -> str:
    """Return what cells that are no numbers hold: dates, booleans or text."""
    held = [cell.strip() for cell in cells if cell.strip()]
    if held and all(cell.lower() in _TRUTHS for cell in held):
        return "booleans"
    if held and np.mean([_DATE.fullmatch(cell) is not None for cell in held]) > 0.9:
        return "dates"
    return "text"


def is_labelled(values: NDArray[np.floating], labels: Sequence[float]) -> bool:
    """Return whether every number that was observed has a label, as those of categories do.

    Args:
        values: Of a column, NaN where one is missing.
        labels: The numbers that have one.
    """
    seen = np.unique(values[~np.isnan(values)])
    return bool(seen.size and len(labels) and np.isin(seen, labels).all())


def choose_readings(
    file: object,
    names: Sequence[str],
    sorts: Mapping[str, str],
    types: Mapping[str, str],
    reading: Reading,
) -> tuple[list[str], dict[str, str]]:
    """Return the columns of readings, and what the others are, where columns have types.

    Args:
        file: Named in messages.
        names: All columns.
        sorts: What the columns are that seem to hold no readings.
        types: What the columns hold that have no numbers, in the words of their format.
        reading: What the user said.

    Raises:
        MediaError: There is no column of readings, one was asked for that has no numbers, or two
            have one name.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise MediaError(f"{file}: two columns are called {twice!r}: rename one")
    alone = dict(sorts)
    wanted = [names[at] for at in select(file, names, reading.columns, "--columns")]
    for name in wanted:
        if name in types:
            raise MediaError(
                f"{file}: --columns: {name!r} holds {types[name]}, not numbers: leave it out"
            )
    if wanted:
        alone = {name: alone.get(name, "not named") for name in names if name not in wanted}
    for at in select(file, names, reading.ignore, "--ignore"):
        alone.setdefault(names[at], "ignored")
    chosen = [name for name in names if name not in alone]
    if not chosen:
        raise MediaError(
            f"{file} has no column of numbers: there is nothing to complete"
            + "".join(f" ({phrase})" for phrase in left_alone(list(alone.items())))
        )
    return chosen, alone


def left_alone(sorts: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the phrase that names the columns that are left alone, and why, if there are any.

    Args:
        sorts: Names of columns with what they are.
    """
    if not sorts:
        return ()
    why: dict[str, list[str]] = {}
    for name, sort in sorts:
        why.setdefault(sort, []).append(repr(name))
    return ("left alone: " + ", ".join(f"{several(names)} ({s})" for s, names in why.items()),)


def _is_time(
    plain: str, words: set[str], seen: NDArray[np.floating], whole: bool, complete: bool
) -> bool:
    """Return whether a column is a calendar's, a clock's, or one of time stamps."""
    if plain in _CALENDAR and whole:
        low, high = _CALENDAR[plain]
        return bool(seen.min() >= low and seen.max() <= high)
    if words & _STAMPS and whole and seen.min() >= 10**7:
        return True
    return plain in _CLOCK and complete and seen.size > 2 and bool((np.diff(seen) > 0).all())
