"""The imputers by explicit methods: one face, against numpy, and with what they meet."""

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tacit.estimators import AlternatingLeastSquaresImputer, ScaledDescentImputer, SoftImputer
from tacit.estimators._tables import ridge_rows

RIVALS = {
    "soft": SoftImputer,
    "alternating": AlternatingLeastSquaresImputer,
    "scaled": ScaledDescentImputer,
}

ONE_FACE = [
    pytest.param(name, marks=[] if name == "soft" else [pytest.mark.slow]) for name in RIVALS
]
"""What the class they share does, and not the method: of one quickly, of the others slowly."""
one_face = pytest.mark.parametrize("fitted", ONE_FACE, indirect=True)


def table(rows=60, seed=0, noise=0.1):
    """Rank two of 25 columns about means that differ, half of it missing."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(9).standard_normal((2, 25))
    truth = rng.standard_normal((rows, 2)) @ mixing + 3 * np.arange(25)
    missing = rng.random(truth.shape) < 0.5
    X = np.where(missing, np.nan, truth + noise * rng.standard_normal(truth.shape))
    return truth, missing, X


def rmse(filled, truth, where):
    return np.sqrt(np.mean((filled - truth)[where] ** 2))


@pytest.fixture(scope="module", params=RIVALS)
def fitted(request):
    truth, missing, X = table()
    imputer = RIVALS[request.param]()
    return truth, missing, X, imputer, imputer.fit_transform(X)


def test_holes_are_filled_and_the_rest_stays(fitted):
    """Columns have deviations of about 1.4; their means alone would give that."""
    truth, missing, X, imputer, filled = fitted
    np.testing.assert_array_equal(filled[~missing], X[~missing])
    assert rmse(filled, truth, missing) < 0.3
    # Of 75 entries: what one draw of them says is chance.
    others = [clone(imputer).set_params(random_state=seed).fit(X) for seed in (1, 2)]
    held_out = np.mean([one.held_out_error_ for one in (imputer, *others)])
    assert 0.5 < held_out / rmse(filled, truth, missing) < 2
    assert imputer.n_components_ == len(imputer.components_) >= 2
    assert imputer.components_.shape[1] == len(imputer.mean_) == imputer.n_features_in_ == 25
    assert isinstance(imputer.n_iter_, int)
    assert not imputer.result_.failed
    assert {"loss", "held_out"} <= set(imputer.history_)
    assert np.isnan(X).any(), "the data of the caller stay as they are"


def test_new_rows_are_completed_on_the_columns_learnt(fitted):
    *_, X, imputer, filled = fitted
    truth, missing, new = table(seed=1)
    answer = imputer.transform(new)
    assert rmse(answer, truth, missing) < 0.35
    np.testing.assert_array_equal(imputer.transform(X), filled)
    np.testing.assert_allclose(imputer.transform(new[3:4]), answer[3:4], rtol=1e-10)


@one_face
def test_it_is_cloned_stored_and_the_same_each_time(fitted, tmp_path):
    *_, X, imputer, filled = fitted
    copy = clone(imputer)
    assert copy.get_params() == imputer.get_params()
    np.testing.assert_array_equal(copy.fit_transform(X), filled)
    joblib.dump(imputer, tmp_path / "imputer.joblib")
    loaded = joblib.load(tmp_path / "imputer.joblib")
    np.testing.assert_array_equal(loaded.transform(X), filled)
    assert loaded.history_.equals(imputer.history_)
    assert repr(imputer) == f"{type(imputer).__name__}()"


@one_face
def test_frames_and_sparse_arrays_say_the_same(fitted):
    *_, X, imputer, filled = fitted
    frame = pd.DataFrame(X, columns=[f"c{j}" for j in range(25)], index=np.arange(60) + 7)
    named = clone(imputer).set_output(transform="pandas")
    answer = named.fit_transform(frame)
    assert list(answer.columns) == list(named.get_feature_names_out()) == list(frame.columns)
    assert answer.index.equals(frame.index)
    np.testing.assert_array_equal(answer.to_numpy(), filled)
    rows, columns = np.nonzero(~np.isnan(X))
    stored = sparse.coo_array((X[rows, columns], (rows, columns)), shape=X.shape)
    for form in (stored, stored.tocsr()):
        np.testing.assert_array_equal(imputer.transform(form), filled)
    twice = sparse.coo_array(([1.0, 3.0], ([0, 0], [2, 2])), shape=(1, 25))
    with pytest.warns(UserWarning, match="1 entries of X are stored more than once"):
        assert imputer.transform(twice)[0, 2] == 2


def test_rows_are_ridge_regressions():
    rng = np.random.default_rng(2)
    V, mean, X = rng.standard_normal((3, 8)), rng.standard_normal(8), rng.standard_normal((5, 8))
    X[rng.random(X.shape) < 0.4] = np.nan
    X[4] = np.nan
    for ridge in (0.7, 0.0):
        answer = ridge_rows(X, V, mean, ridge)
        for x, predicted in zip(X, answer, strict=True):
            seen = ~np.isnan(x)
            A = np.vstack([V[:, seen].T, np.sqrt(ridge) * np.eye(3)])
            b = np.append((x - mean)[seen], np.zeros(3))
            u = np.linalg.lstsq(A, b, rcond=None)[0]
            np.testing.assert_allclose(predicted, mean + u @ V, rtol=1e-9)
        np.testing.assert_array_equal(answer[4], mean)


@pytest.mark.slow
def test_a_generous_width_ends_at_the_nuclear_norm():
    """Two methods, one minimum: with a penalty given both solve the convex problem."""
    X = table(rows=30, noise=0.5)[2]
    settings = {"penalty": 4.0, "tol": 1e-7, "max_iter": 2000, "dtype": "float64"}
    reached = []
    for rival in (SoftImputer, AlternatingLeastSquaresImputer):
        imputer = rival(**settings).fit(X)
        assert imputer.ridge_ == 4
        # What `transform` says of the rows of `fit` is the minimum: the residual has the norm λ.
        full = ridge_rows(X, imputer.components_, imputer.mean_, imputer.ridge_)
        residual = np.where(np.isnan(X), 0.0, X - full)
        np.testing.assert_allclose(np.linalg.norm(residual, 2), 4, rtol=0.01)
        norm = np.linalg.norm(full - imputer.mean_, "nuc")
        reached.append(np.sum(residual**2) / 2 + 4 * norm)
    np.testing.assert_allclose(*reached, rtol=1e-5)


def test_lines_wholly_missing_are_filled_with_a_warning():
    X = table()[2]
    X[:, 4] = np.nan
    X[7] = np.nan
    imputer = SoftImputer()
    with pytest.warns(UserWarning, match="1 of 25 columns are wholly missing, the first at 4"):
        imputer.fit(X)
    with pytest.warns(UserWarning, match="1 of 60 rows are wholly missing, the first at 7"):
        filled = imputer.transform(X)
    np.testing.assert_allclose(filled[:, 4], np.nanmean(X))
    np.testing.assert_allclose(filled[7], imputer.mean_)
    assert np.isfinite(filled).all()


@pytest.mark.parametrize("rival", ONE_FACE)
def test_tables_with_next_to_nothing_are_answered(rival):
    rival = RIVALS[rival]
    constant = np.full((6, 4), 2.5)
    constant[1, 2] = constant[5, 0] = np.nan
    np.testing.assert_array_equal(rival().fit_transform(constant), 2.5)
    one = np.full((3, 2), np.nan)
    one[1, 1] = 4
    with pytest.warns(UserWarning, match="wholly missing"):
        np.testing.assert_array_equal(rival().fit_transform(one), 4)
    known = rival(validation_fraction=0).fit(table()[2])
    assert np.isnan(known.held_out_error_)
    assert rmse(known.transform(table()[2]), *table()[:2]) < 0.5


def test_what_cannot_be_learnt_from_is_refused():
    X = table()[2]
    with pytest.raises(NotFittedError):
        SoftImputer().transform(X)
    with (
        pytest.raises(ValueError, match="every entry is missing"),
        pytest.warns(UserWarning, match="2 of 2 columns"),
    ):
        SoftImputer().fit(np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match="infinity"):
        SoftImputer().fit(np.where(np.isnan(X), np.inf, X))
    with pytest.raises(ValueError, match="25 features"):
        SoftImputer().fit(X).transform(X[:, :4])
    for wrong in ({"penalty": -1.0}, {"max_iter": 0}, {"tol": 2.0}, {"validation_fraction": 1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            AlternatingLeastSquaresImputer(**wrong).fit(X)
    for wrong in ({"damping": -1.0}, {"max_iter": 0}, {"init_scale": 0.0}, {"width": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            ScaledDescentImputer(**wrong).fit(X)


def test_pipelines_and_searches_run():
    X = table()[2]
    wanted = np.nansum(X - np.nanmean(X, axis=0), axis=1)
    pipeline = make_pipeline(AlternatingLeastSquaresImputer(), StandardScaler(), Ridge())
    grid = {"alternatingleastsquaresimputer__penalty": [2.0, 200.0]}
    found = GridSearchCV(pipeline, grid, cv=2).fit(X, wanted)
    scores = found.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]
    assert found.predict(X).shape == (60,)
