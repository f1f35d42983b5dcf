"""Whether the pictures of a folder look like the frames of one film."""

import numpy as np
from numpy.typing import NDArray

_ALIKE = 0.5
"""Correlation of neighbouring frames: of a film mostly above 0.9, of other pictures near zero."""
_FEWEST, _MOST = 20, 50_000
"""Pixels that a correlation is taken over, at least and at most."""


def are_alike(values: NDArray[np.float64], missing: NDArray[np.bool_]) -> bool:
    """Return whether neighbouring frames are correlated, as those of a film are.

    The middle one of their correlations over the pixels that are observed in both counts. Where
    there are too few such pixels, or nothing varies in them, nothing speaks against a film.

    Args:
        values: `(m, n, frames)` or `(m, n, frames, 3)`.
        missing: `(m, n, frames)`.
    """
    grey = values.mean(axis=-1) if values.ndim == 4 else values
    frames = grey.reshape(-1, grey.shape[2])
    seen = ~missing.reshape(frames.shape)
    step = -(-len(frames) // _MOST)
    frames, seen = frames[::step], seen[::step]

    found = []
    for at in range(frames.shape[1] - 1):
        both = seen[:, at] & seen[:, at + 1]
        pair = frames[both, at : at + 2]
        if len(pair) >= _FEWEST and np.ptp(pair, axis=0).min() > 0:
            first, second = ((pair - pair.mean(axis=0)) / pair.std(axis=0)).T
            found.append(np.mean(first * second))
    return not found or float(np.median(found)) >= _ALIKE
