"""What `complete_ratings` promises, on a small list of entries with a power law of degrees."""

import math

import jax
import numpy as np
import pytest

from tacit import _interrupt
from tacit.completion import complete_ratings
from tacit.runs import Result

KEY = jax.random.key(0)
SHAPE, NOISE = (120, 60), 0.5


def entries(count=2400, seed=0):
    """Rank two with biases about 3; some rows have many entries, others few."""
    rng = np.random.default_rng(seed)
    m, n = SHAPE
    truth = 3 + rng.standard_normal((m, 2)) @ rng.standard_normal((2, n))
    truth = truth + 0.5 * rng.standard_normal((m, 1)) + 0.5 * rng.standard_normal(n)
    shares = 1 / np.arange(5, m + 5) ** 0.7
    rows = np.append(np.arange(m), rng.choice(m, count - m, p=shares / shares.sum()))
    columns = rng.integers(n, size=count)
    values = truth[rows, columns] + NOISE * rng.standard_normal(count)
    return truth, rows, columns, values


TRUTH, ROWS, COLUMNS, VALUES = entries()
EVERY = tuple(index.ravel() for index in np.indices(SHAPE))


def fitted(rows=ROWS, columns=COLUMNS, values=VALUES, **settings):
    settings = {"width": 6, "sweeps": 40, "key": KEY, **settings}
    return complete_ratings(rows, columns, values, SHAPE, **settings)


def error(fit):
    return float(np.sqrt(np.mean((fit.predict(*EVERY) - TRUTH.ravel()) ** 2)))


@pytest.fixture(scope="module")
def fit():
    return fitted()


def test_factors_biases_and_noise_are_found(fit):
    assert error(fit) < 0.45 * TRUTH.std()
    assert fit.noise == pytest.approx(NOISE, rel=0.15)
    assert fit.centre == pytest.approx(VALUES.mean())
    strengths = fit.trajectory["singular_values"][-1]
    assert np.sum(strengths > 1e-2 * strengths[0]) == 2
    assert fit.steps == fit.trajectory.step[-1] < 40
    assert fit.result is Result.STOPPED_EARLY
    assert math.isnan(fit.held_out)
    scores = fit.predict(np.full(60, 7), np.arange(60))
    np.testing.assert_allclose(fit.row_scores(7), scores, rtol=1e-5)


def test_the_spread_is_that_of_the_errors(fit):
    z = (fit.predict(*EVERY) - TRUTH.ravel()) / fit.spread(*EVERY)
    assert 0.8 < np.sqrt(np.mean(z**2)) < 1.6


@pytest.mark.slow
def test_it_stops_where_held_out_entries_are_predicted_best():
    told, errors = [], {}

    def report(title, progress):
        told.append((title, progress.step))
        if "held_out" in progress.latest:
            errors[progress.step] = float(progress.latest["held_out"])

    fit = fitted(held_out=0.2, sweeps=300, report=report)
    assert NOISE < fit.held_out < 2.2 * NOISE
    assert list(dict.fromkeys(t for t, _ in told)) == ["stopping on held-out entries", "sweep"]
    # The refit has as many sweeps as were best.
    assert fit.steps == min(errors, key=lambda step: errors[step])
    assert fit.steps < max(step for title, step in told if title != "sweep") < 300


def test_members_are_averaged(fit):
    several = fitted(members=3)
    assert len(several.members) == len(several.priors) == 3
    single = [
        several._replace(members=(m,), priors=(p,)) for m, p in zip(*several[1:3], strict=True)
    ]
    mean = np.mean([one.predict(*EVERY) for one in single], axis=0)
    np.testing.assert_allclose(several.predict(*EVERY), mean, rtol=1e-6)
    np.testing.assert_array_equal(single[0].predict(*EVERY), fit.predict(*EVERY))
    assert not np.array_equal(single[0].predict(*EVERY), single[1].predict(*EVERY))
    within = np.mean([one.spread(*EVERY) ** 2 for one in single], axis=0)
    between = np.var([one.predict(*EVERY) for one in single], axis=0)
    np.testing.assert_allclose(several.spread(*EVERY) ** 2, within + between, rtol=1e-4)


def test_an_unknown_side_is_answered_by_the_bias_of_the_other(fit):
    (model,) = fit.members
    found = fit.predict(np.array([-1, 4, -1]), np.array([9, -1, -1]))
    biases = np.array([model.columns.bias[9], model.rows.bias[4], 0.0])
    np.testing.assert_allclose(found, fit.centre + biases, rtol=1e-6)
    known, half, none = fit.spread(np.array([4, 4, -1]), np.array([9, -1, -1]))
    assert known < half < none


