"""Following the camera: how far each frame of a film has moved."""

from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tacit.completion.families._recent import Recent

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Motion = tuple[tuple[int, int], ...]
"""How far each frame is rolled, down and along, so that what is shown stays where it is."""

_OVERLAP = 0.25
"""Least share of the largest overlap that two frames may have where they are compared."""
_known = Recent()


def camera_motion(values: Values, observed: Mask, frames: int) -> Motion | None:
    """Whole-pixel motion from frame to frame, or None where there is none.

    By the normalised cross-correlation of what is observed of successive frames [padfield2012].

    Args:
        values: rows, columns, frames and perhaps more modes, which are averaged over.
        observed: of the same shape.
        frames: mode of the frames.
    """
    seen = np.where(observed, values, 0.0)
    find = partial(_find_motion, values, observed, frames)
    return _known.get(f"motion along {frames}", (seen, observed), find)


def _find_motion(values: Values, observed: Mask, frames: int) -> Motion | None:
    from skimage.registration import phase_cross_correlation

    counted = _frames(observed.astype(float), frames)
    means = _frames(np.where(observed, values, 0.0), frames) / np.maximum(counted, 1)
    seen = np.flatnonzero(counted.any(axis=(1, 2)))
    places = [np.zeros(2)]
    for before, after in pairwise(seen):
        shift, _, _ = phase_cross_correlation(
            means[before],
            means[after],
            reference_mask=counted[before] > 0,
            moving_mask=counted[after] > 0,
            overlap_ratio=_OVERLAP,
        )
        places.append(places[-1] + shift)
    # Frames of which nothing is seen lie evenly between their neighbours.
    every = np.arange(len(means))
    down, along = (np.rint(np.interp(every, seen, axis)) for axis in np.stack(places, axis=1))
    if not (down.any() or along.any()):
        return None
    return tuple((int(d), int(a)) for d, a in zip(down, along, strict=True))


def shift_frames(values: NDArray, motion: Motion, frames: int, sign: int = 1) -> NDArray:
    """Each frame rolled by its motion; nothing is lost at the edges.

    Args:
        values: a film, rows and columns first.
        motion: shift of each frame, down and to the right.
        frames: axis of the frames.
        sign: 1 to follow the camera, −1 to go back.
    """
    rolled = [
        np.roll(frame, (sign * down, sign * along), (0, 1))
        for frame, (down, along) in zip(np.moveaxis(values, frames, 0), motion, strict=True)
    ]
    return np.moveaxis(np.stack(rolled), 0, frames)


def _frames(values: NDArray, frames: int) -> NDArray:
    """Frames first, summed over all modes but rows and columns."""
    first = np.moveaxis(values, frames, 0)
    return first.sum(axis=tuple(range(3, first.ndim)))
