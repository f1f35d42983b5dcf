"""When to record."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tacit.runs import Schedule


@given(st.integers(1, 50), st.integers(0, 500))
def test_every_takes_whole_steps_and_ends_at_the_end(gap, until):
    points = Schedule.every(gap, until).points
    assert points.dtype.kind == "i"
    assert points[0] == 0
    assert points[-1] == until
    np.testing.assert_array_equal(np.diff(points[:-1]), gap)
    assert np.all(np.diff(points) > 0)


@given(st.integers(1, 60), st.floats(1e-3, 10))
@example(3, 0.1)
def test_every_of_a_whole_number_of_gaps_has_no_sliver_at_the_end(count, gap):
    """Three gaps of 0.1 are three gaps, though their sum over 0.1 exceeds 3."""
    points = Schedule.every(gap, count * gap).points
    assert len(points) == count + 1
    np.testing.assert_allclose(np.diff(points), gap, rtol=1e-9)


def test_linear_is_whole_for_whole_numbers():
    np.testing.assert_array_equal(Schedule.linear(10, 3).points, [0, 5, 10])
    np.testing.assert_array_equal(Schedule.linear(2, 9).points, [0, 1, 2])
    np.testing.assert_allclose(Schedule.linear(1.0, 5).points, [0, 0.25, 0.5, 0.75, 1])


@given(st.integers(1, 10**6), st.integers(1, 60))
def test_logarithmic_of_whole_numbers_is_whole_distinct_and_ends_at_the_end(until, records):
    points = Schedule.logarithmic(until, records).points
    assert points.dtype.kind == "i"
    assert points[0] == 0
    assert np.all(np.diff(points) > 0)
    assert len(points) <= records + 1
    if records > 1:
        assert points[-1] == until
        assert points[1] == 1


def test_logarithmic_is_even_in_logarithm():
    points = Schedule.logarithmic(100.0, 3, first=1.0).points
    np.testing.assert_allclose(points, [0, 1, 10, 100])


@given(st.lists(st.integers(1, 100), min_size=1, max_size=10, unique=True))
def test_gaps_add_up_to_the_points(later):
    points = np.array([0, *sorted(later)])
    gaps = Schedule(points).gaps()
    assert gaps[0] == 0
    np.testing.assert_array_equal(np.cumsum(gaps), points)


@pytest.mark.parametrize("points", [[], [1, 2], [0, 2, 2], [0, 3, 1], [[0, 1]]])
def test_points_start_at_zero_and_increase(points, unchecked):
    with pytest.raises(ValueError, match="points"):
        Schedule(np.array(points))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Schedule.every(0, 10), "gap"),
        (lambda: Schedule.every(1, -1), "until"),
        (lambda: Schedule.linear(10, 1), "records"),
        (lambda: Schedule.logarithmic(10, 0), "records"),
        (lambda: Schedule.logarithmic(10, 5, first=0), "first"),
        (lambda: Schedule.logarithmic(10, 5, first=11), "first"),
    ],
)
def test_bad_arguments_are_named(make, name):
    with pytest.raises(ValueError, match=name):
        make()
