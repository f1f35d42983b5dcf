"""How close an answer is to a known truth, over the holes and over everything."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Scores(NamedTuple):
    """Peak signal-to-noise ratio in dB and structural similarity, over the missing pixels and all.

    The two differ by about 10 log₁₀(missing fraction) dB, so a number without the set it belongs
    to means little.
    """

    psnr_missing: float
    psnr_all: float
    ssim_missing: float
    ssim_all: float


def scores(filled: Array, truth: Array, missing: NDArray[np.bool_], peak: float = 1.0) -> Scores:
    """Compare with the truth: PSNR = 10 log₁₀(peak² / mean square error), SSIM [wang2004ssim].

    SSIM is that of each colour of each frame, or of each slice of a cube, in rows and columns.

    Args:
        filled: answer, (m, n) and perhaps frames, slices, channels.
        truth: of the same shape.
        missing: where the data had holes, of the answer's shape or that of its leading modes.
        peak: largest possible value; the range of the truth is usual for tables.
    """
    from skimage.metrics import structural_similarity

    squares = (np.asarray(filled, float) - np.asarray(truth, float)) ** 2
    side = min(7, *missing.shape[:2])
    window = side if side % 2 else side - 1
    similarity = np.full(squares.shape, np.nan)
    if window >= 3:
        similarity = structural_similarity(
            _side_by_side(truth),
            _side_by_side(filled),
            win_size=window,
            data_range=peak,
            channel_axis=-1,
            full=True,
        )[1].reshape(squares.shape)
    return Scores(
        psnr_missing=_psnr(squares[missing], peak),
        psnr_all=_psnr(squares, peak),
        ssim_missing=float(np.mean(similarity[missing])) if missing.any() else float("nan"),
        ssim_all=float(np.mean(similarity)),
    )


def _side_by_side(values: Array) -> Array:
    """Rows, columns, and all else along one axis."""
    return np.asarray(values, float).reshape(*values.shape[:2], -1)


def _psnr(squares: Array, peak: float) -> float:
    if not squares.size:
        return float("nan")
    mean = float(np.mean(squares))
    return float("inf") if mean == 0 else float(10 * np.log10(peak**2 / mean))
