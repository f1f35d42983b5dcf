"""What the door promises, on small data."""

import jax
import numpy as np
import pytest

from tacit.completion import Continuation, Factors

from .small import KEY, METHODS, NOISE, complete, cube, rms, table

TRUTH, MISSING = table()
DATA = np.where(MISSING, np.nan, TRUTH)
QUICK = {"methods": [METHODS["factors"]], "axes": ("sample", "item"), "key": KEY}
SURFACE, HOLES = cube()
SMOOTH = {"methods": ["continuation"], "axes": ("row", "column", "item"), "key": KEY}


@pytest.fixture(scope="module")
def done():
    return complete(DATA, **QUICK)


@pytest.fixture(scope="module")
def smooth():
    return complete(SURFACE, HOLES, **SMOOTH)


def test_observed_entries_are_as_given_and_holes_hold_the_answer(done):
    np.testing.assert_array_equal(done.filled[~MISSING], TRUTH[~MISSING])
    np.testing.assert_array_equal(done.filled[MISSING], done.denoised[MISSING])
    assert rms((done.filled - TRUTH)[MISSING]) < 2 * NOISE
    assert done.choice.held_out == pytest.approx(rms((done.filled - TRUTH)[MISSING]), rel=0.3)
    assert done.holes == "single entries at random"
    assert not done.result.failed
    assert done.seconds > 0


def test_uncertainty_is_zero_where_observed_and_true_in_the_holes(done):
    np.testing.assert_array_equal(done.uncertainty == 0, ~MISSING)
    z = ((done.filled - TRUTH) / np.where(MISSING, done.uncertainty, 1))[MISSING]
    assert 0.75 < rms(z) < 1.3
    assert done.spread == pytest.approx(rms(done.uncertainty[MISSING]))
    assert done.notes == ()


def test_intervals_cover_what_they_say(done):
    for level in (0.5, 0.8, 0.95):
        low, high = done.interval(level)
        inside = ((low <= TRUTH) & (high >= TRUTH))[MISSING].mean()
        assert inside == pytest.approx(level, abs=0.1)
        np.testing.assert_array_equal(low[~MISSING], TRUTH[~MISSING])
        np.testing.assert_array_equal(high[~MISSING], TRUTH[~MISSING])
    for level in (0.0, 1.0):
        with pytest.raises(ValueError, match="level"):
            done.interval(level)


def test_the_reason_says_what_was_chosen_from_what_and_how(done):
    reason = done.choice.reason
    assert reason.startswith("Variational factors of width 6")
    assert "the only candidate on held-out entries (" in reason
    assert "single entries at random" in reason
    assert f"{done.choice.candidates[0].held_out:.4g}" in reason
    assert "\n" not in reason


def test_the_same_key_gives_the_same_bytes_and_another_one_others(done):
    again = complete(DATA, **QUICK)
    np.testing.assert_array_equal(again.filled, done.filled)
    np.testing.assert_array_equal(again.uncertainty, done.uncertainty)
    other = complete(DATA, **QUICK | {"key": jax.random.key(1)})
    assert other.choice.held_out != done.choice.held_out


def test_nan_and_masked_arrays_and_a_mask_say_the_same(done):
    masked = np.ma.masked_array(np.where(MISSING, 99.0, TRUTH), MISSING)
    for data, missing in ((masked, None), (TRUTH, MISSING), (DATA, MISSING)):
        np.testing.assert_array_equal(complete(data, missing, **QUICK).filled, done.filled)


@pytest.mark.parametrize("scale", [1e-12, -3.0, 1e12])
def test_the_unit_and_the_origin_play_no_part(done, scale):
    other = complete(scale * (DATA - 7), **QUICK)
    expected = scale * (done.filled - 7)
    assert np.abs(other.filled - expected).max() < 1e-3 * abs(scale) * TRUTH.std()
    uncertainty = other.uncertainty / abs(scale)
    np.testing.assert_allclose(uncertainty[MISSING], done.uncertainty[MISSING], rtol=0.02)


def test_entries_of_weight_zero_are_filled_like_missing_ones(done):
    spoilt = ~MISSING & (np.random.default_rng(4).random(MISSING.shape) < 0.1)
    wrong = np.where(spoilt, 3.0, DATA)
    weights = np.where(spoilt | MISSING, 0.0, 1.0)
    found = complete(wrong, weights=weights, **QUICK)
    assert rms((found.filled - TRUTH)[spoilt]) < 3 * NOISE
    assert (found.uncertainty[spoilt] > 0).all()
    assert rms((found.filled - TRUTH)[MISSING]) < 1.5 * rms((done.filled - TRUTH)[MISSING])
    plain = complete(wrong, **QUICK)
    assert rms((plain.filled - TRUTH)[MISSING]) > 2 * rms((found.filled - TRUTH)[MISSING])


