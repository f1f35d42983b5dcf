"""Tensors as matrices: some of the modes become the columns, the others the rows."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence


def unfold(tensor: NDArray, columns: Sequence[int]) -> NDArray:
    """The matrix whose columns are these modes of a tensor, in row-major order.

    Args:
        tensor: of any order.
        columns: its modes that become the columns.
    """
    rows = [mode for mode in range(tensor.ndim) if mode not in columns]
    length = math.prod(tensor.shape[mode] for mode in columns)
    return np.transpose(tensor, (*rows, *columns)).reshape(-1, length)


def fold(matrix: NDArray, shape: Sequence[int], columns: Sequence[int]) -> NDArray:
    """The tensor of this shape whose unfolding is the matrix: the inverse of `unfold`.

    Args:
        matrix: an unfolding.
        shape: of the tensor.
        columns: modes of the tensor that are its columns.
    """
    order = (*(mode for mode in range(len(shape)) if mode not in columns), *columns)
    back = tuple(order.index(mode) for mode in range(len(shape)))
    return matrix.reshape([shape[mode] for mode in order]).transpose(back)


def unfoldings(order: int) -> list[tuple[int, ...]]:
    """Which modes become columns: of a matrix its columns; of a tensor each mode, and pairs."""
    if order == 2:
        return [(1,)]
    single = [(mode,) for mode in range(order)]
    pairs = [(0, mode) for mode in range(1, order)] if order > 3 else []
    return [*single[::-1], *pairs]


def listed(modes: Sequence[int]) -> str:
    """Modes in words."""
    return ("mode " if len(modes) == 1 else "modes ") + " and ".join(map(str, modes))
