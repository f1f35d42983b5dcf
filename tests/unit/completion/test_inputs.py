"""What is given to the door is read as numbers and holes, or refused in one line."""

import numpy as np
import pytest

from tacit.completion.inputs import observed_weights, real_array, refuse_unless_completable

SHAPE = (6, 5)
VALUES = np.arange(30.0).reshape(SHAPE)
HOLES = np.random.default_rng(0).random(SHAPE) < 0.4


def test_nan_and_masks_and_what_is_said_are_missing():
    masked = np.ma.masked_array(np.where(HOLES, 99.0, VALUES), HOLES)
    nan = np.where(HOLES, np.nan, VALUES)
    for data, missing in ((masked, None), (nan, None), (VALUES, HOLES), (nan.tolist(), None)):
        values, holes = real_array(data, missing)
        np.testing.assert_array_equal(holes, HOLES)
        np.testing.assert_array_equal(values[~holes], VALUES[~HOLES])
    one = np.zeros(SHAPE, bool)
    one[0, 0] = True
    np.testing.assert_array_equal(real_array(nan, one)[1], HOLES | one)
    np.testing.assert_array_equal(real_array(masked, one)[1], HOLES | one)


def test_a_masked_array_without_a_mask_misses_nothing():
    assert not real_array(np.ma.masked_array(VALUES))[1].any()
    hidden = np.ma.masked_array(np.where(HOLES, np.nan, VALUES), np.zeros(SHAPE, bool))
    np.testing.assert_array_equal(real_array(hidden)[1], HOLES)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8, np.uint64, bool])
def test_any_real_numbers_are_taken_in_double_precision(dtype):
    values, _ = real_array((VALUES % 2).astype(dtype), HOLES)
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, VALUES % 2)


def test_masked_whole_numbers_are_taken():
    counts = np.ma.masked_array(np.arange(30).reshape(SHAPE), HOLES)
    values, holes = real_array(counts)
    np.testing.assert_array_equal(holes, HOLES)
    np.testing.assert_array_equal(values, VALUES)


def test_what_is_given_is_left_as_it_is():
    data, missing = VALUES.copy(), HOLES.copy()
    values, holes = real_array(data, missing)
    values[:] = holes[:] = 0
    np.testing.assert_array_equal(data, VALUES)
    np.testing.assert_array_equal(missing, HOLES)


def test_pixels_are_missing_in_all_colours():
    values, holes = real_array(np.ones((*SHAPE, 3)), HOLES)
    assert holes.shape == values.shape == (*SHAPE, 3)
    np.testing.assert_array_equal(holes, np.repeat(HOLES[..., None], 3, axis=-1))
    rows = real_array(VALUES, np.arange(6) == 2)[1]
    assert rows[2].all()
    assert rows.sum() == 5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (VALUES + 1j, "not complex numbers; complete their real and imaginary parts"),
        (VALUES.astype(object), "not objects; convert them to numbers"),
        (np.array([["1", "2"], ["3", "4"]]), "not text"),
        (np.array([[b"1", b"2"]]), "not bytes"),
        (np.zeros(SHAPE, "datetime64[s]"), "not dates"),
        (np.zeros(SHAPE, "timedelta64[s]"), "not time differences"),
        (np.zeros(4, [("a", float)]), "not records; complete their fields"),
        (np.ma.masked_array(VALUES + 1j, HOLES), "not complex"),
        ([[1.0, None], [2.0, 3.0]], "not objects"),
    ],
)
def test_what_are_no_real_numbers_is_refused_in_one_line(data, message):
    with pytest.raises(ValueError, match=f"^data: real numbers are needed, {message}") as refused:
        real_array(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "missing", [HOLES.T, np.zeros((6, 5, 1), bool), np.zeros(5, bool), np.array(True)]
)
def test_holes_of_another_shape_are_refused(missing):
    with pytest.raises(ValueError, match="missing: its shape") as refused:
        real_array(VALUES, missing)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "holes", "message"),
    [
        (np.ones((1, 3)), np.eye(1, 3, dtype=bool), "at least four entries"),
        (np.ones(3), np.eye(1, 3, dtype=bool)[0], "at least four entries"),
        (np.ones((4, 0)), np.zeros((4, 0), bool), "at least four entries"),
        (np.ones((4, 4)), np.zeros((4, 4), bool), "nothing is missing"),
        (np.ones((4, 4)), np.ones((4, 4), bool), "fewer than two"),
        (np.ones((4, 4)), np.arange(16).reshape(4, 4) > 0, "fewer than two"),
        (np.full((4, 4), np.inf), np.eye(4, dtype=bool), "infinite"),
    ],
)
def test_what_cannot_be_completed_is_refused_in_one_line(data, holes, message):
    with pytest.raises(ValueError, match=message) as refused:
        refuse_unless_completable(data, holes)
    assert "\n" not in str(refused.value)


def test_infinite_is_no_harm_where_it_is_said_to_be_missing():
    refuse_unless_completable(np.where(HOLES, np.inf, VALUES), HOLES)


def test_weights_are_zero_in_holes():
    np.testing.assert_array_equal(observed_weights(None, HOLES), (~HOLES).astype(float))
    given = observed_weights(np.where(HOLES, np.nan, 2.0), HOLES)
    np.testing.assert_array_equal(given, np.where(HOLES, 0.0, 2.0))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(5), "is not that of the data"),
        (-np.ones(SHAPE), "≥ 0"),
        (np.full(SHAPE, np.nan), "finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        observed_weights(weights, HOLES)
