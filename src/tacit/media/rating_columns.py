"""Which columns of a table of ratings are the users, the items and the ratings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tacit.media.errors import MediaError

if TYPE_CHECKING:
    import polars as pl

_PEOPLE = (
    "customer client reader viewer member reviewer person buyer visitor account listener patron "
    "player"
)
_THINGS = (
    "book product film song track artist article show game anime recipe beer wine restaurant "
    "business joke video course hotel place"
)


def _with_ids(words: str) -> frozenset[str]:
    return frozenset(word + ending for word in words.split() for ending in ("", "id"))


_KNOWN: Mapping[str, tuple[frozenset[str], ...]] = {
    "user": (_with_ids("user"), _with_ids(_PEOPLE)),
    "item": (_with_ids("item movie"), _with_ids(_THINGS) | {"asin", "isbn", "sku"}),
    "rating": (
        frozenset(["rating"]),
        frozenset(["score", "stars", "star", "ratings", "overall", "grade", "rate", "userrating"]),
    ),
}
"""Names by which a column is known, the surest first, in lower case without blanks and marks."""
_OPTIONS = {"user": "--user", "item": "--item", "rating": "--rating"}
_TIME = re.compile(r"time|date|stamp")
_EPOCH = 10**8
"""Whole numbers from here on are seconds since 1970, or ids; nobody rates with them."""
_FEWEST = 20
"""Ratings from which all of them being different whole numbers says that they are none."""


def find_columns(
    path: Path,
    frame: "pl.DataFrame",
    given: Mapping[str, str | None],
    *,
    rated: bool,
    in_order: bool,
) -> dict[str, str]:
    """Return the column of the users, of the items and, where there is one, of the ratings.

    A column is the one that is named, or else the one that is known by its name. None is taken by
    its place, unless the table has no names.

    Args:
        path: named in messages.
        frame: the table.
        given: what the user named, by its role.
        rated: whether ratings must be there.
        in_order: whether columns that are not named are user, item and rating in this order.

    Raises:
        MediaError: A column is not there, or it is not clear which one is meant.
    """
    named = {role: named_column(path, frame, name) for role, name in given.items() if name}
    needed = [*given] if rated else ["user", "item"]
    if in_order:
        places = dict(zip(given, frame.columns, strict=False))
        found = {role: places[role] for role in given if role in places} | named
    else:
        found = {}
        for role in given:
            column = named.get(role) or _known(path, frame, role, [*named.values()])
            found |= {} if column is None else {role: column}
    lacking = [role for role in needed if role not in found]
    if lacking:
        raise MediaError(_which(path, frame, found, lacking))
    if len(set(found.values())) < len(found):
        raise MediaError(
            f"{path}: {', '.join(found)} would be {', '.join(map(repr, found.values()))}: "
            "name each of them with --user, --item and --rating"
        )
    return found


def named_column(path: Path, frame: "pl.DataFrame", name: str) -> str:
    """Return the column of this name, or else of this number.

    Args:
        path: named in messages.
        frame: the table.
        name: as the user gave it.

    Raises:
        MediaError: There is none.
    """
    if name in frame.columns:
        return name
    if name.isdecimal() and 1 <= int(name) <= frame.width:
        return frame.columns[int(name) - 1]
    raise MediaError(f"{path} has no column {name!r}: it has {_listed(frame.columns)}")


def check_ratings(
    path: Path, frame: "pl.DataFrame", columns: Mapping[str, str], *, named: bool
) -> None:
    """Refuse ratings that are none: all the same, or ids or times.

    Args:
        path: named in messages.
        frame: the table.
        columns: which was found for each role.
        named: whether the user named the ratings; then only what is all the same is refused.

    Raises:
        MediaError: The message names the columns that may be meant.
    """
    import polars as pl

    name = columns["rating"]
    column = frame[name]
    values = column.cast(pl.Float64, strict=False).drop_nulls().drop_nans().to_numpy()
    sort = None
    if not np.isfinite(values).all():
        return  # which is said where they are read
    if values.size > 2 and np.ptp(values) == 0:
        sort = f"is {values[0]:g} in every row"
    elif not named and values.size and bool((values == np.rint(values)).all()):
        if np.median(np.abs(values)) >= _EPOCH:
            sort = "holds times or ids"
        elif values.size >= _FEWEST and np.unique(values).size == values.size:
            sort = "holds another whole number in every row, as ids do"
    if sort is None:
        return
    others = [name for name in _candidates(frame, columns.values()) if frame[name].n_unique() > 1]
    hint = f"name the ratings with --rating ({_listed(others)})" if others else "check the table"
    raise MediaError(f"{path}: column {name!r} {sort}, so it holds no ratings: {hint}")


def _known(path: Path, frame: "pl.DataFrame", role: str, taken: Sequence[str]) -> str | None:
    """Return the column that is known by its name to have a role; None if there is none.

    Raises:
        MediaError: Several are equally known.
    """
    for words in _KNOWN[role]:
        found = [name for name in frame.columns if _plain(name) in words and name not in taken]
        # Of a name and an id of the same, the id tells one from another.
        ids = [name for name in found if _plain(name).endswith("id")]
        found = ids if len(ids) == 1 else found
        if len(found) > 1:
            raise MediaError(
                f"{path}: the {role} may be {_listed(found)}: name it with {_OPTIONS[role]}"
            )
        if found:
            return found[0]
    return None


def _which(
    path: Path, frame: "pl.DataFrame", found: Mapping[str, str], lacking: Sequence[str]
) -> str:
    """Return the question for the columns that are not known."""
    if frame.width < len(found) + len(lacking):
        return (
            f"{path} has {frame.width} columns, but {', '.join([*found, *lacking])} are needed: "
            "check the separator"
        )
    others = _candidates(frame, found.values())
    known = ", ".join(f"{role} is read from {name!r}" for role, name in found.items())
    options = ", ".join(_OPTIONS[role] for role in lacking)
    return (
        f"{path}: {known + ', but ' if known else ''}no column is known by its name as the "
        f"{' or the '.join(lacking)}: name it with {options} (it has {_listed(others)})"
    )


def _candidates(frame: "pl.DataFrame", taken: Iterable[str]) -> list[str]:
    """Return the columns that could still be meant: not taken, with a name, and no time."""
    left = [name for name in frame.columns if name not in {*taken}]
    told = [name for name in left if name.strip() and not _TIME.search(_plain(name))]
    return told or left


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + ("" if len(names) <= 8 else ", …")


def _plain(name: str) -> str:
    """Return a name in lower case, without blanks and marks."""
    return re.sub(r"[\W_]+", "", name.lower())
