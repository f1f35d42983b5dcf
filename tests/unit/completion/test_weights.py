"""Weights count in what is learnt, chosen, blended, completed and stated, or nowhere."""

import numpy as np
import pytest

from tacit.completion import Calibration
from tacit.completion.calibration import Clues
from tacit.completion.families import FAMILIES
from tacit.estimators import MatrixImputer

from .small import KEY, METHODS, complete, cube, rms, table

TOLERANT = [name for name, method in METHODS.items() if method.tolerates_weights]
QUICK = {"methods": [METHODS["factors"]], "members": 1, "key": KEY}
AXES = dict.fromkeys(("gaussian", "tucker", "train", "tree", "cp"), ("sample", "item", "channel"))


def data(name, seed=0):
    return (cube if name in AXES else table)(seed)


def filled(name, values, missing, weights):
    axes = AXES.get(name, ("sample", "feature"))
    return complete(
        values, missing, axes=axes, methods=[METHODS[name]], members=1, weights=weights, key=KEY
    )


def spoilt(truth, seed=1):
    """Half of the entries with a large error, and the weights that say so."""
    rng = np.random.default_rng(seed)
    bad = rng.random(truth.shape) < 0.5
    values = truth + np.where(bad, 2.0, 0.02) * rng.standard_normal(truth.shape)
    return values, np.where(bad, 1e-4, 1.0)


def test_families_say_whether_they_tolerate_weights():
    assert TOLERANT == ["factors", "gaussian", "tucker", "train", "tree", "cp", "deep"]
    assert {family.name for family in FAMILIES} >= set(TOLERANT)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n == "deep" else []) for n in TOLERANT]
)
class TestFamily:
    def test_weight_zero_is_missing(self, name):
        truth, missing = data(name)
        more = np.random.default_rng(2).random(truth.shape) < 0.1
        without = filled(name, truth, missing | more, None)
        weighed = filled(name, np.where(more, 1e6, truth), missing, np.where(more, 0.0, 1.0))
        assert weighed.filled.tobytes() == without.filled.tobytes()
        assert weighed.uncertainty.tobytes() == without.uncertainty.tobytes()

    def test_only_ratios_of_weights_matter(self, name):
        truth, missing = data(name)
        values, weights = spoilt(truth)
        one, other = (filled(name, values, missing, factor * weights) for factor in (1.0, 1024.0))
        np.testing.assert_allclose(other.filled, one.filled, rtol=1e-4, atol=1e-4 * truth.std())

    def test_what_is_learnt_chosen_and_stated_is_that_of_the_good_entries(self, name):
        truth, missing = data(name)
        values, weights = spoilt(truth)
        done, blind = (filled(name, values, missing, w) for w in (weights, None))
        error = rms((done.filled - truth)[missing])
        assert error < 0.6 * rms((blind.filled - truth)[missing])
        assert 0.5 < rms(done.uncertainty[missing]) / np.hypot(error, 0.02) < 2
        assert done.choice.held_out < 0.5 * blind.choice.held_out


def test_what_has_no_weight_needs_no_other_mark():
    """Nothing is NaN, and what stands where there is no weight may be anything."""
    truth, missing = table()
    spoilt = np.where(missing, np.inf, truth)
    weights = np.where(missing, 0.0, 3.0)
    found = complete(spoilt, weights=weights, axes=("sample", "feature"), **QUICK)
    other = complete(truth, missing, axes=("sample", "feature"), **QUICK)
    assert found.filled.tobytes() == other.filled.tobytes()
    with pytest.raises(ValueError, match="fewer than two entries are observed"):
        complete(truth, missing, weights=np.zeros(truth.shape), **QUICK)


@pytest.mark.slow
def test_rows_are_completed_with_their_weights():
    """The numbers of a report: 1.168 without the weights of rows, 0.0555 with them."""
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((200, 2)) @ rng.standard_normal((2, 30))
    bad, missing = rng.random(truth.shape) < 0.5, rng.random(truth.shape) < 0.2
    noise = np.where(bad, 5.0, 0.1) * rng.standard_normal(truth.shape)
    X = np.where(missing, np.nan, truth + noise)
    weights = np.where(bad, (0.1 / 5) ** 2, 1.0)
    imputer = MatrixImputer(random_state=0, budget=3600.0)
    filled = imputer.fit_transform(X, weights=weights)
    assert rms((filled - truth)[missing]) < 0.07
    assert imputer.held_out_error_ == pytest.approx(0.115, rel=0.1)
    lower, upper = imputer.predict_interval(X, weights=weights)
    reach = imputer.model_.multiple(0.95)
    assert rms((upper - lower)[missing]) / (2 * reach) == pytest.approx(0.115, rel=0.15)
    again = imputer.transform(X, weights=7 * weights)
    assert rms((again - filled)[missing]) < 0.02


def test_rows_with_weight_zero_are_as_if_missing():
    truth, missing = table()
    bad = np.random.default_rng(3).random(truth.shape) < 0.3
    X = np.where(missing, np.nan, np.where(bad, 50.0, truth))
    weights = np.where(bad, 0.0, 1.0)
    given = {"random_state": 0, "width": 4, "budget": 3600.0}
    weighed = MatrixImputer(**given).fit(X, weights=weights)
    without = MatrixImputer(**given).fit(np.where(bad, np.nan, X))
    ours = weighed.transform(X, weights=weights)
    np.testing.assert_array_equal(ours, without.transform(np.where(bad, np.nan, X)))
    np.testing.assert_array_equal(weighed.uncertainty_, without.uncertainty_)
    with pytest.raises(ValueError, match="finite and ≥ 0"):
        weighed.transform(X, weights=-weights)


def test_calibration_counts_an_entry_of_weight_two_as_two():
    rng = np.random.default_rng(0)
    errors, clue = rng.standard_normal(300), rng.standard_normal((300, 1))
    errors = errors * np.exp(0.5 * clue[:, 0])
    weights = rng.integers(1, 4, 300)
    one = Calibration.fit(errors, Clues(clue, (False,)), weights.astype(float))
    repeated = np.repeat(np.arange(300), weights)
    other = Calibration.fit(errors[repeated], Clues(clue[repeated], (False,)))
    assert one.coefficients is not None
    assert other.coefficients is not None
    # Means of the clue differ, and so does the constant; the ridge weighs a little differently.
    np.testing.assert_allclose(one.coefficients[1], other.coefficients[1], rtol=0.02)
    some = Clues(np.linspace(-1, 1, 5)[:, None], (False,))
    np.testing.assert_allclose(one.deviation(some), other.deviation(some), rtol=0.01)
    for level in (0.5, 0.9, 0.95):
        assert one.multiple(level) == pytest.approx(other.multiple(level), rel=0.03)
