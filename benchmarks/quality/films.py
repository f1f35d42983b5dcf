"""Films panned across pictures that ship with scikit-image; nothing is downloaded."""

import numpy as np
from numpy.typing import NDArray
from skimage import data


def panned(name: str, frames: int = 64, side: int = 128) -> NDArray:
    """A window that moves over a photograph on a straight line, in [0, 1].

    Args:
        name: A picture of `skimage.data`.
        frames: How many frames; the window moves by whole pixels, so that nothing is interpolated.
        side: Height and width of the window.

    Returns:
        `(side, side, frames)`, or `(side, side, frames, 3)` of a colour picture.
    """
    picture = getattr(data, name)() / 255
    height, width = picture.shape[:2]
    if min(height, width) < side:
        raise ValueError(f"{name} is {height} × {width}, smaller than a window of {side}")
    tops, lefts = (
        np.linspace(0, length - side, frames).round().astype(int) for length in (height, width)
    )
    windows = [
        picture[top : top + side, left : left + side] for top, left in zip(tops, lefts, strict=True)
    ]
    return np.stack(windows, axis=2)
