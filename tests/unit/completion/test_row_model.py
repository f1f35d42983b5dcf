"""What was learnt of the columns of a table completes its rows, and others."""

import numpy as np
import pytest

from tacit.completion import Continuation, Factors, RowModel, solve

from .small import KEY, METHODS, NOISE, cube, rms, table

TRUTH, MISSING = table()
SEEN = (~MISSING).astype(float)
METHOD = METHODS["factors"]


def solved(data=TRUTH, names=(None, None), methods=(METHOD,), **settings):
    return solve(data, SEEN, names, methods=list(methods), key=KEY, **settings)


@pytest.fixture(scope="module")
def found():
    return solved()


def check_same_answer(found, data):
    """The rows of the table are completed as the table was."""
    mean, deviation = RowModel.of(found).complete(data, SEEN)
    scale = np.broadcast_to(RowModel.of(found).units.scale, data.shape)
    np.testing.assert_allclose(mean / scale, found.found.denoised / scale, atol=1e-9)
    np.testing.assert_allclose(deviation[MISSING], found.found.deviation[MISSING], rtol=1e-6)


def test_the_rows_of_the_table_are_completed_as_the_table_was(found):
    check_same_answer(found, TRUTH)


def test_so_they_are_by_the_mean_of_several(found):
    methods = (METHOD, Factors(6, depth=2.0), Factors(6, biases=False))
    several = solved(methods=methods)
    assert len(several.found.fits) > 1
    check_same_answer(several, TRUTH)


def test_so_they_are_where_another_unit_than_the_first_was_best():
    """Columns of deviations 1 to 25 are tried in one unit, and in one for each."""
    data = TRUTH * np.where(np.arange(TRUTH.shape[1]) % 2, 1.0, 25.0)
    other = solved(data)
    assert len(other.tasks) == 2
    assert other.found.fits[0][1] == 1
    check_same_answer(other, data)
    z = ((other.found.denoised - data) / other.found.deviation)[MISSING]
    for columns in (slice(0, None, 2), slice(1, None, 2)):
        of_these = np.zeros_like(MISSING)
        of_these[:, columns] = True
        assert 0.7 < rms(z[of_these[MISSING]]) < 1.4


def test_new_rows_are_completed_nearly_as_well(found):
    model = RowModel.of(found)
    rng = np.random.default_rng(0)
    mixed = rng.standard_normal((200, len(TRUTH))) @ TRUTH / np.sqrt(len(TRUTH))
    hidden = rng.random(mixed.shape) < 0.3
    mean, deviation = model.complete(np.where(hidden, np.nan, mixed), (~hidden).astype(float))
    assert rms((mean - mixed)[hidden]) < 3 * NOISE
    z = ((mean - mixed) / deviation)[hidden]
    assert 0.5 < rms(z) < 1.6


def test_each_row_is_by_itself(found):
    model = RowModel.of(found)
    together, _ = model.complete(TRUTH, SEEN)
    order = np.random.default_rng(3).permutation(len(TRUTH))
    alone, _ = model.complete(TRUTH[order][:5], SEEN[order][:5])
    np.testing.assert_allclose(alone, together[order][:5], rtol=1e-9, atol=1e-12)


def test_of_a_row_of_which_nothing_is_seen_the_centre_is_said(found):
    mean, deviation = RowModel.of(found).complete(np.zeros((1, 24)), np.zeros((1, 24)))
    centre = np.broadcast_to(found.tasks[0].units.centre, (1, 24))
    assert np.abs(mean - centre).max() < TRUTH.std()
    assert (deviation > 0).all()


def test_methods_without_columns_are_refused():
    truth, missing = cube()
    smooth = solve(
        np.where(missing, 0.0, truth),
        (~missing).astype(float),
        ("row", "column", "item"),
        methods=[Continuation((0, 1))],
        key=KEY,
    )
    with pytest.raises(ValueError, match="biharmonic continuation has learnt no columns"):
        RowModel.of(smooth)


def test_so_they_are_where_columns_are_found_to_be_in_order():
    """Spectra, pixels, hours: the clues are then those of the engine, distance and activity too."""
    smooth = np.cumsum(TRUTH, axis=1)
    ordered = solved(smooth, names=("sample", None))
    assert ordered.tasks[0].ordered == (1,)
    check_same_answer(ordered, smooth)
