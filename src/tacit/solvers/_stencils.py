"""Finite-difference stencils of the harmonic and thin-plate energies, and their equations."""

import itertools
from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Index = NDArray[np.integer]


def equations(x: Values, unknown: Mask, order: int, rows: int) -> tuple[Any, Values]:
    """A over the unknown entries and b, of the minimiser A y = b of the energy given the others.

    Args:
        x: fields, 0 where unknown.
        unknown: which entries are asked for; they are numbered in this order.
        order: of the energy.
        rows: of A that are made at a time, which bounds the memory beside A itself.
    """
    # Padded by how far a stencil reaches, so that neighbours are at fixed distances in memory.
    rims = [(order, order)] * (unknown.ndim - 1)
    padded = np.pad(unknown, [*rims, (0, 0)])
    places = np.flatnonzero(padded)
    number = np.full(padded.size, -1, np.int32)
    number[places] = np.arange(places.size, dtype=np.int32)
    known = np.pad(x, [(0, 0), *rims, (0, 0)]).reshape(len(x), -1)

    # Neighbours in the order of memory, so that columns ascend in every row of A.
    stencil = _Stencil.of(unknown.shape[:-1], order)
    strides = np.array(padded.strides[:-1]) // padded.itemsize
    offsets = sorted(stencil.offsets(), key=lambda offset: int(strides @ offset))
    shifts = np.array([strides @ offset for offset in offsets], np.intp)
    inside = np.array([stencil.inside(offset) for offset in offsets])

    right = np.empty((len(x), places.size))
    columns, entries, counts = [], [], [np.zeros(1, np.int64)]
    for begin in range(0, places.size, rows):
        here = places[begin : begin + rows]

        # Nearly all entries have the weights of the inside; only those near edges are worked out.
        at = [where - order for where in np.unravel_index(here, padded.shape)[:-1]]
        weights = np.repeat(inside[None], here.size, axis=0)
        edge = np.flatnonzero(stencil.near_edge(at))
        for j, offset in enumerate(offsets):
            weights[edge, j] = stencil.entry(offset, [where[edge] for where in at])

        # What is known goes to the right side, and what is unknown is a column.
        neighbours = here[:, None] + shifts
        for field, values in enumerate(known):
            total = np.einsum("ij,ij->i", weights, values[neighbours])
            right[field, begin : begin + rows] = -total

        numbers = number[neighbours]
        present = numbers >= 0
        columns.append(numbers[present])
        entries.append(weights[present])
        counts.append(present.sum(axis=1))

    # SciPy's factorisation asks for indices of 32 bits, so they are wider only where they must be.
    starts = np.cumsum(np.concatenate(counts))
    starts = starts.astype(np.int32) if starts[-1] < np.iinfo(np.int32).max else starts
    parts = (np.concatenate(entries), np.concatenate(columns).astype(starts.dtype), starts)
    return sparse.csr_array(parts, shape=(places.size, places.size)), right


class _Stencil(NamedTuple):
    """Entries of the energy's matrix, Σ_d K_d or Σ_d G_d + 2 Σ_{d<e} K_d ⊗ K_e.

    K_d = D_dᵀ D_d, G_d = (D_d²)ᵀ D_d². `first` and `second` have their diagonals: of each mode, an
    array of shape (5, side) whose row 2 + k has the entries (i, i + k).
    """

    shape: tuple[int, ...]
    order: int
    first: list[Values]
    second: list[Values]

    @classmethod
    def of(cls, shape: tuple[int, ...], order: int) -> "_Stencil":
        """The stencil on a grid."""
        first, second = ([_diagonals(side, n) for side in shape] for n in (1, 2))
        return cls(shape, order, first, second)

    def offsets(self) -> Iterator[tuple[int, ...]]:
        """Of neighbours with a part in an equation."""
        reach = range(-self.order, self.order + 1)
        for offset in itertools.product(reach, repeat=len(self.shape)):
            if sum(map(abs, offset)) <= self.order:
                yield offset

    def near_edge(self, at: Sequence[Index]) -> Mask:
        """Whether entries are different there from those inside."""
        pairs = zip(at, self.shape, strict=True)
        near = [(i < self.order) | (i >= side - self.order) for i, side in pairs]
        return np.any(near, axis=0)

    def inside(self, offset: tuple[int, ...]) -> float:
        """The entry far from all edges."""
        middle = [np.array([4]) for _ in offset]
        return float(_Stencil.of((9,) * len(offset), self.order).entry(offset, middle)[0])

    def entry(self, offset: tuple[int, ...], at: Sequence[Index]) -> Values:
        """Entries (i, i + offset), for places i; 0 where that is beyond an edge."""
        tables = self.first if self.order == 1 else self.second
        moved = {axis for axis, k in enumerate(offset) if k}
        total = np.zeros(at[0].shape)
        for d, k in enumerate(offset):
            if moved <= {d}:
                total += tables[d][2 + k, at[d]]
            for e in range(d) if self.order == 2 else ():
                if moved <= {d, e}:
                    across = self.first[e][2 + offset[e], at[e]]
                    total += 2 * self.first[d][2 + k, at[d]] * across
        return total


def _diagonals(side: int, order: int) -> Values:
    """Row 2 + k: the entries (i, i + k) of DᵀD, D the difference of that order."""
    table = np.zeros((5, side))
    difference = np.array([-1.0, 1.0]) if order == 1 else np.array([1.0, -2.0, 1.0])
    for (i, a), (j, b) in itertools.product(enumerate(difference), repeat=2):
        table[2 + j - i, i : max(side - order, 0) + i] += a * b
    return table
