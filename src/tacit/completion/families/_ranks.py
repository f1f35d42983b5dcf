"""Ranks that show in a tensor: where the singular values of an unfolding fall off."""

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.families._unfolding import unfold

_FALL = 3.0
"""A singular value may be noise if it is less than the one before by this factor."""
_MOST = 1 << 21
"""Numbers of a tensor beyond which its singular values take longer than they save."""


def visible_ranks(
    values: NDArray[np.floating],
    parts: Sequence[Sequence[int]],
    widths: Sequence[int],
    error: float,
) -> tuple[int, ...] | None:
    """Of each unfolding the least rank after which little is left, and its width where none is.

    Little is a root mean square of no more than the error, and singular values that begin with a
    fall: where they only get less and less, all of them may belong to the data.

    Args:
        values: of the tensor; None is returned if there are too many.
        parts: modes of each unfolding that stand on one side.
        widths: the most that the rank of each can be.
        error: root mean square by which the values may err.
    """
    if values.size > _MOST or not np.isfinite(values).all():
        return None
    return tuple(
        _visible_rank(unfold(values, part), width, error)
        for part, width in zip(parts, widths, strict=True)
    )


def _visible_rank(matrix: NDArray[np.floating], width: int, error: float) -> int:
    found = np.linalg.svd(matrix, compute_uv=False)[:width]
    left = np.sqrt(np.cumsum(found[::-1] ** 2)[::-1] / matrix.size)
    for rank in range(1, len(found)):
        if left[rank] <= error and found[rank - 1] >= _FALL * found[rank]:
            return rank
    return width