@pytest.mark.slow
def test_the_huber_loss_resists_outliers():
    far = ~MISSING & (np.random.default_rng(4).random(MISSING.shape) < 0.05)
    spoilt = np.where(far, TRUTH + 10, DATA)
    errors = {
        loss: rms((complete(spoilt, loss=loss, **QUICK).filled - TRUTH)[MISSING])
        for loss in ("squared", "huber")
    }
    assert errors["huber"] < 0.6 * errors["squared"]


def test_whole_numbers_on_request_and_bounds_that_are_kept():
    counts = np.exp(1.5 + TRUTH / 2).round()
    found = complete(np.where(MISSING, np.nan, counts), integer=True, **QUICK)
    np.testing.assert_array_equal(found.filled, found.filled.round())
    assert found.filled.min() >= 0
    bounds = (0, 10)
    some = np.clip(counts, *bounds)
    within = complete(np.where(MISSING, np.nan, some), bounds=bounds, **QUICK)
    assert within.filled.min() >= 0
    assert within.filled.max() <= 10
    free = complete(np.where(MISSING, np.nan, some), bounds=None, **QUICK)
    drawn_in = (free.filled != within.filled).sum()
    assert drawn_in > 0
    assert any(f"{drawn_in} fills were drawn into the bounds" in note for note in within.notes)


def test_few_observed_entries_are_used_in_folds():
    hidden = np.random.default_rng(0).random((12, 15)) < 0.3
    small = TRUTH[:12, :15]
    found = complete(np.where(hidden, np.nan, small), **QUICK)
    assert "5 folds of single entries at random" in found.choice.reason
    assert found.calibration.ratios.size > 0.9 * (~hidden).sum()


def test_of_too_few_entries_the_uncertainty_is_not_known():
    small = np.where(np.arange(12).reshape(4, 3, 1) % 4 == 0, np.nan, SURFACE[:4, :3, :1])
    found = complete(small, **SMOOTH)
    assert np.isfinite(found.filled).all()
    assert np.isnan(found.uncertainty[np.isnan(small)]).all()
    assert np.isnan(found.interval()[0][np.isnan(small)]).all()
    assert any("too few entries" in note for note in found.notes)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e9])
def test_constants_are_filled_by_their_constant(value):
    found = complete(np.where(MISSING, np.nan, value), **QUICK)
    np.testing.assert_allclose(found.filled, value, rtol=1e-6)
    assert np.isfinite(found.uncertainty).all()


# Which methods.


def test_methods_that_are_given_are_all_that_is_tried(smooth):
    tried = [candidate.member.method for candidate in smooth.choice.candidates]
    assert tried == [Continuation((0, 1), 2), Continuation((0, 1), 1)]
    one = complete(SURFACE, HOLES, **SMOOTH | {"methods": [Continuation((0, 1), 1)]})
    assert [c.member.method for c in one.choice.candidates] == [Continuation((0, 1), 1)]


def test_names_and_methods_may_be_mixed():
    mixed = complete(
        SURFACE, HOLES, **SMOOTH | {"methods": [Continuation((0,), 1), "continuation"]}
    )
    tried = [candidate.member.method.modes for candidate in mixed.choice.candidates]
    assert tried == [(0,), (0, 1), (0, 1)]


def test_the_mean_of_several_is_better_than_each_on_what_was_held_out(smooth):
    blend = smooth.choice.blend
    assert sum(member.weight for member in blend.members) == pytest.approx(1)
    least = min(candidate.score for candidate in smooth.choice.candidates)
    assert smooth.choice.score <= least * (1 + 1e-9)
    alone = complete(SURFACE, HOLES, members=1, **SMOOTH)
    assert len(alone.choice.blend.members) == len(alone.fits) == 1
    assert alone.choice.score == pytest.approx(least)


def test_a_blend_that_was_chosen_is_followed_and_nothing_is_held_out(done):
    again = complete(DATA, **QUICK | {"methods": done.choice.blend})
    np.testing.assert_array_equal(again.filled, done.filled)
    assert again.choice.candidates == ()
    assert np.isnan(again.uncertainty[MISSING]).all()
    assert (again.uncertainty[~MISSING] == 0).all()


def test_settings_that_are_given_are_not_searched():
    given = {"width": 6, "depth": 4.0, "own_noise": True, "biases": False, "init_scale": 0.1}
    found = complete(DATA, **QUICK | {"methods": ["factors"], "given": given})
    methods = {str(candidate.member.method) for candidate in found.choice.candidates}
    assert methods == {str(Factors(**given))}


