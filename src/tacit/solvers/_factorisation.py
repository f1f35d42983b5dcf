"""Sparse factorisation of small holes and of time series, and its iterative refinement."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from tacit._typing import Any

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Index = NDArray[np.integer]

_SECONDS = {2: (1.8e-7, 1.5), 3: (4e-8, 2.0)}
"""Modes: factor and power of the seconds that it takes to factorise so many unknowns."""
_REFINEMENTS = 2


def independent_blocks(A: Any, modes: int, patience: float, room: int) -> tuple[list[Index], Index]:
    """Unknowns to be factorised together, and those that are better left to iterations.

    Sets that no equation connects are factorised, the smaller the sooner, until that would take
    longer than the patience.

    Args:
        A: the matrix.
        modes: how many.
        patience: seconds of factorising, as predicted, that are preferred to iterations.
        room: unknowns after which another block is begun; a set is never split.
    """
    _, label = connected_components(A, directed=False)
    size = np.bincount(label)
    ascending = np.argsort(size, kind="stable")

    # Along a single mode the matrix is banded, and to factorise it takes next to no time.
    if modes == 1:
        seconds = np.zeros(size.size)
    else:
        factor, power = _SECONDS[min(modes, 3)]
        seconds = np.cumsum(factor * size[ascending] ** power)
    small = ascending[seconds <= patience]

    # Sets in ascending order, cut where the unknowns before them fill another block.
    begun = np.cumsum(size[small]) - size[small]
    block = np.full(size.size, -1)
    block[small] = begun // room
    of = block[label]
    order = np.argsort(of, kind="stable")
    cuts = np.searchsorted(of[order], np.arange(block.max() + 1))
    rest, *parts = np.split(order, cuts)
    return [part for part in parts if part.size], rest


def submatrix(A: Any, at: Index) -> Any:
    """The equations and unknowns at these places."""
    return A if at.size == A.shape[0] else A[at][:, at]


def factorised(A: Any) -> Any:
    """LU of a symmetric positive definite matrix, without pivoting."""
    return splu(
        A.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


def refined(
    x: Values, unknown: Mask, y: Values, factors: list[tuple[Index, Any]], order: int
) -> Values:
    """Iterative refinement along a single mode, where gaps can be very long.

    The residual −Dᵀ(D x), from differences, has an error of the size of g² roundings for a gap of
    length g; one from A would have g⁴, as the factorisation has.
    """
    whole = x.copy()
    whole[:, unknown] = y
    least = np.sum(np.diff(whole, order, axis=1) ** 2)
    for _ in range(_REFINEMENTS):
        curved = np.pad(np.diff(whole, order, axis=1), [(0, 0), (order, order), (0, 0)])
        residual = -((-1) ** order) * np.diff(curved, order, axis=1)[:, unknown]
        better = y.copy()
        for block, factor in factors:
            better[:, block] += factor.solve(residual[:, block].T).T
        whole[:, unknown] = better

        # Once a step no longer lowers the energy it consists of roundings.
        energy = np.sum(np.diff(whole, order, axis=1) ** 2)
        if not energy <= least:
            break
        y, least = better, energy
    return y
