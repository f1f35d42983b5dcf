"""What `learn_table` and `complete_table` promise, on small tables without any order."""

import jax
import numpy as np
import pytest

from tacit.completion import LowRank, complete_table, learn_table
from tacit.runs import Result

KEY = jax.random.key(0)
QUICK = {"approaches": [LowRank(width=6)], "members": 1, "sweeps": 60, "key": KEY}
SHAPE, NOISE = (60, 30), 0.2


def table(seed=0):
    """Rank two, with noise; 40 % missing."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((SHAPE[0], 2)) @ rng.standard_normal((2, SHAPE[1]))
    missing = rng.random(SHAPE) < 0.4
    return truth, missing, np.where(missing, np.nan, truth + NOISE * rng.standard_normal(SHAPE))


TRUTH, MISSING, VALUES = table()
SEEN = (~MISSING).astype(float)


def rmse(answer, where=MISSING, truth=TRUTH):
    return float(np.sqrt(np.mean((answer - truth)[where] ** 2)))


@pytest.fixture(scope="module")
def learnt():
    return learn_table(VALUES, **QUICK)


def test_it_beats_the_mean_by_far_and_knows_its_error(learnt):
    answer, deviation = learnt.model.complete(VALUES, SEEN)
    assert rmse(answer) < 0.15 * TRUTH.std()
    assert learnt.choice.held_out == pytest.approx(np.hypot(rmse(answer), NOISE), rel=0.25)
    new = TRUTH + NOISE * np.random.default_rng(5).standard_normal(SHAPE)
    z = ((new - answer) / deviation)[MISSING]
    assert 0.8 < np.sqrt(np.mean(z**2)) < 1.25
    assert learnt.choice.recipe.members[0].approach == LowRank(width=6)
    assert not learnt.result.failed


@pytest.mark.slow
def test_a_search_tries_what_it_thinks_of_and_takes_the_best():
    titles = []
    done = complete_table(
        VALUES, MISSING, sweeps=30, key=KEY, report=lambda title, _: titles.append(title)
    )
    np.testing.assert_array_equal(done.filled[~MISSING], VALUES[~MISSING])
    np.testing.assert_array_equal(done.filled[MISSING], done.denoised[MISSING])
    assert rmse(done.filled) < 0.15 * TRUTH.std()
    errors = [candidate.held_out for candidate in done.choice.candidates]
    assert len(errors) == 7
    assert done.choice.held_out <= min(errors) * (1 + 1e-6)
    tried = [candidate.recipe.members[0].approach for candidate in done.choice.candidates]
    assert len(set(tried)) == 7
    assert {approach.depth for approach in tried} == {2, 4, np.inf}
    assert sum(member.weight for member in done.choice.recipe.members) == pytest.approx(1)
    assert (done.uncertainty > 0).tolist() == MISSING.tolist()
    assert any(title.startswith("on all entries") for title in titles)
    assert "the best of 7 candidates on held-out entries" in done.choice.reason


@pytest.mark.slow
def test_settings_that_are_given_are_not_searched():
    given = {"width": 3, "own_noise": True, "depth": 4.0, "scale": 0.1, "biases": False}
    found = learn_table(VALUES, given=given, sweeps=8, key=KEY)
    assert found.approach == LowRank(**given)
    assert len(found.choice.candidates) == 1


def test_the_order_of_rows_and_columns_plays_no_part(learnt):
    """Starts and held-out entries are drawn place by place: equal but for what they leave."""
    rng = np.random.default_rng(3)
    rows, columns = rng.permutation(SHAPE[0]), rng.permutation(SHAPE[1])
    order = np.ix_(rows, columns)
    other = learn_table(VALUES[order], **QUICK).model.complete(VALUES[order], SEEN[order])[0]
    answer, _ = learnt.model.complete(VALUES, SEEN)
    assert rmse(other, MISSING[order], answer[order]) < 0.15 * rmse(answer)
    alone, _ = learnt.model.complete(VALUES[rows], SEEN[rows])
    np.testing.assert_allclose(alone, answer[rows], rtol=1e-9, atol=1e-12)


def test_units_and_origin_play_no_part(learnt):
    scaled = learn_table(10 * VALUES + 3, **QUICK)
    answer, deviation = learnt.model.complete(VALUES, SEEN)
    other, wider = scaled.model.complete(10 * VALUES + 3, SEEN)
    np.testing.assert_allclose(other, 10 * answer + 3, atol=2e-3 * 10 * TRUTH.std())
    np.testing.assert_allclose(wider, 10 * deviation, rtol=1e-2)


def test_weights_of_zero_are_not_there_and_large_ones_count_more(learnt):
    rng = np.random.default_rng(4)
    spoilt = ~MISSING & (rng.random(SHAPE) < 0.1)
    wrong = np.where(spoilt, 30.0, VALUES)
    weights = np.where(spoilt, 0.0, SEEN)
    without, _ = learn_table(wrong, weights=weights, **QUICK).model.complete(wrong, weights)
    assert rmse(without) < 1.4 * rmse(learnt.model.complete(VALUES, SEEN)[0])
    noisy = np.where(spoilt, VALUES + 2 * rng.standard_normal(SHAPE), VALUES)
    known = np.where(spoilt, 0.01, SEEN)
    weighed, _ = learn_table(noisy, weights=known, **QUICK).model.complete(noisy, known)
    plain, _ = learn_table(noisy, **QUICK).model.complete(noisy, SEEN)
    assert rmse(weighed) < 0.8 * rmse(plain)


@pytest.mark.slow
def test_the_huber_loss_resists_outliers():
    far = ~MISSING & (np.random.default_rng(4).random(SHAPE) < 0.05)
    spoilt = np.where(far, VALUES + 10, VALUES)
    squared, huber = (
        learn_table(spoilt, loss=loss, **QUICK).model.complete(spoilt, SEEN)[0]
        for loss in ("squared", "huber")
    )
    assert rmse(huber) < 0.6 * rmse(squared)


def test_columns_of_very_different_units_are_standardised():
    units = np.where(np.arange(SHAPE[1]) % 2, 1.0, 1e4)
    origin = np.arange(SHAPE[1]) * units
    values = VALUES * units + origin
    found = {
        choice: (learn_table(values, standardise=choice, **QUICK).model.complete(values, SEEN)[0])
        for choice in (None, False)
    }
    errors = {choice: rmse((answer - origin) / units) for choice, answer in found.items()}
    assert errors[None] < 0.2 * TRUTH.std()
    assert errors[None] < 0.7 * errors[False]


def test_ctrl_c_returns_the_answer_so_far():
    """In the first run, between the runs, and while all entries are fitted."""
    for stage, first in (("factors of width 6", True), ("on all entries", False)):

        def interrupt(title, progress, stage=stage, first=first):
            if title.startswith(stage) and (first or progress.step > 0):
                raise KeyboardInterrupt

        done = complete_table(VALUES, MISSING, report=interrupt, **QUICK)
        assert done.result is Result.INTERRUPTED
        assert np.isfinite(done.filled).all()
        assert rmse(done.filled) < 1.1 * TRUTH.std()


@pytest.mark.parametrize("when", ["answered", "refit"])
def test_ctrl_c_outside_a_run_loses_nothing(when, monkeypatch):
    """While a run is made an answer of, and while the second one compiles."""
    from tacit.completion.tables.task import TableTask

    name = {"answered": "_columns", "refit": "fit"}[when]
    original, calls = getattr(TableTask, name), []

    def interrupted(self, *given, **settings):
        calls.append(given)
        if len(calls) == (1 if when == "answered" else 2):
            raise KeyboardInterrupt
        return original(self, *given, **settings)

    monkeypatch.setattr(TableTask, name, interrupted)
    done = complete_table(VALUES, MISSING, **QUICK)
    assert done.result is Result.INTERRUPTED
    assert len(calls) == 2
    assert rmse(done.filled) < 0.2 * TRUTH.std()


@pytest.mark.slow
def test_no_time_leaves_one_approach_and_its_refit():
    done = complete_table(VALUES, MISSING, sweeps=30, budget=0.0, key=KEY)
    assert len(done.choice.candidates) == 1
    assert rmse(done.filled) < 0.2 * TRUTH.std()
    assert done.refit.step[-1] > 0


@pytest.mark.slow
def test_a_large_table_is_worked_on_entry_by_entry(monkeypatch, learnt):
    """Without covariances, and nearly as well."""
    from tacit.completion.tables import task

    monkeypatch.setattr(task, "_DENSE", 0.0)
    found = learn_table(VALUES, **QUICK)
    assert not found.refit.model.rows.is_full
    assert learnt.refit.model.rows.is_full
    answer, _ = found.model.complete(VALUES, SEEN)
    assert rmse(answer) < 1.2 * rmse(learnt.model.complete(VALUES, SEEN)[0])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"values": np.full(SHAPE, np.nan)}, "every entry is missing"),
        ({"values": np.where(TRUTH > 1, np.inf, TRUTH)}, "infinite"),
        ({"values": VALUES[0]}, "table"),
        ({"weights": np.ones(SHAPE[1])}, "shape"),
        ({"weights": np.ones((3, 4))}, "shape"),
        ({"weights": -SEEN}, "≥ 0"),
        ({"weights": 0 * SEEN}, "not all 0"),
        ({"weights": np.full(SHAPE, np.nan)}, "finite"),
        ({"approaches": []}, "there is none"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        learn_table(**{"values": VALUES, **QUICK, **wrong})


@pytest.mark.parametrize(
    ("data", "mask", "message"),
    [
        (TRUTH, MISSING[1:], "its shape"),
        (TRUTH[0], MISSING[0], "at least 2 × 2"),
        (TRUTH, np.zeros(SHAPE, bool), "nothing is missing"),
        (TRUTH, np.ones(SHAPE, bool), "fewer than two entries"),
        (np.where(TRUTH > 1, np.nan, TRUTH), MISSING, "NaN or infinite"),
    ],
)
def test_what_cannot_be_completed_is_refused(data, mask, message):
    with pytest.raises(ValueError, match=message):
        complete_table(data, mask, key=KEY)
