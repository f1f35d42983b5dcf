"""Units: an affine map of every slice, its inverse, and which slices need one of their own."""

import numpy as np
import pytest

from tacit.completion.tasks import make_tasks
from tacit.completion.units import Units, own_unit_axes

SHAPE = (60, 12)
UNITS = 10.0 ** np.array([12, -12, 0, 3, -6, 9, 1, -1, 6, -9, 2, -3])


def table(shape=SHAPE, seed=0, missing=0.3):
    """Values and weights."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((shape[0], 2)) @ rng.standard_normal((2, *shape[1:2]))
    values = values + 0.1 * rng.standard_normal(shape) + rng.standard_normal(shape[1])
    return values, (rng.random(shape) >= missing).astype(float)


VALUES, WEIGHTS = table()


def away(one, other):
    """The largest difference, in inner units, where something is seen."""
    return float(np.abs(one - other)[WEIGHTS > 0].max())


@pytest.mark.parametrize("own", [(), (0,), (1,), (0, 1), (1, 0)])
def test_back_from_inner_units_is_the_inverse(own):
    data = VALUES * UNITS if own == (1,) else VALUES
    units = Units.fit(data, WEIGHTS, own)
    back = units.to_data(units.to_inner(data))
    np.testing.assert_allclose(back, data, rtol=1e-12, atol=1e-12 * np.min(units.scale))
    inner = np.random.default_rng(1).standard_normal(SHAPE)
    np.testing.assert_allclose(units.to_inner(units.to_data(inner)), inner, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("own", [(), (0,), (1,)])
def test_inner_values_are_of_mean_zero_and_deviation_one(own):
    inner = Units.fit(VALUES, WEIGHTS, own).to_inner(VALUES)
    axes = tuple(axis for axis in (0, 1) if axis not in own)
    mean = np.average(inner, axis=axes or None, weights=WEIGHTS)
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    square = np.average((inner - 0) ** 2, axis=axes or None, weights=WEIGHTS)
    np.testing.assert_allclose(square, 1, rtol=1e-9)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("power", [-12, 0, 12])
def test_inner_values_are_the_same_whatever_the_units_of_a_slice(axis, power):
    one = Units.fit(VALUES, WEIGHTS, (axis,)).to_inner(VALUES)
    for slice_number in (0, 3):
        scale = np.ones(SHAPE[axis])
        shift = np.zeros(SHAPE[axis])
        scale[slice_number], shift[slice_number] = 10.0**power, 20 * 10.0**power
        along = (slice(None), None) if axis == 0 else (None, slice(None))
        data = VALUES * scale[along] + shift[along]
        assert away(Units.fit(data, WEIGHTS, (axis,)).to_inner(data), one) < 1e-9


def test_all_slices_at_once_and_a_unit_for_all():
    one = Units.fit(VALUES, WEIGHTS, (1,)).to_inner(VALUES)
    data = (VALUES - 7) * UNITS
    assert away(Units.fit(data, WEIGHTS, (1,)).to_inner(data), one) < 1e-9
    assert own_unit_axes(data, WEIGHTS, (None, None)) == (1,)
    common = Units.fit(VALUES, WEIGHTS).to_inner(VALUES)
    for power in (-12, 12):
        data = (VALUES - 7) * 10.0**power
        assert away(Units.fit(data, WEIGHTS).to_inner(data), common) < 1e-9


def test_units_turn_with_the_axes():
    one = Units.fit(VALUES, WEIGHTS, (1,)).to_inner(VALUES)
    turned = Units.fit(VALUES.T, WEIGHTS.T, (0,)).to_inner(VALUES.T)
    np.testing.assert_allclose(turned.T, one, rtol=1e-12, atol=1e-12)


def test_two_axes_with_units_of_their_own():
    """Rows of any scale, columns of any scale beside them: the inner values hardly know."""
    one = Units.fit(VALUES, WEIGHTS, (1, 0)).to_inner(VALUES)
    data = (VALUES - 7) * UNITS
    assert away(Units.fit(data, WEIGHTS, (1, 0)).to_inner(data), one) < 1e-8
    units = Units.fit(data, WEIGHTS, (1, 0))
    assert units.centre.shape == units.scale.shape == SHAPE
    np.testing.assert_allclose(np.average(one, axis=1, weights=WEIGHTS), 0, atol=1e-9)


def test_what_stands_in_holes_says_nothing():
    spoilt = np.where(WEIGHTS > 0, VALUES, 1e30)
    for own in ((), (1,)):
        plain, other = (Units.fit(data, WEIGHTS, own) for data in (VALUES, spoilt))
        np.testing.assert_array_equal(plain.centre, other.centre)
        np.testing.assert_array_equal(plain.scale, other.scale)


@pytest.mark.parametrize("own", [(), (1,)])
def test_an_outlier_counts_as_far_and_no_more(own):
    at = tuple(np.argwhere(WEIGHTS > 0)[0])
    spoilt = []
    for size in (1e3, 1e9):
        data = VALUES.copy()
        data[at] = size
        spoilt.append(Units.fit(data, WEIGHTS, own))
    np.testing.assert_allclose(spoilt[0].scale, spoilt[1].scale, rtol=1e-12)
    np.testing.assert_allclose(spoilt[0].centre, spoilt[1].centre, rtol=1e-12)
    plain = Units.fit(VALUES, WEIGHTS, own)
    assert (spoilt[1].scale / plain.scale).max() < 5
    near = Units.fit(VALUES, WEIGHTS, own, far=3.0).scale / plain.scale
    assert (near < 1 + 1e-12).all()


def test_weights_count():
    at = tuple(np.argwhere(WEIGHTS > 0)[0])
    weights = WEIGHTS.copy()
    weights[at] = 0
    spoilt = VALUES.copy()
    spoilt[at] = 50.0
    gone, never = Units.fit(spoilt, weights, (1,)), Units.fit(VALUES, weights, (1,))
    np.testing.assert_array_equal(gone.scale, never.scale)


@pytest.mark.parametrize("value", [0.0, 7.0, -3e12, 1e-12])
def test_a_constant_slice_has_the_scale_of_its_fellows(value):
    data = VALUES.copy()
    data[:, 4] = value
    units = Units.fit(data, WEIGHTS, (1,))
    varies = np.arange(SHAPE[1]) != 4
    assert units.scale[0, 4] == pytest.approx(np.median(units.scale[0, varies]))
    inner = units.to_inner(data)
    np.testing.assert_allclose(inner[:, 4], 0, atol=1e-3)
    np.testing.assert_allclose(units.to_data(np.zeros(SHAPE))[:, 4], value, rtol=1e-12)


def test_constants_alone_have_the_unit_one():
    units = Units.fit(np.full(SHAPE, 5.0), WEIGHTS, (1,))
    np.testing.assert_array_equal(units.scale, 1.0)
    np.testing.assert_allclose(units.centre, 5.0)
    assert own_unit_axes(np.full(SHAPE, 5.0), WEIGHTS, (None, None)) == ()


def test_a_slice_of_which_nothing_is_seen_has_the_centre_of_all():
    weights = WEIGHTS.copy()
    weights[:, 2] = 0
    units = Units.fit(VALUES, weights, (1,))
    assert np.isfinite(units.centre).all()
    assert units.centre[0, 2] == pytest.approx(np.average(VALUES, weights=weights))
    assert (units.scale > 0).all()


def test_a_part_has_the_units_of_the_whole():
    index = (np.array([3, 5, 9]), np.array([1, 4]))
    for own in ((), (0,), (1,), (0, 1)):
        units = Units.fit(VALUES, WEIGHTS, own)
        part = VALUES[np.ix_(*index)]
        inner = units.to_inner(VALUES)[np.ix_(*index)]
        np.testing.assert_array_equal(units.take(index).to_inner(part), inner)


# Which axes have slices of different units.

ODD = {
    "money": lambda rng, n: rng.normal(3000, 1000, n),
    "platelets": lambda rng, n: rng.normal(250_000, 60_000, n),
    "ids": lambda rng, n: rng.integers(10**9, 10**10, n).astype(float),
    "tiny": lambda rng, n: 1e-12 * rng.standard_normal(n),
    "years": lambda rng, n: rng.normal(2000, 5, n),
}


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", ODD)
def test_one_odd_slice_is_found(name, axis):
    values, weights = table((100, 20))
    values[:, 7] = ODD[name](np.random.default_rng(3), 100)
    if axis == 0:
        values, weights = values.T, weights.T
    assert own_unit_axes(values, weights, (None, None)) == (axis,)


@pytest.mark.parametrize("missing", [0.2, 0.6])
@pytest.mark.parametrize(
    "units",
    [
        10.0 ** np.linspace(-6, 6, 18),
        np.repeat([1.0, 1e12], [3, 3]),
        np.repeat([1e-9, 1.0, 1e6], [4, 9, 8]),
    ],
    ids=["every power", "halves", "three"],
)
def test_columns_of_many_units_do_not_make_rows_unlike(units, missing):
    values, weights = table((120, len(units)), missing=missing)
    assert own_unit_axes(values * units, weights, (None, None)) == (1,)


def test_slices_of_one_unit_are_not_unlike():
    for seed in range(10):
        values, weights = table((100, 20), seed, missing=0.6)
        assert own_unit_axes(values, weights, (None, None)) == ()
        assert own_unit_axes(3e5 + 10 * values, weights, (None, None)) == ()


def test_grey_levels_that_are_nearly_always_zero_are_not_unlike():
    """As the border of handwritten digits: columns of hardly any variance, in the same unit."""
    rng = np.random.default_rng(0)
    share = np.linspace(0, 1, 30) ** 5
    levels = np.where(rng.random((300, 30)) < share, rng.integers(1, 17, (300, 30)), 0).astype(
        float
    )
    weights = (rng.random((300, 30)) > 0.3).astype(float)
    deviations = levels.std(axis=0)
    assert ((deviations > 0) & (deviations < 1)).sum() >= 3
    assert deviations.max() > 4
    assert own_unit_axes(levels, weights, (None, None)) == ()


def test_a_few_entries_do_not_make_a_slice_unlike():
    values, weights = table((100, 20))
    weights[5:, 3] = 0
    values[:5, 3] *= 1e-6
    assert own_unit_axes(values, weights, (None, None)) == ()


def test_names_say_which_axes_have_units():
    assert own_unit_axes(VALUES, WEIGHTS, ("sample", "feature")) == (1,)
    assert own_unit_axes(VALUES * UNITS, WEIGHTS, ("sample", "item")) == ()
    assert own_unit_axes(VALUES * UNITS, WEIGHTS, ("channel", "feature")) == (1, 0)


def test_slices_of_a_cube():
    rng = np.random.default_rng(0)
    cube = rng.standard_normal((30, 20, 6))
    weights = (rng.random(cube.shape) > 0.3).astype(float)
    assert own_unit_axes(cube, weights, (None,) * 3) == ()
    assert own_unit_axes(cube * [1, 1, 1, 1, 1, 1e4], weights, (None,) * 3) == (2,)
    assert own_unit_axes(cube * np.array([1e-3, 1, 1, 300, 1e5, 1e5]), weights, (None,) * 3) == (2,)


# What is tried.


def tasks(data, weights=WEIGHTS, axes=(None, None)):
    return make_tasks(data, weights, axes, robust=np.inf, dtype=np.float32)


def test_where_columns_are_alike_one_unit_is_tried_and_then_their_own():
    common, own = tasks(VALUES)
    assert common.units.scale.shape == (1, 1)
    assert common.units.centre.shape == (1, SHAPE[1])
    assert own.units.own == (1,)
    (only,) = tasks(VALUES * UNITS)
    assert only.units.own == (1,)
    (said,) = tasks(VALUES, axes=("sample", "feature"))
    assert said.units.own == (1,)
    (none,) = tasks(VALUES, axes=("sample", "item"))
    assert none.units.own == ()


def test_columns_of_one_level_have_one_centre():
    """The noise of their means would be put into every entry."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(SHAPE)
    centre = Units.centred(noise, WEIGHTS, 1).centre
    assert np.ptp(centre) == 0
    levels = Units.centred(noise + 3 * np.arange(SHAPE[1]), WEIGHTS, 1)
    assert np.ptp(levels.centre) > 25
    inner = levels.to_inner(noise + 3 * np.arange(SHAPE[1]))
    assert np.average(inner**2, weights=WEIGHTS) == pytest.approx(1)


def test_a_task_has_zeros_in_its_holes_and_the_data_elsewhere():
    for task in tasks(VALUES):
        assert (task.values[WEIGHTS == 0] == 0).all()
        back = task.units.to_data(task.values)
        np.testing.assert_allclose(back[WEIGHTS > 0], VALUES[WEIGHTS > 0], rtol=1e-12)
        assert not task.is_weighted
        part = task.take((np.arange(5), np.arange(2, 6)))
        assert part.shape == (5, 4)
        np.testing.assert_array_equal(part.values, task.values[:5, 2:6])
    weighted = tasks(VALUES, WEIGHTS * np.linspace(1, 2, SHAPE[1]))
    assert weighted[0].is_weighted
