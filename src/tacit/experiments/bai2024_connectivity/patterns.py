"""Truths, and the patterns in which they are seen."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.completion.connectivity import find_parts


class Seen(NamedTuple):
    """Matrices, and which of their entries are observed; one a draw."""

    truth: NDArray[np.float64]
    observed: NDArray[np.bool_]


def draw_connected(side: int, rank: int, draws: int, generator: np.random.Generator) -> Seen:
    """Return truths with singular values from 2 down to 1, in connected patterns.

    Args:
        side: Of the square matrices.
        rank: Of the truths; as many entries are seen as there are such matrices' dimensions.
        draws: How many.
        generator: The source of randomness.
    """
    count = 2 * rank * side - rank**2
    values = np.linspace(2, 1, rank)
    truths, patterns = [], []
    for _ in range(draws):
        left, right = (np.linalg.qr(generator.standard_normal((side, rank)))[0] for _ in range(2))
        truths.append(left * values @ right.T)
        observed = np.zeros((side, side), bool)
        while not _is_connected(observed):
            places = generator.permutation(side**2)[:count]
            observed = np.isin(np.arange(side**2), places).reshape(side, side)
        patterns.append(observed)
    return Seen(np.stack(truths), np.stack(patterns))


def _is_connected(observed: NDArray[np.bool_]) -> bool:
    """Whether all rows and columns are one part, so that none is without an entry."""
    parts = find_parts(observed)
    return parts.number == 1 and bool(np.all(parts.rows == 0) and np.all(parts.columns == 0))


def draw_blocks(count: int, has_hole: bool, generator: np.random.Generator) -> Seen:
    """Return 3 × 3 truths of rank one, seen in two components: a 2 × 2 block, and one entry.

    Args:
        count: How many; the single entry goes through all nine places.
        has_hole: Whether an entry of the block is hidden. It is then the block of the
            counterexample of [li2021], with the hole where the diagonal's 1 lies.
        generator: The source of randomness.
    """
    truths, patterns = [], []
    for number in range(count):
        row, column = divmod(number % 9, 3)
        left, right = (
            generator.uniform(0.5, 1.5, 3) * generator.choice([-1, 1], 3) for _ in range(2)
        )
        rows, columns = (np.delete(np.arange(3), place) for place in (row, column))
        observed = np.zeros((3, 3), bool)
        observed[np.ix_(rows, columns)] = True
        observed[row, column] = True
        if has_hole:
            # Entries 1, R and R with R > 1 have a completion [[1, R], [R, 1]] of less norm than
            # [[1, R], [R, R²]], the one of rank one.
            observed[rows[1], columns[1]] = False
            left[rows] = right[columns] = 1, generator.uniform(1.5, 2)
        truths.append(np.outer(left, right))
        patterns.append(observed)
    return Seen(np.stack(truths), np.stack(patterns))
