"""From held-out errors to a deviation of every entry: laws that are known are found again."""

import math

import numpy as np
import pytest

from tacit.completion import Calibration
from tacit.completion.calibration import Clues, activity, clues_of, distances

LAW = np.array([-1.0, 0.8, -0.5])
"""log σ = −1 + 0.8 c₁ − 0.5 c₂."""


def drawn(count=6000, seed=0, law=LAW, rising=(True, False)):
    """Errors of a deviation that is known, their clues, and the deviation."""
    rng = np.random.default_rng(seed)
    columns = rng.uniform(-1, 2, (count, len(law) - 1))
    sigma = np.exp(law[0] + columns @ law[1:])
    return sigma * rng.standard_normal(count), Clues(columns, rising), sigma


def test_a_log_linear_law_is_found():
    errors, clues, sigma = drawn()
    found = Calibration.fit(errors, clues)
    np.testing.assert_allclose(found.coefficients[1:], LAW[1:], atol=0.05)
    np.testing.assert_allclose(found.deviation(clues), sigma, rtol=0.12)
    assert np.mean((errors / found.deviation(clues)) ** 2) == pytest.approx(1)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_a_multiple_covers_the_share_that_it_says(level):
    errors, clues, _ = drawn()
    found = Calibration.fit(errors, clues)
    fresh, where, _ = drawn(seed=1)
    covered = np.mean(np.abs(fresh) <= found.multiple(level) * found.deviation(where))
    assert covered == pytest.approx(level, abs=3 * math.sqrt(level * (1 - level) / 3000))
    # Of normal errors it is the normal quantile.
    if level == 0.95:
        assert found.multiple(level) == pytest.approx(1.96, abs=0.08)


def test_heavy_tails_are_covered_by_a_larger_multiple():
    _, clues, sigma = drawn()
    rng = np.random.default_rng(3)
    errors = sigma * rng.standard_t(2.5, len(sigma))
    found = Calibration.fit(errors, clues)
    np.testing.assert_allclose(found.coefficients[1:], LAW[1:], atol=0.2)
    fresh = np.abs(sigma * rng.standard_t(2.5, len(sigma)))
    for level in (0.8, 0.95):
        covered = np.mean(fresh <= found.multiple(level) * found.deviation(clues))
        assert covered == pytest.approx(level, abs=0.02)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_deviation_has_the_unit_of_the_errors(scale):
    errors, clues, _ = drawn(600)
    plain, scaled = Calibration.fit(errors, clues), Calibration.fit(scale * errors, clues)
    np.testing.assert_allclose(scaled.deviation(clues), scale * plain.deviation(clues), rtol=1e-3)
    assert scaled.multiple(0.9) == pytest.approx(plain.multiple(0.9), rel=1e-3)


def test_a_clue_that_may_only_raise_is_left_out_where_it_lowers():
    errors, clues, _ = drawn(law=np.array([0.0, -0.8, 0.5]))
    found = Calibration.fit(errors, clues)
    assert found.coefficients[1] == 0
    assert found.coefficients[2] == pytest.approx(0.5, abs=0.05)
    free = Calibration.fit(errors, clues._replace(rising=(False, False)))
    assert free.coefficients[1] == pytest.approx(-0.8, abs=0.05)


def test_a_rising_clue_is_believed_a_little_beyond_what_was_seen_and_others_are_not():
    errors, clues, _ = drawn()
    found = Calibration.fit(errors, clues)
    last = clues.columns.max(axis=0)

    def beyond(step, clue):
        place = last + step * (np.arange(2) == clue)
        return found.deviation(Clues(place[None], clues.rising))[0] / at

    at = found.deviation(Clues(last[None], clues.rising))[0]
    # Clues are logarithms: a distance up to three times as far as any that was seen.
    for step in (0.5, 1.0):
        assert beyond(step, 0) == pytest.approx(math.exp(step * found.coefficients[1]))
    assert beyond(9.0, 0) == pytest.approx(3 ** found.coefficients[1])
    assert beyond(9.0, 1) == pytest.approx(1)
    low = clues.columns.min(axis=0)[None]
    np.testing.assert_allclose(
        found.deviation(Clues(low - 5, clues.rising)), found.deviation(Clues(low, clues.rising))
    )


@pytest.mark.parametrize("count", [0, 1, 19])
def test_of_too_few_errors_nothing_is_known(count):
    errors, clues, _ = drawn(count)
    found = Calibration.fit(errors, clues)
    assert found.coefficients is None
    assert math.isnan(found.multiple(0.95))
    _, where, _ = drawn(7)
    assert np.isnan(found.deviation(where)).all()
    assert found.deviation(where).shape == (7,)


@pytest.mark.parametrize(("count", "used"), [(20, 1), (59, 1), (60, 1), (90, 2)])
def test_few_errors_allow_few_coefficients(count, used):
    errors, clues, _ = drawn(count, law=np.array([0.0, 2.0, 2.0]), rising=(False, False))
    found = Calibration.fit(errors, clues)
    assert np.count_nonzero(found.coefficients[1:]) == used
    assert np.isfinite(found.deviation(clues)).all()


def test_errors_of_tiles_without_an_answer_are_left_out():
    errors, clues, _ = drawn(600)
    broken = np.append(errors, np.full(50, np.nan))
    columns = np.vstack([clues.columns, np.zeros((50, 2))])
    one = Calibration.fit(errors, clues)
    other = Calibration.fit(broken, Clues(columns, clues.rising))
    np.testing.assert_allclose(one.coefficients, other.coefficients)


