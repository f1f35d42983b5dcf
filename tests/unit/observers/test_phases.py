"""Phases of records whose events are known."""

import numpy as np
import pytest

from tacit.observers import find_phases

TIME = np.linspace(0, 100, 1001)
"""The angle is least at 20, the signal exp((t − 60) / 5) / √10 reaches its share at 60, and the
error falls from there at the rate 1/4 to its floor."""
ANGLE = np.abs(TIME - 20) / 100 + 0.01
SIGNAL = np.minimum(np.exp((TIME - 60) / 5) / np.sqrt(10), 1)
ERROR = np.maximum(np.minimum(1, np.exp(-(TIME - 60) / 4)), 1e-3)


def test_each_phase_ends_at_its_event():
    found = find_phases(TIME, ANGLE, SIGNAL, ERROR)
    np.testing.assert_allclose(found[:3], [20, 60, 60 + 4 * np.log(500)], atol=0.11)
    assert [TIME[record] for record in found.records] == list(found[:3])
    later = find_phases(TIME, ANGLE, SIGNAL, ERROR, share=0.9, floor=10)
    np.testing.assert_allclose(later.saddle, 60 + 5 * np.log(0.9 * np.sqrt(10)), atol=0.11)
    np.testing.assert_allclose(later.local, 60 + 4 * np.log(100), atol=0.11)


def test_an_angle_that_is_small_only_later_does_not_count():
    angle = ANGLE.copy()
    angle[800:] = 0
    assert find_phases(TIME, angle, SIGNAL, ERROR).spectral == pytest.approx(20)


def test_a_run_that_stays_at_zero_has_no_phases():
    found = find_phases(TIME, ANGLE, SIGNAL / 100, ERROR)
    assert np.isnan(found[:3]).all()
    assert found.records == (-1, -1, -1)


def test_an_error_that_leaves_its_floor_has_no_end():
    rising = ERROR.copy()
    rising[-1] = 1
    found = find_phases(TIME, ANGLE, SIGNAL, rising)
    assert np.isnan(found.local)
    assert found.records[2] == -1
    assert found.saddle == pytest.approx(60, abs=0.11)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": TIME[1:]}, "one number for each of at least three"),
        ({"angle": ANGLE[:, None]}, "one number for each of at least three"),
        ({"share": 1.0}, "share must be between 0 and 1"),
        ({"floor": 1}, "floor above 1, got"),
    ],
)
def test_what_it_refuses(change, message):
    given = {"time": TIME, "angle": ANGLE, "signal": SIGNAL, "error": ERROR} | change
    with pytest.raises(ValueError, match=message):
        find_phases(**given)
