"""Parts into which the pattern of observed entries of a matrix falls, as a graph [bai2024]."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Mask = NDArray[np.bool_]


class Parts(NamedTuple):
    """The part, from 0, that each row and each column belongs to; −1 where nothing is observed."""

    number: int
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def count_between(self, missing: Mask) -> int:
        """Return how many of these places lie in a row and a column of different parts."""
        apart = self.rows[:, None] != self.columns[None, :]
        known = (self.rows >= 0)[:, None] & (self.columns >= 0)[None, :]
        return int(np.count_nonzero(missing & apart & known))


def find_parts(observed: Mask) -> Parts:
    """Return the connected parts of the graph with an edge row – column for each True place."""
    height, width = observed.shape
    row_parts, column_parts = np.full(height, -1), np.full(width, -1)
    rows, columns = (np.flatnonzero(observed.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return Parts(0, row_parts, column_parts)

    # A row with every column that has any entry connects all: no graph for a picture with a hole.
    size = len(rows) + len(columns)
    if (observed.sum(axis=1) == len(columns)).any():
        count, labels = 1, np.zeros(size, int)
    else:
        row, column = np.nonzero(observed[np.ix_(rows, columns)])
        edges = (np.ones(len(row), bool), (row, len(rows) + column))
        count, labels = connected_components(csr_array(edges, (size, size)), directed=False)
    row_parts[rows], column_parts[columns] = labels[: len(rows)], labels[len(rows) :]
    return Parts(int(count), row_parts, column_parts)


def describe_parts(observed: Mask, missing: Mask) -> str | None:
    """Return a note if the entries observed of a matrix fall into parts with fills between them.

    Factors of different parts are never in one entry that is observed: the loss is a sum of one for
    each part, and leaves free how they are turned against each other.

    Args:
        observed: True where something is known.
        missing: True where something is filled.
    """
    if observed.ndim != 2:
        return None
    parts = find_parts(observed)
    between = parts.count_between(missing) if parts.number > 1 else 0
    if not between:
        return None
    filled = int(np.count_nonzero(missing))
    return (
        f"the observed entries fall into {parts.number} parts that share no row and no column: "
        f"{between} of {filled} fills lie between parts, where only centres, and the order along "
        "an axis that has one, can inform them"
    )
