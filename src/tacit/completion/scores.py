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

    Args:
        filled: answer, (m, n) or (m, n, channels).
        truth: of the same shape.
        missing: where the data had holes, (m, n) or the shape of the answer.
        peak: largest possible value; the range of the truth is usual for tables.
    """
    from skimage.metrics import structural_similarity

    squares = (np.asarray(filled, float) - np.asarray(truth, float)) ** 2
    side = min(7, *missing.shape[:2])
    window = side if side % 2 else side - 1
    similarity = np.full(squares.shape, np.nan)
    if window >= 3:
        similarity = structural_similarity(
            np.asarray(truth, float),
            np.asarray(filled, float),
            win_size=window,
            data_range=peak,
            channel_axis=-1 if squares.ndim == 3 else None,
            full=True,
        )[1]
    return Scores(
        psnr_missing=_psnr(squares[missing], peak),
        psnr_all=_psnr(squares, peak),
        ssim_missing=float(np.mean(similarity[missing])),
        ssim_all=float(np.mean(similarity)),
    )


def _psnr(squares: Array, peak: float) -> float:
    mean = float(np.mean(squares))
    return float("inf") if mean == 0 else float(10 * np.log10(peak**2 / mean))