def test_rows_learnt_afresh_are_those_of_the_training(fit):
    again = fit.with_rows(ROWS, COLUMNS, VALUES, SHAPE[0])
    away = again.predict(*EVERY) - fit.predict(*EVERY)
    assert np.sqrt(np.mean(away**2)) < 0.02 * TRUTH.std()
    chosen = ROWS == 3
    few = fit.with_rows(np.ones(chosen.sum(), int), COLUMNS[chosen], VALUES[chosen], 2)
    np.testing.assert_allclose(few.row_scores(1), again.row_scores(3), rtol=1e-5)
    np.testing.assert_allclose(
        few.row_scores(0), few.predict(np.full(60, -1), np.arange(60)), rtol=1e-5
    )
    weighed = fit.with_rows(ROWS, COLUMNS, VALUES, SHAPE[0], np.full(len(VALUES), 1e-9))
    np.testing.assert_allclose(weighed.row_scores(3), few.row_scores(0), atol=1e-4)


@pytest.mark.slow
def test_it_is_equivariant_and_weights_count(fit):
    """Tenfold values plus three; an entry of weight zero is not there."""
    scaled = fitted(values=10 * VALUES + 3)
    np.testing.assert_allclose(scaled.predict(*EVERY), 10 * fit.predict(*EVERY) + 3, atol=0.05)
    assert scaled.noise == pytest.approx(10 * fit.noise, rel=1e-3)
    rng = np.random.default_rng(3)
    spoilt = rng.random(len(VALUES)) < 0.1
    weights = np.where(spoilt, 0.0, 1.0)
    found = fitted(values=np.where(spoilt, 40.0, VALUES), weights=weights)
    assert error(found) < 1.2 * error(fit)
    assert found.noise == pytest.approx(NOISE, rel=0.15)


def test_ctrl_c_and_no_time_leave_an_answer():
    def interrupt(title, progress):
        raise KeyboardInterrupt

    cut = fitted(report=interrupt, members=3)
    assert cut.result is Result.INTERRUPTED
    assert len(cut.members) == 1
    hurried = fitted(budget=0.0)
    assert hurried.result is Result.OUT_OF_TIME
    for fit in (cut, hurried):
        assert fit.steps == 0 or np.isfinite(fit.predict(*EVERY)).all()


def test_a_start_that_is_cut_short_is_none_beside_a_whole_one():
    def ask(title, progress):
        if title == "start 2 of 3":
            _interrupt.ask()

    try:
        cut = fitted(report=ask, members=3)
    finally:
        _interrupt.forget()
    assert cut.result is Result.INTERRUPTED
    assert len(cut.members) == 1
    alone = fitted(members=1)
    np.testing.assert_array_equal(cut.predict(*EVERY), alone.predict(*EVERY))


@pytest.mark.slow
def test_next_to_nothing_is_answered():
    one = fitted(np.array([3]), np.array([4]), np.array([2.5]))
    np.testing.assert_allclose(one.predict(np.array([3, 0, -1]), np.array([4, 0, -1])), 2.5)
    constant = fitted(values=np.full(len(VALUES), 4.0))
    np.testing.assert_allclose(constant.predict(*EVERY), 4, rtol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": ROWS[:0], "columns": COLUMNS[:0], "values": VALUES[:0]}, "there are none"),
        ({"width": 0}, "width: at least 1"),
        ({"members": 0}, "members: at least 1"),
        ({"sweeps": 0}, "sweeps: at least 1"),
        ({"held_out": 1.0}, r"a share in \[0, 1\)"),
        (
            {"rows": ROWS[:1], "columns": COLUMNS[:1], "values": VALUES[:1], "held_out": 0.5},
            "of a single entry",
        ),
        ({"rows": ROWS + 60}, "outside 0..119"),
        ({"depth": 1.0}, "depth must be at least 2"),
        ({"values": np.where(ROWS == 5, np.inf, VALUES)}, "finite"),
        ({"weights": np.zeros(len(VALUES))}, "not all 0"),
        ({"weights": np.ones(3)}, "3 of them for 2400"),
        ({"weights": -np.ones(len(VALUES))}, "≥ 0"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        fitted(**wrong)


@pytest.mark.slow
def test_of_two_entries_one_is_held_out():
    fit = fitted(ROWS[:2], COLUMNS[:2], VALUES[:2], held_out=0.9)
    assert np.isfinite(fit.held_out)
