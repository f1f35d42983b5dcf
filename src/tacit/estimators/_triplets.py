"""Ratings as triplets (user, item, rating): read, checked, and kept by user."""

import warnings
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tacit._typing import Any
from tacit.estimators._columns import as_column, read_ids

Numbers = NDArray[np.float32]
Sparse = Any
"""A `scipy.sparse.csr_array`, whose own annotations cannot be followed."""


class Ratings(NamedTuple):
    """Ratings of items by users, in float32; `weights` is None where all count alike."""

    users: NDArray[Any]
    items: NDArray[Any]
    ratings: Numbers
    weights: Numbers | None

    def at(self, index: NDArray[Any]) -> "Ratings":
        """Some of them."""
        weights = None if self.weights is None else self.weights[index]
        return Ratings(self.users[index], self.items[index], self.ratings[index], weights)


class Seen(NamedTuple):
    """What each user has rated, as sparse rows; `weights` has the entries of `ratings`."""

    ratings: Sparse
    weights: Sparse | None

    @classmethod
    def of(cls, given: Ratings, shape: tuple[int, int]) -> "Seen":
        """Of ratings by index, no pair twice."""
        ratings = _summed(given.ratings, given, shape)
        return cls(ratings, None if given.weights is None else _summed(given.weights, given, shape))

    def items(self, user: int) -> NDArray[np.int32]:
        """Indices of the items that a user has rated."""
        start, end = self.ratings.indptr[user : user + 2]
        return self.ratings.indices[start:end]

    def entries(self) -> Ratings:
        """Ratings by index, one user after another."""
        count = np.diff(self.ratings.indptr)
        rows = np.repeat(np.arange(len(count), dtype=np.int32), count)
        weights = None if self.weights is None else self.weights.data
        return Ratings(rows, self.ratings.indices, self.ratings.data, weights)

    def at(self, users: NDArray[Any]) -> "Seen":
        """The rows of some users."""
        ratings = self.ratings[users]
        weights = None if self.weights is None else self.weights[users]
        return Seen(ratings, weights)

    def weighted(self) -> "Seen":
        """With weights of one where there are none."""
        if self.weights is not None:
            return self
        parts = np.ones_like(self.ratings.data), self.ratings.indices, self.ratings.indptr
        return Seen(self.ratings, sparse.csr_array(parts, shape=self.ratings.shape))


def checked_ratings(
    users: Any,
    items: Any,
    ratings: Any,
    weights: Any = None,
    rating_range: tuple[float | int, float | int] | None = None,
) -> Ratings:
    """Checked triplets; those of weight zero are left out.

    Args:
        users: ids, see `read_ids`.
        items: ids.
        ratings: finite numbers.
        weights: not negative.
        rating_range: least and greatest rating there is.

    Raises:
        ValueError: if the columns differ in length or are empty, or a rating or a weight cannot be
            used; it names the first such.
    """
    found = Ratings(
        read_ids(users, "users"),
        read_ids(items, "items"),
        _numbers(ratings, "ratings"),
        None if weights is None else _numbers(weights, "sample_weight"),
    )

    lengths = [len(column) for column in found if column is not None]
    if len(set(lengths)) > 1:
        raise ValueError(f"users, items and ratings must be of one length, got lengths {lengths}")
    ratings, weights = found.ratings, found.weights
    _check(found, ratings, ~np.isfinite(ratings), "rating", "leave it out")
    if rating_range is not None:
        low, high = map(np.float32, rating_range)
        cure = (
            f"the range is {rating_range[0]} to {rating_range[1]}: state another, or leave it out"
        )
        _check(found, ratings, (ratings < low) | (ratings > high), "rating", cure)
    if weights is not None:
        wrong = ~(np.isfinite(weights) & (weights >= 0))
        _check(found, weights, wrong, "weight", "weights are finite and not negative")
        if not weights.all():
            found = found.at(weights > 0)
    if not len(found.ratings):
        raise ValueError("there are no ratings; give at least one")
    return found


def by_user(given: Ratings, shape: tuple[int, int], duplicates: Literal["mean", "error"]) -> Seen:
    """Ratings by index, sorted, a pair that is there more than once by its weighted mean.

    The weight of such a mean is the mean of the weights.

    Raises:
        ValueError: if there is such a pair and `duplicates` is "error".
    """
    seen = Seen.of(given, shape)
    twice = len(given.ratings) - seen.ratings.nnz
    if not twice:
        return seen
    message = f"{twice} ratings are of a user and an item that were rated before"
    if duplicates == "error":
        raise ValueError(f"{message}; leave them out, or average them with duplicates='mean'")
    warnings.warn(f"{message}: the mean of each such pair is taken", UserWarning, stacklevel=3)
    count = _summed(np.ones_like(given.ratings), given, shape)
    if given.weights is None or seen.weights is None:
        seen.ratings.data /= count.data
        return seen
    mean = _summed(given.weights * given.ratings, given, shape)
    mean.data /= seen.weights.data
    seen.weights.data /= count.data
    return Seen(mean, seen.weights)


def merged(old: Seen, new: Seen, rows: NDArray[np.int32]) -> Seen:
    """Old rows, with new ratings put into those numbered; a new one replaces an old one.

    Args:
        old: all users.
        new: the ratings of some users, one a row.
        rows: the users of `new`; from the number of the old ones on they are added.
    """
    if old.weights is not None or new.weights is not None:
        old, new = old.weighted(), new.weighted()
    count, n = old.ratings.shape
    known = np.flatnonzero(rows < count).astype(np.int32)
    before, after = old.at(rows[known]).entries(), new.entries()
    before = before._replace(users=known[before.users])
    again = np.isin(_places(before, n), _places(after, n))
    afresh = Seen.of(_joined(before.at(~again), after), (len(rows), n))
    source = np.arange(max(count, int(rows.max()) + 1))
    source[rows] = count + np.arange(len(rows))
    weights = None
    if old.weights is not None:
        weights = sparse.vstack([old.weights, afresh.weights], format="csr")
    ratings = sparse.vstack([old.ratings, afresh.ratings], format="csr")
    return Seen(ratings, weights).at(source)


def _places(given: Ratings, n: int) -> NDArray[np.int64]:
    return given.users.astype(np.int64) * n + given.items


def _joined(first: Ratings, second: Ratings) -> Ratings:
    weights = None
    if first.weights is not None and second.weights is not None:
        weights = np.concatenate([first.weights, second.weights])
    users, items, ratings = map(np.concatenate, zip(first[:3], second[:3], strict=True))
    return Ratings(users, items, ratings, weights)


def _numbers(values: Any, name: str) -> Numbers:
    column = as_column(values, name)
    try:
        with np.errstate(over="ignore"):
            return column.astype(np.float32)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be numbers, got {column.dtype} values") from None


def _check(found: Ratings, values: Numbers, wrong: NDArray[np.bool_], name: str, cure: str) -> None:
    if wrong.any():
        at = int(wrong.argmax())
        user, item = (column[at : at + 1].tolist()[0] for column in found[:2])
        raise ValueError(
            f"the {name} at position {at}, of item {item!r} by user {user!r}, is {values[at]:g}; "
            f"{cure}"
        )


def _summed(values: Numbers, given: Ratings, shape: tuple[int, int]) -> Sparse:
    """Values by row and column, in ascending order, those of one place summed."""
    places = given.users, given.items
    return sparse.csr_array(sparse.coo_array((values, places), shape=shape))
