"""Fills stay where the data make them plausible, and within the bounds that the data keep."""

import numpy as np
import pytest

from tacit.completion.bounds import check_bounds, keep_plausible

SHAPE = (50, 4)


def data(seed=0):
    """Columns: of any sign, positive, shares with many ends, and whole numbers 0 to 16."""
    rng = np.random.default_rng(seed)
    shares = np.clip(rng.normal(0.5, 0.5, 50), 0, 1)
    levels = np.clip(rng.normal(8, 9, 50), 0, 16).round()
    return np.stack([rng.normal(0, 1, 50), rng.lognormal(0, 1, 50), shares, levels], axis=1)


DATA = data()
SEEN = np.random.default_rng(1).random(SHAPE) > 0.3


def kept(answer, bounds="auto", own=(1,), seen=SEEN, values=DATA):
    return keep_plausible(np.broadcast_to(answer, values.shape), values, seen, own, bounds)


def test_no_fill_leaves_what_is_plausible():
    for bounds in ("auto", None):
        high, count = kept(1e9, bounds)
        low, _ = kept(-1e9, bounds)
        assert count == (~SEEN).sum()
        for column in range(4):
            seen = DATA[SEEN[:, column], column]
            reach = 0.5 * np.ptp(seen) + 1e-12
            assert (high[:, column] <= seen.max() + reach).all()
            assert (low[:, column] >= seen.min() - reach).all()


def test_what_is_plausible_is_left_alone():
    found, count = kept(DATA)
    np.testing.assert_array_equal(found, DATA)
    assert count == 0
    assert kept(np.where(SEEN, 1e9, DATA))[1] == 0


def test_columns_keep_the_bounds_that_they_have():
    high, low = kept(1e9)[0].max(axis=0), kept(-1e9)[0].min(axis=0)
    assert high[2] == 1
    assert high[3] == 16
    assert low[1] == 0
    assert low[2] == low[3] == 0
    # Of any sign: half a range beyond what was seen.
    assert low[0] < DATA[:, 0].min()
    free = kept(-1e9, None)[0].min(axis=0)
    assert (free[1:] < 0).all()


def test_all_slices_share_their_bounds_where_they_share_a_unit():
    high, _ = kept(1e9, None, own=())
    assert np.ptp(high) == 0
    seen = DATA[SEEN]
    assert high[0, 0] == pytest.approx(seen.max() + 0.5 * np.ptp(seen))


@pytest.mark.parametrize("power", [-12, 12])
def test_bounds_follow_the_unit(power):
    answer = 3 * np.random.default_rng(2).standard_normal(SHAPE)
    scale = 10.0**power
    scaled, count = kept(answer * scale, values=DATA * scale)
    plain, same = kept(answer)
    assert count == same
    np.testing.assert_allclose(scaled, plain * scale, rtol=1e-12)


def test_a_constant_column_is_filled_by_its_constant():
    values = DATA.copy()
    values[:, 0] = -3.0
    found, _ = kept(np.random.default_rng(0).standard_normal(SHAPE), values=values)
    np.testing.assert_array_equal(found[:, 0], -3.0)


def test_a_column_of_which_nothing_is_seen_has_the_bounds_of_all():
    seen = SEEN.copy()
    seen[:, 1] = False
    high, _ = kept(1e9, None, seen=seen)
    everything = DATA[seen]
    assert high[0, 1] == pytest.approx(everything.max() + 0.5 * np.ptp(everything))
    assert np.isfinite(kept(-1e9, seen=seen)[0]).all()


@pytest.mark.parametrize(
    ("bounds", "low", "high"), [((0, 17), 0, 17), ((None, 17), None, 17), ((-9.0, None), -9, None)]
)
def test_bounds_that_are_given_are_kept(bounds, low, high):
    values = np.abs(DATA)
    found = np.concatenate([kept(end, bounds, own=(), values=values)[0] for end in (-1e9, 1e9)])
    reach = 0.5 * np.ptp(values[SEEN])
    assert found.min() == (values[SEEN].min() - reach if low is None or low < -reach else low)
    assert found.max() == pytest.approx(values[SEEN].max() + reach if high is None else high)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((0, 1), "observed entries lie outside of 0 to 1; observed are -"),
        ((None, 1.0), "lie outside of -inf to 1"),
        ((3, 3), "the lowest, 3, must be below the highest, 3"),
        ((5, -5), "must be below"),
        ((float("nan"), 1), "must be below"),
        ("none", "'auto', None or a pair"),
        ((1, 2, 3), "a pair"),
    ],
)
def test_bounds_that_are_none_or_that_the_data_break_are_refused(bounds, message, unchecked):
    with pytest.raises(ValueError, match=message) as refused:
        check_bounds(bounds, DATA, SEEN)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("bounds", ["auto", None, (-100, 100), (None, None), (None, 16.0)])
def test_bounds_that_the_data_keep_are_taken(bounds):
    check_bounds(bounds, np.clip(DATA, -50, 16), SEEN)


def test_what_stands_in_holes_breaks_no_bounds():
    check_bounds((0, 1), np.where(SEEN, 0.5, 7.0), SEEN)
