"""Names of users and items, and the indices that stand for them."""

import warnings
from dataclasses import dataclass
from numbers import Real
from typing import final

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator
from tacit.estimators._columns import as_objects

_CHUNK = 1 << 20
"""Ids looked up at a time."""
_ROOM = 8
"""Places that whole numbers may take, over how many there are."""


@final
@dataclass(frozen=True)
class Ids:
    """Ids, each known by its index in `values`; of the other attributes one is there.

    Attributes:
        values: whole numbers as integers, other numbers as float64, everything else as objects.
        places: of whole numbers that lie close together, the index of each number from the least
            to the greatest, −1 for those that are no id.
        order: of other numbers, their indices from the least to the greatest.
        table: of objects, the index of each.
    """

    values: NDArray[Any]
    places: NDArray[np.int32] | None = None
    order: NDArray[np.int64] | None = None
    table: dict[Any, int] | None = None

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Ids":
        """Ids in the order given, each of them once."""
        if values.dtype == object:
            return cls(values, table=_table(values))
        if not _close(values, len(values)):
            return cls(values, order=np.argsort(values, kind="stable"))
        places = np.full(int(values.max()) - int(values.min()) + 1, -1, np.int32)
        places[_above(values, int(values.min()))] = np.arange(len(values))
        return cls(values, places=places)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Any:
        """The id of an index, as a number or object of Python."""
        return self.values[index] if self.table is not None else self.values[index].item()

    def find(self, ids: NDArray[Any], name: str) -> NDArray[np.int32]:
        """Index of each id, −1 where it is unknown; a warning if all are for their type."""
        alike = _family(ids) == _family(self.values)
        if alike and self.table is None:
            found = np.empty(len(ids), np.int32)
            for part in _chunks(ids):
                found[part] = self._found(ids[part])
            return found
        table = _table(self.values) if self.table is None else self.table
        found = np.fromiter((table.get(x, -1) for x in ids.tolist()), np.int32, len(ids))
        if len(ids) and not alike and (found < 0).all():
            (first,) = ids[:1].tolist()
            warnings.warn(
                f"{name}: all are unknown, {first!r} for one; the model was fitted to ids of "
                f"another type, such as {self[0]!r}",
                UserWarning,
                stacklevel=3,
            )
        return found

    def extended(self, values: NDArray[Any], name: str) -> "Ids":
        """These ids, and behind them others that are not among them."""
        if _family(values) == _family(self.values):
            return Ids.of(np.concatenate([self.values, values]))
        both = as_objects([*self.values.tolist(), *values.tolist()])
        _warn_of_mixed(both, name)
        return Ids.of(both)

    def _found(self, ids: NDArray[Any]) -> NDArray[np.integer]:
        if self.places is None:
            assert self.order is not None
            rank = np.searchsorted(self.values, ids, sorter=self.order)
            index = self.order[np.minimum(rank, len(self) - 1)]
            return np.where(self.values[index] == ids, index, -1)
        low, high = int(self.values.min()), int(self.values.max())
        ids = ids.astype(np.int64)
        index = self.places[np.clip(ids, low, high) - low]
        return np.where((ids >= low) & (ids <= high), index, -1)


def learn(ids: NDArray[Any], name: str) -> tuple[Ids, NDArray[np.int32]]:
    """The distinct ids in ascending order, and the index of each id given.

    Numbers come before text, and text before everything else, with a warning where they are mixed.

    Args:
        ids: what `read_ids` returned.
        name: what they are ids of, for the warning.
    """
    known = Ids.of(_distinct(ids, name))
    return known, known.find(ids, name)


def _distinct(ids: NDArray[Any], name: str) -> NDArray[Any]:
    if ids.dtype != object and not _close(ids, len(ids)):
        return np.unique(ids)
    if ids.dtype != object:
        low = int(ids.min())
        there = np.zeros(int(ids.max()) - low + 1, bool)
        for part in _chunks(ids):
            there[_above(ids[part], low)] = True
        return np.flatnonzero(there) + low
    distinct = as_objects(list(set(ids.tolist())))
    _warn_of_mixed(distinct, name)
    return as_objects(sorted(distinct.tolist(), key=_rank))


def _warn_of_mixed(ids: NDArray[Any], name: str) -> None:
    if len({_rank(value)[0] for value in ids.tolist()}) > 1:
        warnings.warn(
            f"{name}: ids of mixed type; a number and a text that reads the same, such as 1 and "
            "'1', count as two",
            UserWarning,
            stacklevel=5,
        )


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, Real):
        return 0, value
    return (1, value) if isinstance(value, str) else (2, repr(value))


def _family(ids: NDArray[Any]) -> str:
    """Arrays of one family are compared as they are."""
    return "i" if ids.dtype.kind in "iu" else ids.dtype.kind


def _table(values: NDArray[Any]) -> dict[Any, int]:
    return {value: index for index, value in enumerate(values.tolist())}


def _close(numbers: NDArray[Any], count: int) -> bool:
    """Whether a place for every whole number between the least and the greatest is affordable."""
    if numbers.dtype.kind not in "iu" or not len(numbers):
        return False
    return int(numbers.max()) - int(numbers.min()) < _ROOM * count + _CHUNK


def _above(numbers: NDArray[Any], low: int) -> NDArray[np.int64]:
    return numbers.astype(np.int64) - low


def _chunks(ids: NDArray[Any]) -> Iterator[slice]:
    return (slice(begin, begin + _CHUNK) for begin in range(0, len(ids), _CHUNK))
