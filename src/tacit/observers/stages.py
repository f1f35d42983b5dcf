"""Saddle-escaping stages, read off the records of a run."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tacit._typing import Any, Float, Int
from tacit.algebra import time_to_reach

Times = Float[np.ndarray, " s"]
Records = Int[np.ndarray, " s"]


class Stages(NamedTuple):
    """Plateaus j = 0, 1, …, S of a run, and the S escapes between them [cao2022].

    Escape j leads from plateau j to plateau j + 1. A plateau without escape after it, the last one,
    has `escape` −1 and `escape_time` not a number.

    Attributes:
        start: record at which the plateau begins: halfway down, in ln‖∇L‖, from the escape before.
        bottom: record of least ‖∇L‖, nearest to the saddle.
        end: record at which it ends, halfway up to the next escape.
        escape: record of the peak of ‖∇L‖ that ends it.
        start_time: time of `start`.
        end_time: time of `end`.
        escape_time: time of `escape`.
        rank: number of singular values at the bottom above `tolerance` times the run's largest.
        gained: singular values that the escape after it brings; more than one is a merged stage.
        loss: loss at the bottom.
        predicted_loss: ½ Σ σ_i² over what is not learnt, or not a number where it is not known.
        predicted_escape: escape time of the next singular value in closed form, from its size at
            the bottom; not a number where it is not known.
    """

    start: Records
    bottom: Records
    end: Records
    escape: Records
    start_time: Times
    end_time: Times
    escape_time: Times
    rank: Records
    gained: Records
    loss: Times
    predicted_loss: Times
    predicted_escape: Times

    @property
    def escapes(self) -> int:
        """Number S of escapes."""
        return len(self.bottom) - 1

    @property
    def gaining(self) -> int:
        """Number of escapes that bring a singular value: a step that stays long has others."""
        return int(np.sum(self.gained[:-1] > 0))

    @property
    def merged(self) -> int:
        """Number of escapes that bring more than one singular value."""
        return int(np.sum(self.gained[:-1] > 1))


def find_stages(
    time: Any,
    gradient_norm: Any,
    loss: Any,
    spectrum: Any,
    *,
    target: Any = None,
    depth: float | int | None = None,
    prominence: float = 0.5,
    tolerance: float = 1e-2,
) -> Stages:
    """Plateaus and escapes of a run, from its records alone [cao2022].

    An escape is a peak of ln‖∇L‖ of at least the prominence given; between two of them lies a
    plateau, near a saddle. What is within rounding of zero has no peaks. A peak at the first or the
    last record is not seen: record from well before the first escape until after the last. In time
    records must be finer than an escape, about 1 / (N σ^{2−2/N}) for depth N.

    Args:
        time: t of each record (`GroupRMSprop` and descent record that of the flow they follow).
        gradient_norm: record of `observers.gradient_norm`.
        loss: record of `observers.loss`.
        spectrum: record of `observers.singular_values`, one row each.
        target: singular values of a target observed in full under ½‖·‖_F²; they give the predicted
            loss of each plateau.
        depth: N of a deep factorisation; with `target` it gives the predicted escape times.
        prominence: of ln‖∇L‖.
        tolerance: share of the run's largest singular value above which one counts as learnt.

    Raises:
        ValueError: if the records differ in number, there are fewer than three, or the prominence
            or tolerance is not positive.
    """
    time, norms, loss, spectrum = (
        np.asarray(array, float) for array in (time, gradient_norm, loss, spectrum)
    )
    lengths = {len(time), len(norms), len(loss), len(spectrum)}
    if len(lengths) > 1 or spectrum.ndim != 2:
        raise ValueError(
            "find_stages: time, gradient_norm, loss and spectrum need one row a record, got "
            f"shapes {time.shape}, {norms.shape}, {loss.shape}, {spectrum.shape}"
        )
    if len(time) < 3:
        raise ValueError(f"find_stages: {len(time)} records have no peak; give at least 3")
    if not (prominence > 0 and tolerance > 0):
        raise ValueError(
            f"find_stages: prominence and tolerance must be positive, got {prominence} and "
            f"{tolerance}"
        )

    # Plateaus are what peaks cut the run into; each is read at its least gradient, the point
    # nearest to the saddle.
    logs = _logarithm(norms, np.asarray(gradient_norm).dtype)
    peaks = _peaks(logs, prominence)
    cuts = [0, *peaks, len(time)]
    bottom = np.array([a + int(np.argmin(logs[a:b])) for a, b in pairwise(cuts)])
    start, end = _borders(logs, peaks, bottom)

    # The last plateau is not left: it has no escape.
    rank = np.sum(spectrum[bottom] > tolerance * spectrum.max(), axis=1)
    escape = np.append(peaks, -1)
    return Stages(
        start=start,
        bottom=bottom,
        end=end,
        escape=escape,
        start_time=time[start],
        end_time=time[end],
        escape_time=np.where(escape >= 0, time[escape], np.nan),
        rank=rank,
        gained=np.append(np.diff(rank), 0),
        loss=loss[bottom],
        predicted_loss=_predicted_losses(rank, target),
        predicted_escape=_predicted_escapes(time, spectrum, bottom, rank, target, depth),
    )


def separations(target: Any, init_scale: float, depth: float | int) -> Float[np.ndarray, " s"]:
    """How well a small start tells one stage from the next: above 3 they are two [cao2022].

    For depth 2 it is (1 − σ_{j+1}/σ_j) ln(σ₁ / s₀) / 2, s₀ = `init_scale` the end-to-end size of
    the start: the time between two escapes in units of 1/σ_{j+1}, in which factors grow by e. For
    any depth that time is taken from the closed form of a balanced start, in units of
    2 / (N σ_{j+1}^{2−2/N}). A random start of depth 3 or more may tell equal values apart all the
    same, so there a small number promises nothing.

    Args:
        target: singular values, descending.
        init_scale: end-to-end singular value of the start, α^N for factors of size α.
        depth: N.

    Raises:
        ValueError: if `init_scale` is not between 0 and the least singular value, or depth is
            below 2.
    """
    target = np.asarray(target, float)
    target = target[target > 0]
    following = target[1:]
    if depth == 2:
        return (1 - following / target[:-1]) * np.log(target[0] / init_scale) / 2
    half = time_to_reach(target / 2, start=init_scale, target=target, depth=depth)
    return np.diff(half) * depth / 2 * following ** (2 - 2 / depth)


def _logarithm(norms: np.ndarray, dtype: Any) -> np.ndarray:
    """ln‖∇L‖, level where it is rounding alone."""
    precision = np.finfo(dtype if np.issubdtype(dtype, np.floating) else float).eps
    floor = max(100 * precision * float(norms.max()), np.finfo(float).tiny)
    return np.log(np.maximum(norms, floor))


def _peaks(logs: np.ndarray, prominence: float) -> np.ndarray:
    from scipy.signal import find_peaks  # a third of a second, so only here

    peaks, _ = find_peaks(logs, prominence=prominence)
    return peaks


def _borders(
    logs: np.ndarray, peaks: np.ndarray, bottom: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and last record of each plateau: where ln‖∇L‖ is halfway between bottom and peak."""
    start, end = [0], []
    for j, peak in enumerate(peaks):
        up = slice(bottom[j], peak + 1)
        down = slice(peak, bottom[j + 1] + 1)
        rises = logs[up] > (logs[bottom[j]] + logs[peak]) / 2
        falls = logs[down] <= (logs[bottom[j + 1]] + logs[peak]) / 2
        end.append(bottom[j] + max(int(np.argmax(rises)) - 1, 0))
        start.append(int(peak) + int(np.argmax(falls)))
    end.append(len(logs) - 1)
    return np.array(start), np.array(end)


def _predicted_losses(rank: np.ndarray, target: Any) -> np.ndarray:
    if target is None:
        return np.full(len(rank), np.nan)
    squares = np.append(np.asarray(target, float) ** 2, 0.0)
    left = np.cumsum(squares[::-1])[::-1] / 2
    return left[np.minimum(rank, len(left) - 1)]


def _predicted_escapes(
    time: np.ndarray,
    spectrum: np.ndarray,
    bottom: np.ndarray,
    rank: np.ndarray,
    target: Any,
    depth: float | int | None,
) -> np.ndarray:
    """When ‖∇L‖ of the next mode peaks, at (N−1)/(2N−1) of its target, alone and balanced."""
    predicted = np.full(len(rank), np.nan)
    if target is None or depth is None:
        return predicted
    target = np.asarray(target, float)
    for j, (record, learnt) in enumerate(zip(bottom, rank, strict=True)):
        if learnt < np.sum(target > 0):
            size, goal = spectrum[record, learnt], target[learnt]
            peak = goal * (depth - 1) / (2 * depth - 1)
            if 0 < size < peak:
                wait = time_to_reach(peak, start=size, target=goal, depth=depth)
                predicted[j] = time[record] + wait
    return predicted