@pytest.mark.slow
def test_a_table_is_searched_through():
    titles = []
    found = complete(DATA, key=KEY, report=lambda title, _: titles.append(title))
    assert rms((found.filled - TRUTH)[MISSING]) < 2 * NOISE
    tried = [candidate.member for candidate in found.choice.candidates]
    assert len(tried) >= 6
    assert {member.method.depth for member in tried} == {2.0, 4.0, np.inf}
    assert f"the best of {len(tried)} candidates on held-out entries" in found.choice.reason
    assert any(title.startswith("refit 1") for title in titles)
    assert sum(member.weight for member in found.choice.blend.members) == pytest.approx(1)


@pytest.mark.slow
def test_a_colour_picture_with_missing_pixels():
    truth, _ = cube(shape=(24, 20, 3))
    hidden = np.random.default_rng(1).random((24, 20)) < 0.4
    found = complete(truth, hidden, kind="picture", key=KEY)
    assert rms((found.filled - truth)[hidden]) < 0.05 * truth.std()
    assert "pixels" in found.holes
    assert (found.uncertainty[hidden] > 0).all()


@pytest.mark.slow
def test_a_cube_without_order_is_recovered_by_its_tubal_rank():
    rng = np.random.default_rng(3)
    truth = np.einsum("ar,br,cr->abc", *(rng.standard_normal((side, 2)) for side in (16, 15, 6)))
    hidden = rng.random(truth.shape) < 0.3
    found = complete(truth, hidden, kind="cube", key=KEY)
    assert rms((found.filled - truth)[hidden]) < 0.1 * truth.std()


# Axes.


def test_a_film_may_stand_in_any_order():
    film = np.stack([SURFACE[..., 0] + 0.1 * frame for frame in range(6)], axis=-1)
    hidden = np.random.default_rng(2).random(film.shape) < 0.4
    settings = SMOOTH | {"axes": ("row", "column", "frame")}
    plain = complete(film, hidden, **settings)
    for order, axes in (
        ((2, 0, 1), ("frame", "row", "column")),
        ((1, 2, 0), ("column", "frame", "row")),
    ):
        turned = complete(
            film.transpose(order), hidden.transpose(order), **settings | {"axes": axes}
        )
        np.testing.assert_array_equal(turned.filled, plain.filled.transpose(order))
        np.testing.assert_array_equal(turned.uncertainty, plain.uncertainty.transpose(order))


def test_a_kind_is_as_good_as_names():
    picture, hidden = SURFACE[..., 0], HOLES[..., 0]
    settings = {"methods": ["continuation"], "key": KEY}
    by_kind = complete(picture, hidden, kind="picture", **settings)
    by_name = complete(picture, hidden, axes=("row", "column"), **settings)
    found_out = complete(picture, hidden, **settings)
    np.testing.assert_array_equal(by_kind.filled, by_name.filled)
    np.testing.assert_array_equal(by_kind.filled, found_out.filled)


def test_one_odd_column_does_not_harm_the_others():
    """Its entries are noise, and are filled by its centre or near it."""
    plain = rms((complete(DATA, **QUICK | {"axes": None}).filled - TRUTH)[MISSING])
    rng = np.random.default_rng(0)
    for name, column in {
        "money": rng.normal(3000, 1000, len(DATA)),
        "ids": rng.integers(10**9, 10**10, len(DATA)).astype(float),
        "tiny": 1e-9 * rng.standard_normal(len(DATA)),
    }.items():
        hidden = rng.random(len(DATA)) < 0.3
        data = np.column_stack([np.where(hidden, np.nan, column), DATA])
        found = complete(data, **QUICK | {"axes": None})
        assert rms((found.filled[:, 1:] - TRUTH)[MISSING]) < 1.3 * plain, name
        away = found.filled[hidden, 0] - np.mean(column[~hidden])
        assert np.abs(away).max() < 1.5 * column[~hidden].std(), name


def test_columns_of_many_units_are_filled_as_those_of_one():
    units = np.random.default_rng(0).permutation(10.0 ** np.linspace(-6, 6, DATA.shape[1]))
    settings = QUICK | {"axes": None}
    plain = rms((complete(DATA, **settings).filled - TRUTH)[MISSING])
    found = complete(DATA * units, **settings)
    assert rms((found.filled / units - TRUTH)[MISSING]) < 1.15 * plain
    assert all(units.own == (1,) for _, units in found.fits)


