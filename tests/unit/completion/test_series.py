"""Single series: what a window of them is, and that they are completed from their own past."""

import numpy as np
import pytest

import tacit
from tacit.completion import Factors, complete
from tacit.completion.delays import Delays, delayed_families
from tacit.completion.fit import train
from tacit.completion.layouts import Relaid

from .small import KEY, rms, task_of

LENGTH = 240


def waves(length=LENGTH, noise=0.0, seed=0):
    """Two waves of unrelated periods: a recurrence of order 4."""
    t = np.arange(length)
    truth = np.sin(t / 3.1) + 0.6 * np.sin(t / 7 + 1)
    return truth + noise * np.random.default_rng(seed).standard_normal(length)


def holes(length=LENGTH, share=0.3, seed=1):
    return np.random.default_rng(seed).random(length) < share


def dense_rank(matrix):
    singular = np.linalg.svd(matrix, compute_uv=False)
    return int((singular > 1e-9 * singular[0]).sum())


@pytest.mark.parametrize("stride", [1, 3, 4])
@pytest.mark.parametrize("shape", [(23, 1), (1, 23), (24, 3), (2, 24)])
def test_windows_are_those_of_a_loop_and_their_mean_gives_the_series_back(shape, stride):
    axis = int(np.argmax(shape))
    layout = Delays(axis, 8, stride)
    values = np.random.default_rng(0).standard_normal(shape)
    series = values if axis == 0 else values.T
    starts = sorted({*range(0, len(series) - 7, stride), len(series) - 8})
    expected = np.array([[x for row in series[s : s + 8] for x in row] for s in starts])
    np.testing.assert_array_equal(layout.fold(values), expected)
    assert layout.sides(shape) == expected.shape
    np.testing.assert_allclose(layout.unfold(layout.fold(values), shape), values)

    # Of windows that disagree, the mean.
    other = np.random.default_rng(1).standard_normal(expected.shape)
    said = [[[] for _ in row] for row in series]
    for s, window in zip(starts, other, strict=True):
        for at, value in enumerate(window):
            said[s + at // series.shape[1]][at % series.shape[1]].append(value)
    means = np.array([[np.mean(cell) for cell in row] for row in said])
    found = layout.unfold(other, shape)
    np.testing.assert_allclose(found if axis == 0 else found.T, means)


def test_the_rank_of_the_windows_is_the_order_of_the_recurrence():
    assert dense_rank(Delays(0, 20).fold(waves()[:, None])) == 4
    growing = 1.01 ** np.arange(LENGTH) + np.arange(LENGTH)  # one exponential, and a line
    assert dense_rank(Delays(0, 20).fold(growing[:, None])) == 3


@pytest.mark.parametrize("shape", [(40, 2), (2, 40)])
def test_folded_series_are_in_their_own_units(shape):
    rng = np.random.default_rng(0)
    names = ("time", "feature") if shape[0] > shape[1] else ("feature", "time")
    scale = np.array([1.0, 1e6]).reshape([2 if side == 2 else 1 for side in shape])
    truth, missing = scale * rng.standard_normal(shape), rng.random(shape) < 0.3
    task = task_of(truth, missing, names)
    layout = Delays(names.index("time"), 10)
    folded = layout.fold_task(task)
    data = layout.unfold(folded.units.to_data(folded.values), shape)
    np.testing.assert_allclose(data[~missing], truth[~missing])
    np.testing.assert_array_equal(folded.observed, layout.fold(~missing))


def test_factors_of_windows_are_factors_of_the_matrix():
    missing = holes()
    task = task_of(waves()[:, None], missing[:, None], ("time", "item"))
    layout, inner = Delays(0, 24), Factors(8)
    held = np.zeros(task.shape, bool)
    found = train(task, Relaid(inner, layout), held, steps=20, key=KEY)
    direct = train(layout.fold_task(task), inner, layout.fold(held), steps=20, key=KEY)
    np.testing.assert_allclose(
        found.answer.values, layout.unfold(direct.answer.values, task.shape), atol=1e-6
    )
    assert "in windows of 24 along axis 0" in str(found.method)


def test_windows_are_tried_of_a_few_series_in_order_alone():
    def names(shape, axes):
        rng = np.random.default_rng(0)
        task = task_of(rng.standard_normal(shape), rng.random(shape) < 0.3, axes)
        return [family.name for family in delayed_families(task)]

    assert names((300, 2), ("time", "item")) == ["windows of 10", "windows of 30"]
    assert names((2, 300), ("feature", "time")) == ["windows of 10", "windows of 30"]
    assert names((60, 1), ("time", "item")) == ["windows of 8"]
    assert names((300, 20), ("time", "item")) == []
    assert names((300, 2), ("sample", "item")) == []
    assert names((40, 40), ("row", "column")) == []
    assert names((20, 1), ("time", "item")) == []
    long = [family.name for family in delayed_families(task_of(*_long(), ("time", "item")))]
    assert long == ["windows of 512"]


def _long():
    return np.zeros((30_000, 1)) + np.arange(30_000)[:, None] % 7, np.eye(30_000, 1, dtype=bool)


@pytest.mark.parametrize("shape", [(LENGTH,), (LENGTH, 1), (1, LENGTH)])
def test_an_answer_has_the_shape_of_the_series(shape):
    truth, missing = waves(noise=0.01).reshape(shape), holes().reshape(shape)
    data = np.where(missing, np.nan, truth)
    answer = complete(data, methods=["continuation"], key=KEY)
    for field in (answer.filled, answer.denoised, answer.uncertainty, answer.interval(0.95)[0]):
        assert field.shape == shape
    np.testing.assert_array_equal(answer.filled[~missing], truth[~missing])


def test_a_series_is_completed_from_its_own_past():
    """60 % missing at random: lines between neighbours are off by a third of the waves."""
    truth, missing = waves(120, noise=0.01), holes(120, 0.6)
    answer = complete(np.where(missing, np.nan, truth), budget=3600.0, members=1, key=KEY)
    assert rms((answer.filled - truth)[missing]) < 0.25 * truth.std()
    assert "in windows of" in str(answer.choice.blend)


@pytest.mark.slow
def test_windows_of_one_length_alone_are_tried_further():
    answer = complete(waves(noise=0.1), holes(), axes=["time"], key=KEY)
    tried = [c for c in answer.choice.candidates if isinstance(c.member.method, Relaid)]
    lengths = [c.member.method.layout.length for c in tried]
    openings = {length: tried[lengths.index(length)].score for length in lengths}
    assert len(openings) == 2
    chosen = min(openings, key=openings.get)
    assert all(lengths.count(length) == 1 for length in openings if length != chosen)
    assert lengths.count(chosen) > 1


def test_gaps_of_several_periods_are_bridged_over_draws():
    """Lines between the ends of a gap err by as much as the waves are high."""
    errors = []
    for seed in range(3):
        truth, missing = waves(noise=0.02, seed=seed), np.zeros(LENGTH, bool)
        for start in np.random.default_rng(seed).choice([20, 70, 120, 170], 2, replace=False):
            missing[start : start + 25] = True
        answer = complete(np.where(missing, np.nan, truth), axes=("time",), key=KEY)
        errors.append(rms((answer.filled - truth)[missing]))
    assert np.median(errors) < 0.3 * waves().std()


def test_a_series_of_unlike_neighbours_is_refused_unless_it_is_said_to_be_in_order():
    noise = np.random.default_rng(0).standard_normal(80)
    data = np.where(holes(80), np.nan, noise)
    with pytest.raises(ValueError, match="say axes with 'time'") as refused:
        complete(data)
    assert "\n" not in str(refused.value)
    answer = complete(data, axes=("time",), methods=["continuation"])
    assert np.isfinite(answer.filled).all()


def test_a_frame_of_one_column_and_a_field_of_one_dimension_are_series():
    pd, xr = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    data = np.where(holes(), np.nan, waves())
    days = pd.date_range("2024-01-01", periods=LENGTH)
    options = {"methods": ["continuation"], "key": KEY}
    frame = tacit.complete(pd.DataFrame({"level": data}, index=days), **options)
    assert frame["level"].notna().all()
    field = xr.DataArray(data, dims="time", coords={"time": days}, name="level")
    whole = tacit.complete(field, **options)
    assert whole.dims == ("time",)
    np.testing.assert_allclose(whole.values, frame["level"].to_numpy())
