"""Stages of a run whose singular values lie close together, by the definition of a peak."""

import numpy as np
import pytest

from tacit.observers import find_stages


def logistic(time: np.ndarray, value: float, start: float) -> np.ndarray:
    """The flow of one singular value of a balanced chain of two, from its start."""
    return value / (1 + (value / start - 1) * np.exp(-2 * value * time))


def prominent(logs: np.ndarray, prominence: float) -> list[int]:
    """Peaks of at least a prominence, from the definition alone: how far one must go down."""
    peaks = []
    for at in range(1, len(logs) - 1):
        if not logs[at - 1] < logs[at] > logs[at + 1]:
            continue
        falls = []
        for side in (logs[at - 1 :: -1], logs[at + 1 :]):
            higher = np.flatnonzero(side > logs[at])
            falls.append(logs[at] - np.min(side[: higher[0]] if higher.size else side))
        if min(falls) >= prominence:
            peaks.append(at)
    return peaks


@pytest.mark.parametrize("start", [1e-3, 1e-8])
@pytest.mark.parametrize("gap", [0.5, 0.3, 0.2, 0.1, 0.05, 0.01, 0.0])
def test_stages_of_close_values_are_the_peaks_of_the_definition(gap, start):
    values = np.array([2.0, 2.0 * (1 - gap), 0.5])
    time = np.linspace(0, 3 * np.log(2 / start), 4001)
    spectrum = np.stack([logistic(time, value, start) for value in values], axis=1)
    left = values - spectrum
    norms = np.sqrt(np.sum(2 * spectrum * left**2, axis=1))
    found = find_stages(time, norms, np.sum(left**2, axis=1) / 2, spectrum, target=values, depth=2)

    floor = 100 * np.finfo(float).eps * norms.max()
    expected = prominent(np.log(np.maximum(norms, floor)), 0.5)
    assert found.escape[:-1].tolist() == expected
    # Between two peaks lie as many values as have passed half of their size.
    for at, rank in zip(found.bottom, found.rank, strict=True):
        assert rank == np.sum(spectrum[at] > 0.01 * values[0])
    assert found.gained.sum() == found.rank[-1] - found.rank[0]