def test_bands_of_many_units_are_filled_as_those_of_one():
    units = np.array([1e-3, 1, 1e5])
    settings = SMOOTH | {"axes": None}
    plain = rms((complete(SURFACE, HOLES, **settings).filled - SURFACE)[HOLES])
    found = complete(SURFACE * units, HOLES, **settings)
    assert rms((found.filled / units - SURFACE)[HOLES]) < 1.15 * plain


# Time.


def test_no_time_leaves_an_answer():
    for settings, data, missing in (
        (QUICK | {"methods": ["factors"], "given": {"width": 6}}, TRUTH, MISSING),
        (SMOOTH, SURFACE, HOLES),
    ):
        found = complete(data, missing, budget=1e-3, **settings)
        assert len(found.choice.candidates) == 1
        assert np.isfinite(found.filled).all()
        assert rms((found.filled - data)[missing]) < 0.9 * data.std()


# Refusals.


@pytest.mark.parametrize(
    ("data", "missing", "options", "message"),
    [
        (TRUTH + 1j, MISSING, {}, "not complex numbers"),
        (TRUTH.astype(object), MISSING, {}, "not objects"),
        (np.zeros((4, 4), "datetime64[D]"), np.eye(4, dtype=bool), {}, "not dates"),
        (TRUTH, MISSING[1:], {}, "its shape"),
        (TRUTH[0, :3], MISSING[0, :3], {"axes": None}, "at least four entries"),
        (TRUTH[:, 0], MISSING[:, 0], {"axes": ("item",)}, "neighbours in this single series"),
        (TRUTH, np.zeros_like(MISSING), {}, "nothing is missing"),
        (TRUTH, np.ones_like(MISSING), {}, "fewer than two"),
        (np.where(TRUTH > 1, np.inf, TRUTH), MISSING, {}, "infinite"),
        (TRUTH, MISSING, {"axes": ("sample",)}, "1 names are given for data of 2 axes"),
        (TRUTH, MISSING, {"axes": ("sample", "rows")}, "'rows' is none of"),
        (TRUTH, MISSING, {"axes": None, "kind": "film"}, "are no film"),
        (TRUTH, MISSING, {"axes": None, "kind": "photo"}, "'photo'"),
        (TRUTH, MISSING, {"bounds": (0, 1)}, "lie outside of 0 to 1"),
        (TRUTH, MISSING, {"bounds": (3, 1)}, "must be below"),
        (TRUTH, MISSING, {"loss": "absolute"}, "loss: 'squared' or 'huber'"),
        (TRUTH, MISSING, {"weights": np.ones(24)}, "weights: their shape"),
        (TRUTH, MISSING, {"weights": -np.ones(TRUTH.shape)}, "≥ 0"),
        (TRUTH, MISSING, {"methods": []}, "at least one family"),
        (TRUTH, MISSING, {"methods": "factors"}, "methods: 'auto', or a list"),
        (TRUTH, MISSING, {"methods": ["magic"]}, "'magic' is none of continuation"),
        (TRUTH, MISSING, {"methods": ["tubal"]}, "tubal cannot complete these data"),
        (SURFACE, HOLES, {"axes": None, "kind": "picture", "loss": "huber"}, "methods: none takes"),
    ],
)
def test_what_cannot_be_completed_is_refused_in_one_line(
    data, missing, options, message, unchecked
):
    settings = QUICK | {"methods": "auto"} | options
    with pytest.raises(ValueError, match=message) as refused:
        complete(data, missing, **settings)
    assert "\n" not in str(refused.value)


def test_noise_is_known_and_taken_off_what_is_observed():
    """With or without holes; the noise that is learnt is that of the data, not a setting."""
    for missing in (HOLES, np.zeros_like(HOLES)):
        noisy = SURFACE + 0.3 * np.random.default_rng(7).standard_normal(SURFACE.shape)
        found = complete(
            noisy,
            missing,
            axes=("row", "column", "item"),
            methods=["windows"],
            denoise=True,
            key=KEY,
        )
        np.testing.assert_array_equal(found.filled[~missing], noisy[~missing])
        assert found.choice.blend.members[0].method.noise > 0
        assert rms((found.denoised - SURFACE)[~missing]) < 0.6 * 0.3
    assert found.holes == "none"
    with pytest.raises(ValueError, match="nothing is missing"):
        complete(SURFACE, key=KEY)


def test_data_without_noise_are_met_exactly():
    found = complete(
        SURFACE, HOLES, axes=("row", "column", "item"), methods=["windows"], members=1, key=KEY
    )
    assert found.choice.blend.members[0].method.noise == 0
    np.testing.assert_allclose(found.denoised[~HOLES], SURFACE[~HOLES], atol=1e-5)