def test_outliers_do_not_move_a_robust_scale():
    errors, clues, sigma = drawn()
    spoilt = np.where(np.random.default_rng(2).random(len(errors)) < 0.03, 50.0, errors)
    robust = Calibration.fit(spoilt, clues, robust=True).deviation(clues)
    assert 0.8 < np.median(robust / sigma) < 1.25
    plain = Calibration.fit(spoilt, clues).deviation(clues)
    assert np.median(plain / sigma) > 2


def test_errors_of_zero_and_clues_that_say_nothing():
    _, clues, _ = drawn(100)
    none = Calibration.fit(np.zeros(100), clues)
    assert np.isfinite(none.deviation(clues)).all()
    assert none.deviation(clues).max() < 1e-9
    assert none.multiple(0.95) == 0
    errors, _, _ = drawn(300, law=np.array([0.3, 0.0]))
    flat = Calibration.fit(errors, Clues(np.ones((300, 1)), (True,)))
    expected = np.sqrt(np.mean(errors**2))
    np.testing.assert_allclose(flat.deviation(Clues(np.ones((4, 1)), (True,))), expected)


# The clues.


def brute_distance(seen, ordered):
    """For every entry the nearest one seen in its own slice, place by place."""
    result = np.full(seen.shape, np.inf)
    others = [axis for axis in range(seen.ndim) if axis not in ordered]
    places = np.argwhere(seen)
    for at in np.ndindex(seen.shape):
        beside = places[(places[:, others] == np.array(at)[others]).all(axis=1)]
        if len(beside):
            steps = (beside - np.array(at))[:, list(ordered)]
            result[at] = max(1.0, np.sqrt((steps**2).sum(axis=1)).min())
    return result


@pytest.mark.parametrize(
    ("shape", "ordered"),
    [
        ((30,), (0,)),
        ((9, 11), (0, 1)),
        ((9, 11), (1,)),
        ((9, 11), (0,)),
        ((5, 6, 4), (0, 2)),
        ((5, 6, 4), (2, 1)),
        ((5, 6, 4), (0, 1, 2)),
        ((3, 4, 5, 2), (1, 2)),
    ],
)
@pytest.mark.parametrize("share", [0.15, 0.6])
def test_distances_are_those_to_the_nearest_that_was_seen(shape, ordered, share):
    seen = np.random.default_rng(0).random(shape) < share
    seen[(0,) * len(shape)] = True
    expected = brute_distance(seen, ordered)
    found = distances(seen, ordered)
    nothing = np.isinf(expected)
    np.testing.assert_allclose(found[~nothing], expected[~nothing])
    # Where nothing is seen of a slice, it is farther than anything in it could be.
    far = sum(shape[axis] for axis in ordered)
    assert (found[nothing] == far).all()


def test_distances_where_all_channels_miss_the_same():
    seen = np.random.default_rng(0).random((9, 8, 1)) < 0.3
    whole = np.broadcast_to(seen, (9, 8, 3))
    found = distances(whole, (0, 1))
    np.testing.assert_array_equal(found, brute_distance(whole, (0, 1)))


def test_activity_is_the_deviation_in_a_small_box():
    answer = np.random.default_rng(0).standard_normal((12, 10))
    found = activity(answer, (0, 1))
    assert found[5, 4] == pytest.approx(answer[3:8, 2:7].std() + 1e-3)
    along = activity(answer, (1,))
    assert along[5, 4] == pytest.approx(answer[5, 2:7].std() + 1e-3)
    np.testing.assert_allclose(activity(np.full((6, 6), 1e3), (0, 1)), 1e-3)


def test_what_can_be_told_of_an_entry():
    rng = np.random.default_rng(0)
    answer, seen = rng.standard_normal((8, 7)), rng.random((8, 7)) < 0.5
    plain = clues_of(answer, seen, ~seen, ())
    assert plain.rising == (False,)
    np.testing.assert_allclose(plain.columns[:, 0], np.log(0.1 + np.abs(answer[~seen])))
    own, spread = rng.random((2, 8, 7))
    full = clues_of(answer, seen, ~seen, (0, 1), deviation=own, spread=spread)
    assert full.rising == (True, True, True, False, False)
    np.testing.assert_allclose(full.columns[:, 0], np.log(own[~seen]))
    np.testing.assert_allclose(full.columns[:, 1], np.log(spread[~seen]))
    np.testing.assert_allclose(full.columns[:, 2], np.log(distances(seen, (0, 1))[~seen]))


def test_the_farther_into_a_hole_the_larger_the_deviation():
    """The errors of a walk that is held where it was last seen grow as the root of the distance."""
    walks = np.cumsum(np.random.default_rng(0).standard_normal((400, 60)), axis=1)
    seen = np.broadcast_to(np.arange(60) < 44, walks.shape)
    errors = (walks - walks[:, 43:44])[~seen]
    found = Calibration.fit(errors, clues_of(np.zeros(walks.shape), seen, ~seen, (1,)))
    assert found.coefficients[1] == pytest.approx(0.5, abs=0.1)
    longer = np.broadcast_to(np.arange(60) < 20, walks.shape)
    where = clues_of(np.zeros(walks.shape), longer, ~longer, (1,))
    deviation = found.deviation(where).reshape(400, 40)
    np.testing.assert_allclose(deviation.mean(axis=0), np.sqrt(np.arange(1, 41)), rtol=0.25)
