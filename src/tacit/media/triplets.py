"""Ratings as triplets (user, item, rating), from tables whose other columns are not looked at."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.frames import read_frame
from tacit.media.rating_columns import check_ratings, find_columns, named_column

if TYPE_CHECKING:
    import polars as pl


@final
@dataclass(frozen=True, eq=False)
class Triplets:
    """Who rated what, and how.

    Attributes:
        users: Of each rating, whole numbers or text.
        items: The same of what was rated.
        ratings: The ratings; None where pairs were read that have none.
        weights: What each counts, if a column of weights was named.
        columns: The column that each was read from, by what it is.
        notes: What to tell the user, a sentence each.
        frame: The rows that were read, with all their columns.
    """

    users: NDArray[Any]
    items: NDArray[Any]
    ratings: NDArray[np.float64] | None
    weights: NDArray[np.float64] | None
    columns: dict[str, str]
    notes: tuple[str, ...]
    frame: "pl.DataFrame"


def read_triplets(
    path: str | os.PathLike[str],
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    weight: str | None = None,
    header: bool = True,
    rated: bool = True,
) -> Triplets:
    """Read ratings, or pairs to predict the ratings of.

    Args:
        path: CSV, TSV, Parquet, or text like MovieLens' `u.data` and `ratings.dat`.
        user: Column of the users, by its name or its number; by default the one that is known by
            its name, such as user, userId or customer, and the first of a text without names.
        item: The same of the items, such as item, movieId, book_id or product; else the second.
        rating: The same of the ratings: rating, score or stars; else the third.
        weight: Column of weights, if there is one.
        header: Whether the first line of a text has names.
        rated: Whether ratings must be there. Pairs may do without, and then no row is left out.

    Raises:
        MediaError: A column is not there, or what it holds cannot be used; the message says where.
    """
    path = Path(path)
    frame = read_frame(path, header=header)
    if header and frame.width > 1 and all(map(_is_number, frame.columns)):
        raise MediaError(f"{path}: its first line holds numbers, not names: use --no-header")
    given = {"user": user, "item": item, "rating": rating}
    columns = find_columns(path, frame, given, rated=rated, in_order=not header)
    if weight is not None:
        columns["weight"] = named_column(path, frame, weight)
    if rated:
        check_ratings(path, frame, columns, named=rating is not None)

    # What is learnt from needs all three; of pairs each must have its answer in its own row, so
    # that none may be left out.
    notes = []
    if rated:
        known = ~np.any([_blank(frame[name]) for name in columns.values()], axis=0)
        if not known.any():
            raise MediaError(f"{path}: no row has {', '.join(columns)} together: check the columns")
        if not known.all():
            *others, last = columns
            notes.append(
                f"rows without {', '.join(others)} or {last} are left out: {(~known).sum()}"
            )
            frame = frame.filter(known)
    elif any(_blank(frame[columns[name]]).any() for name in ("user", "item")):
        raise MediaError(f"{path}: a row has no user or no item: remove it")

    numbers = {
        name: _numbers(path, frame[column])
        for name, column in columns.items()
        if name in ("rating", "weight")
    }
    users, items = (_ids(frame[columns[name]]) for name in ("user", "item"))
    ratings, weights = (numbers.get(name) for name in ("rating", "weight"))
    return Triplets(users, items, ratings, weights, columns, tuple(notes), frame)


def _blank(column: "pl.Series") -> NDArray[np.bool_]:
    """Return where a cell is null, NaN or empty text."""
    import polars as pl

    if column.dtype == pl.String:
        text = column.str.strip_chars().str.to_lowercase()
        return text.is_in(["", "nan"]).fill_null(True).to_numpy()
    if column.dtype.is_float():
        column = column.fill_nan(None)
    return column.is_null().to_numpy()


def _numbers(path: Path, column: "pl.Series") -> NDArray[np.float64]:
    """Return finite numbers, with NaN where the cell is blank."""
    import polars as pl

    text = column.str.strip_chars() if column.dtype == pl.String else column
    numbers = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    wrong = ~np.isfinite(numbers) & ~_blank(column)
    if wrong.any():
        cell = column[int(wrong.argmax())]
        raise MediaError(
            f"{path}: column {column.name!r} holds {cell!r}, which is not a finite number: "
            "correct it, or name the columns"
        )
    return numbers


def _ids(column: "pl.Series") -> NDArray[Any]:
    """Return whole numbers where text is one digit by digit, so that 007 is not 7; else text."""
    import polars as pl

    if column.dtype.is_integer():
        return column.to_numpy()
    text = column.cast(pl.String).str.strip_chars()
    whole = (column if column.dtype.is_float() else text).cast(pl.Int64, strict=False)
    same = whole == column if column.dtype.is_float() else whole.cast(pl.String) == text
    return (whole if same.all(ignore_nulls=False) else text).to_numpy()


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
