"""The contract of trace regression."""

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score

from tacit.estimators import MatrixSensing
from tacit.operators import Entries, TensorEntries

RNG = np.random.default_rng(0)
TRUTH = RNG.standard_normal((10, 2)) @ RNG.standard_normal((2, 8))
A = RNG.standard_normal((70, 10, 8))
Y = np.einsum("pmn,mn->p", A, TRUTH) + 0.02 * RNG.standard_normal(70)


def off(X):
    return np.linalg.norm(X - TRUTH) / np.linalg.norm(TRUTH)


@pytest.fixture(scope="module")
def fitted():
    return MatrixSensing(depth=2).fit(A, Y)


def test_a_matrix_of_low_rank_is_found_from_fewer_measurements_than_entries(fitted):
    """Least squares of the least norm, to which no depth leads, is off by a third."""
    least = np.linalg.lstsq(A.reshape(70, -1), Y, rcond=None)[0].reshape(10, 8)
    assert off(least) > 0.25
    assert off(fitted.coef_) < 0.01
    assert fitted.rank_ == 2
    assert fitted.depth_ == 2
    assert fitted.init_scale_ in (1e-2, 1e-5)
    assert isinstance(fitted.n_iter_, int)
    assert not fitted.result_.failed
    assert {"loss", "held_out", "singular_values"} <= set(fitted.history_)


def test_it_predicts_and_scores(fitted):
    predicted = fitted.predict(A)
    np.testing.assert_allclose(predicted, np.einsum("pmn,mn->p", A, fitted.coef_), rtol=1e-10)
    np.testing.assert_allclose(fitted.score(A, Y), r2_score(Y, predicted))
    fresh = RNG.standard_normal((200, 10, 8))
    assert fitted.score(fresh, np.einsum("pmn,mn->p", fresh, TRUTH)) > 0.99


def test_it_is_cloned_stored_and_the_same_each_time(fitted, tmp_path):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert repr(copy) == "MatrixSensing(depth=2)"
    np.testing.assert_array_equal(copy.fit(A, Y).coef_, fitted.coef_)
    assert copy.set_params(init_scale=0.1).init_scale == 0.1
    joblib.dump(fitted, tmp_path / "sensing.joblib")
    loaded = joblib.load(tmp_path / "sensing.joblib")
    np.testing.assert_array_equal(loaded.predict(A), fitted.predict(A))


@pytest.mark.slow
def test_any_measurement_will_do():
    observed = np.random.default_rng(1).random(TRUTH.shape) < 0.8
    operator = Entries.from_mask(observed, "float64")
    sensing = MatrixSensing(depth=2, init_scale=1e-5).fit(operator, TRUTH[observed])
    assert off(sensing.coef_) < 0.1
    assert sensing.score(operator, TRUTH[observed]) > 0.99


def test_with_nothing_held_out_it_ends_where_the_loss_does():
    sensing = MatrixSensing(depth=2, validation_fraction=0).fit(A, Y)
    assert np.isnan(sensing.held_out_error_)
    assert sensing.init_scale_ == 1e-5
    assert off(sensing.coef_) < 0.05


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_is_refused(fitted):
    with pytest.raises(NotFittedError):
        MatrixSensing().predict(A)
    with pytest.raises(ValueError, match=r"shape \(p, m, n\)"):
        MatrixSensing().fit(A[0], Y)
    with pytest.raises(ValueError, match="finite real numbers"):
        MatrixSensing().fit(np.where(A > 2, np.nan, A), Y)
    with pytest.raises(ValueError, match="70 finite numbers"):
        MatrixSensing().fit(A, Y[:-1])
    with pytest.raises(ValueError, match="measures nothing"):
        MatrixSensing().fit(0 * A, Y)
    with pytest.raises(ValueError, match="not matrices"):
        MatrixSensing().fit(TensorEntries([1, 3], (2, 3, 2)), Y[:2])
    with pytest.raises(ValueError, match="fitted to shape"):
        fitted.predict(A[:, :3])
    for wrong in ({"depth": 0}, {"init_scale": -1.0}, {"validation_fraction": 1}, {"max_iter": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            MatrixSensing(**wrong).fit(A, Y)
