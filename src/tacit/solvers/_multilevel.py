"""The additive multilevel preconditioner of large holes [bramble1990]."""

import itertools
import math
from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from tacit._typing import Any
from tacit.solvers._factorisation import factorised

Values = NDArray[np.floating]
Index = NDArray[np.integer]


class Scales(NamedTuple):
    """An additive multilevel preconditioner, Σ_l P_1 ⋯ P_l diag(A_l)⁻¹ P_lᵀ ⋯ P_1ᵀ.

    A level's functions are quadratic splines over cells twice as long as the level below, for cells
    of which everything is missing: there are levels only as far up as holes are deep.
    A_l = P_lᵀ A_{l−1} P_l, and the last is factorised if it is small.

    Attributes:
        inverses: 1 / diag(A_l), the finest first.
        splines: P_l.
        last: the factorised A_l of the last level, or None.
    """

    inverses: list[Values]
    splines: list[Any]
    last: Any

    @classmethod
    def of(cls, A: Any, places: Index, shape: tuple[int, ...], coarsest: int) -> "Scales":
        """The preconditioner of a matrix.

        Args:
            A: the matrix.
            places: of its unknowns in the flattened array.
            shape: of the array, modes and slices.
            coarsest: the most unknowns of a level that is factorised.
        """
        inverses, splines = [1 / A.diagonal()], []
        while A.shape[0] > coarsest:
            P, places, shape = _splines(places, shape)
            if not P.shape[1]:
                return cls(inverses, splines, None)
            A = (P.T @ (A @ P)).tocsr()
            splines.append(P)
            inverses.append(1 / A.diagonal())
        return cls(inverses, splines, factorised(A))

    def __call__(self, residual: Values) -> Values:
        """A step from the residuals of fields."""
        residuals = [residual]
        for P in self.splines:
            residuals.append(times(P.T, residuals[-1]))

        # Down again: every level adds its own step to the one from above.
        last = residuals[-1]
        step = self.inverses[-1] * last if self.last is None else self.last.solve(last.T).T
        for P, inverse, residual in zip(
            self.splines[::-1], self.inverses[-2::-1], residuals[-2::-1], strict=True
        ):
            step = times(P, step)
            step += inverse * residual
        return step


def _splines(places: Index, shape: tuple[int, ...]) -> tuple[Any, Index, tuple[int, ...]]:
    """P from cells of two unknowns a mode, with weights (1, 3, 3, 1)/4, their places and shape."""
    modes = [axis for axis, side in enumerate(shape[:-1]) if side > 2]
    halves = tuple(-(-side // 2) if axis in modes else side for axis, side in enumerate(shape))
    at = np.unravel_index(places, shape)
    cell = [where // 2 if axis in modes else where for axis, where in enumerate(at)]

    # How many entries a cell has is a product of ones and twos: the last of an odd number is alone.
    filled = np.bincount(np.ravel_multi_index(cell, halves), minlength=math.prod(halves))
    room = np.ones(1, np.int64)
    for axis, side in enumerate(shape):
        lengths = np.minimum(2, side - 2 * np.arange(halves[axis])) if axis in modes else [1] * side
        room = np.multiply.outer(room, lengths)
    kept = np.flatnonzero(filled == room.ravel()) if modes else np.arange(0)
    number = np.full(filled.size, -1)
    number[kept] = np.arange(kept.size)

    # An entry has a part in its own cell and in the nearest other along every mode; beyond an edge
    # that is its own again, so weights always sum to one where all cells are kept.
    P: Any = sparse.csr_array((places.size, kept.size))
    for outer in itertools.product((False, True), repeat=len(modes)):
        touched, weight = list(cell), 1.0
        for axis, beyond in zip(modes, outer, strict=True):
            weight *= 0.25 if beyond else 0.75
            if beyond:
                nearest = cell[axis] + 2 * (at[axis] % 2) - 1
                touched[axis] = np.clip(nearest, 0, halves[axis] - 1)
        column = number[np.ravel_multi_index(touched, halves)]
        row = np.flatnonzero(column >= 0)
        P += sparse.csr_array((np.full(row.size, weight), (row, column[row])), shape=P.shape)
    return P, kept, halves


def times(A: Any, fields: Values) -> Values:
    """A times each field; one by one, which is faster than all at once if they are few."""
    image = np.empty((len(fields), A.shape[0]))
    for row, field in zip(image, fields, strict=True):
        row[:] = A @ field
    return image
