"""The contract of the tensor imputer: what scikit-learn expects, and no more than it can keep."""

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tacit.completion import Windows
from tacit.estimators import TensorImputer


def surface(seed=0):
    r, c = np.mgrid[:24, :20] / 6
    truth = np.stack([np.sin(r + c + seed), np.cos(r - c), np.sin(c)], axis=-1)
    missing = np.random.default_rng(seed).random(truth.shape) < 0.4
    return truth, missing, np.where(missing, np.nan, truth)


@pytest.fixture(scope="module")
def fitted():
    truth, missing, X = surface()
    imputer = TensorImputer(kind="picture", methods=[Windows((0, 1))], members=1)
    return truth, missing, X, imputer, imputer.fit_transform(X)


def test_it_fills_what_is_missing_and_leaves_the_rest(fitted):
    truth, missing, X, imputer, filled = fitted
    np.testing.assert_array_equal(filled[~missing], X[~missing])
    assert np.sqrt(np.mean((filled - truth)[missing] ** 2)) < 0.1 * truth.std()
    assert isinstance(imputer.n_iter_, int)
    assert imputer.n_iter_ >= 1
    assert imputer.uncertainty_.shape == X.shape
    assert np.isnan(X).any()


def test_transform_follows_what_fit_chose(fitted):
    *_, imputer, _ = fitted
    truth, missing, X = surface(seed=1)
    filled = imputer.transform(X)
    assert np.sqrt(np.mean((filled - truth)[missing] ** 2)) < 0.1 * truth.std()
    np.testing.assert_array_equal(imputer.transform(truth), truth)


def test_it_is_cloned_stored_and_the_same_each_time(fitted):
    _, _, X, imputer, filled = fitted
    copy = clone(imputer)
    assert copy.get_params() == imputer.get_params()
    np.testing.assert_array_equal(copy.fit(X).transform(X), imputer.transform(X))
    np.testing.assert_array_equal(copy.completion_.filled, filled)
    stream = io.BytesIO()
    joblib.dump(imputer, stream)
    stream.seek(0)
    np.testing.assert_array_equal(joblib.load(stream).transform(X), imputer.transform(X))


def test_a_line_wholly_missing_is_filled_with_a_warning():
    truth, _, X = surface()
    X[5] = np.nan
    with pytest.warns(UserWarning, match="mode 0, 1 of 24 places are wholly missing"):
        filled = TensorImputer(kind="picture", methods=[Windows((0, 1))], members=1).fit_transform(
            X
        )
    assert np.sqrt(np.mean((filled - truth)[5] ** 2)) < 0.3 * truth.std()


def test_what_is_no_tensor_is_refused():
    with pytest.raises(NotFittedError, match="fit it first"):
        TensorImputer().transform(np.ones((3, 3)))
    with pytest.raises(ValueError, match="array of real numbers"):
        TensorImputer().fit([["a", "b"]])
    with pytest.raises(ValueError, match="nothing is missing"):
        TensorImputer().fit(np.ones((4, 4, 3)))
