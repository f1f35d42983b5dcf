"""The three phases of descent from a small start, read off the records of a run."""

from typing import NamedTuple

import numpy as np

from tacit._typing import Any


class Phases(NamedTuple):
    """Intervals of time [0, spectral], [spectral, saddle], [saddle, local] [stoeger2021].

    Each field is the time at which its phase ends, and not a number where that is not seen; records
    of the ends are −1 there.

    Attributes:
        spectral: alignment: U_t follows a power iteration on A*A(X★), so that its column space
            turns towards the leading eigenvectors of that tensor. Ends where the angle to them is
            least before the signal has grown: from there on U_t turns towards the truth.
        saddle: saddle avoidance: the signal grows geometrically, the rest stays small. Ends where
            the r-th singular value of U_t reaches the share of the truth's.
        local: local convergence: the error falls geometrically. Ends where it stays within a
            factor of its least value, the floor that the scale of the start sets.
        records: record at which each ends.
    """

    spectral: float
    saddle: float
    local: float
    records: tuple[int, int, int]


def find_phases(
    time: Any,
    angle: Any,
    signal: Any,
    error: Any,
    *,
    share: float = 10**-0.5,
    floor: float | int = 2,
) -> Phases:
    """Phases of a run, from its records alone [stoeger2021] [karnik2025].

    The papers' proofs bound the phases by conditions with unknown constants; here they end at
    events of a run. That the second ends at σ_r(U_t) = σ_r(X) / √10 is that of [stoeger2021],
    recalled.

    Args:
        time: t of each record.
        angle: record of `observers.angle_to_spectral_tensor`.
        signal: σ_r of U_t over that of the truth's factor, the least of all slices: from
            `observers.factor_spectrum`.
        error: record of `observers.test_error`.
        share: of the truth's r-th singular value, at which the saddle is left.
        floor: factor of the least error within which a run has reached its floor. A run that still
            falls at its end reaches the end of the third phase just before.

    Raises:
        ValueError: if the records differ in number, there are fewer than three, the share is not
            between 0 and 1, or the floor not above 1.
    """
    time, angle, signal, error = (np.asarray(a, float) for a in (time, angle, signal, error))
    shapes = [array.shape for array in (time, angle, signal, error)]
    if len(set(shapes)) > 1 or time.ndim != 1 or time.size < 3:
        raise ValueError(
            "find_phases: time, angle, signal and error need one number for each of at least three "
            f"records, got shapes {shapes}"
        )
    if not (0 < share < 1 and floor > 1):
        raise ValueError(
            f"find_phases: share must be between 0 and 1 and floor above 1, got {share} and {floor}"
        )
    grown = signal >= share
    if grown[0] or not grown.any():
        return Phases(np.nan, np.nan, np.nan, (-1, -1, -1))
    saddle = int(np.argmax(grown))
    spectral = int(np.argmin(angle[: saddle + 1]))
    above = np.flatnonzero(~(error[saddle:] <= floor * np.min(error[saddle:])))
    local = saddle + (int(above[-1]) + 1 if above.size else 0)
    records = (spectral, saddle, local if local < time.size else -1)
    spectral_end, saddle_end, local_end = (
        float(time[record]) if record >= 0 else np.nan for record in records
    )
    return Phases(spectral_end, saddle_end, local_end, records)
