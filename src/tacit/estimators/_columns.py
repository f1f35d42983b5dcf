"""Columns of ids and of numbers, as their users have them."""

import math
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any

_WHOLE = 2.0**53
"""Below it every whole number is a float64."""


def read_ids(ids: Any, name: str) -> NDArray[Any]:
    """A column of ids as an array of integers, of float64 or of objects.

    Lists, arrays and the columns of data frames are read; arrays of numbers without a copy.

    Args:
        ids: what a user gave.
        name: what they are ids of, for the message.

    Raises:
        ValueError: if it is no column of ids, or one of them is missing, infinite or not hashable.
    """
    column = as_column(ids, name)
    if column.dtype.kind in "cmMV":
        raise ValueError(
            f"{name}: ids of dtype {column.dtype} are not read; give them as text or whole numbers"
        )
    if column.dtype.kind not in "biuf":
        column = _of_objects(column.astype(object), name)
    if column.dtype.kind == "f":
        return _of_floats(column, name)
    if column.dtype == np.uint64:
        fits = column.max(initial=0) <= np.iinfo(np.int64).max
        return column.astype(np.int64 if fits else object)
    return column.astype(np.int8) if column.dtype == bool else column


def as_column(values: Any, name: str) -> NDArray[Any]:
    """A list, an array or a column of a data frame as an array of one dimension.

    Raises:
        ValueError: if it is none of them.
    """
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if not isinstance(values, np.ndarray):
        if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
            raise ValueError(f"{name}: give one for each rating, in a list, not {values!r}")
        values = as_objects(list(values))
    if values.ndim != 1:
        raise ValueError(f"{name}: must be a single column, got an array of shape {values.shape}")
    return values


def as_objects(values: list[Any]) -> NDArray[Any]:
    """A list as an array of one dimension, whatever is in it."""
    # np.array would make two columns of a list of pairs.
    return np.fromiter(values, object, len(values))


def _of_objects(column: NDArray[Any], name: str) -> NDArray[Any]:
    """Objects that are all numbers as numbers, others as they are."""
    values = column.tolist()
    types = set(map(type, values))
    suspicious = [t for t in types if not issubclass(t, Integral | str)]
    if suspicious:
        for position, value in enumerate(values):
            if type(value) in suspicious and _missing(value):
                raise ValueError(_no_id(name, position, value))
    numeric = all(issubclass(t, Real) for t in types)
    if numeric:
        found = np.array(values) if values else np.zeros(0, np.int64)
        # NumPy may have made floats of integers that are too large.
        if found.dtype.kind in ("iu" if not suspicious else "iuf"):
            return found
    for position, value in enumerate(values if suspicious else ()):
        try:
            hash(value)
        except TypeError:
            raise ValueError(_no_id(name, position, value)) from None
    return column


def _of_floats(column: NDArray[Any], name: str) -> NDArray[Any]:
    """Whole numbers as int64, other numbers as float64."""
    finite = np.isfinite(column)
    if not finite.all():
        position = int(finite.argmin())
        raise ValueError(_no_id(name, position, float(column[position])))
    whole = np.all((column == np.floor(column)) & (np.abs(column) < _WHOLE))
    return column.astype(np.int64 if whole else np.float64)


def _missing(value: Any) -> bool:
    if isinstance(value, Real):
        return not math.isfinite(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _no_id(name: str, position: int, value: Any) -> str:
    return (
        f"{name}: position {position} holds {value!r}, which is no id; leave such ratings out, or "
        "give them a whole number or a text"
    )
