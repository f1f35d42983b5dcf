"""The axes of a sweep: their values, and the cells that are all combinations of them."""

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import jax
import numpy as np

Value = bool | int | float | str | None | tuple[Any, ...]
"""What a cell is told for an axis: text that JSON knows, so a store can be compared with it."""
Index = tuple[int, ...]
"""Where a cell stands: a number for each axis."""

RESERVED = frozenset(
    ["done", "seed", "cell_error", "cell_note", "cell_origin", "cell_seconds", "result_names"]
)
"""Names that a store keeps for itself; `seed` may be an axis."""


class Axes(NamedTuple):
    """Name and values of each axis, in the order of the dimensions.

    Attributes:
        values: of each axis.
        seed: of every cell, where it is not made of the cell's own values.
    """

    values: dict[str, tuple[Value, ...]]
    seed: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Axes":
        """Axes as a caller gives them: lists, ranges, or arrays of one dimension.

        Raises:
            ValueError: if there is none, or one is empty, names a value twice, has a value that a
                store cannot name, or the name of something that a store keeps.
        """
        if not given:
            raise ValueError("grid: give at least one axis, as in scale=[0.1, 0.01]")
        for name in sorted(given.keys() & (RESERVED - {"seed"})):
            raise ValueError(f"grid: an axis cannot be called {name!r}, a store uses that name")
        return cls({name: _values(name, values) for name, values in given.items()})

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each axis."""
        return tuple(len(values) for values in self.values.values())

    @property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(self.shape)

    def indices(self) -> Iterator[Index]:
        """All cells, the last axis running fastest."""
        return itertools.product(*(range(size) for size in self.shape))

    def cell(self, index: Index) -> dict[str, Value]:
        """The value of each axis at a cell."""
        pairs = zip(self.values.items(), index, strict=True)
        return {name: values[at] for (name, values), at in pairs}

    def seeds(self) -> np.ndarray:
        """The seed of every cell."""
        seeds = [
            seed_of(self.cell(index)) if self.seed is None else self.seed
            for index in self.indices()
        ]
        return np.reshape(np.asarray(seeds, np.int64), self.shape)

    def coordinates(self) -> dict[str, np.ndarray]:
        """Values of each axis as an array: numbers where all are, truth values, or text."""
        return {name: _coordinate(values) for name, values in self.values.items()}


def seed_of(cell: Mapping[str, Value]) -> int:
    """31 bits made of a cell's own values; of its `seed` if that is an axis.

    They depend on nothing else: not on the other cells, their order, or who computes them.
    """
    seed = cell.get("seed")
    if isinstance(seed, int):
        return seed
    text = json.dumps({name: as_text(value) for name, value in cell.items()}, sort_keys=True)
    return int.from_bytes(sha256(text.encode()).digest()[:4]) & 0x7FFFFFFF


def as_text(value: Value) -> str:
    """A value as it is named: `0.1`, `none`, `2,3`; a text as it is."""
    if isinstance(value, tuple):
        return ",".join(map(as_text, value))
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else repr(value)


def describe(cell: Mapping[str, Value]) -> str:
    """A cell as people name it: `depth=2, scale=0.1`."""
    return ", ".join(f"{name}={as_text(value)}" for name, value in cell.items())


def _values(name: str, given: Iterable[Any]) -> tuple[Value, ...]:
    """The values of one axis, each of which names its cells and no others."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ValueError(f"grid: axis {name!r} must be a list of values, got {given!r}")
    if isinstance(given, np.ndarray | jax.Array):
        if given.ndim != 1:
            raise ValueError(f"grid: axis {name!r} must have one dimension, got {given.ndim}")
        given = np.asarray(given).tolist()

    values = tuple(_plain(name, value) for value in given)
    if not values:
        raise ValueError(f"grid: axis {name!r} has no values")
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"grid: axis {name!r} has the value {as_text(value)} twice")
        seen.add(value)
    return values


def _plain(name: str, value: Any) -> Value:
    """A value as Python has it, without the types of NumPy and JAX."""
    if isinstance(value, tuple | list):
        return tuple(_plain(name, part) for part in value)
    if isinstance(value, np.generic) or (isinstance(value, jax.Array) and value.ndim == 0):
        value = np.asarray(value).item()
    if not (value is None or isinstance(value, bool | int | float | str)):
        raise ValueError(
            f"grid: axis {name!r} must hold numbers, texts, truth values, None or tuples of these, "
            f"got {type(value).__name__}: give its name or number, and make it in the function"
        )
    if isinstance(value, float) and math.isnan(value):
        raise ValueError(f"grid: axis {name!r} has a value that is not a number")
    return value


def _coordinate(values: tuple[Value, ...]) -> np.ndarray:
    kinds = {type(value) for value in values}
    if kinds == {bool} or kinds <= {int, float}:
        array = np.asarray(values)
        if array.dtype.kind in "bif":
            return array
    return np.asarray([as_text(value) for value in values], dtype=object)
