"""What `MatrixImputer` promises, to those who use scikit-learn and to those who ask why."""

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

from tacit.estimators import MatrixImputer

COLUMNS, NOISE = 24, 0.3
QUICK = {
    "depth": np.inf,
    "width": 6,
    "init_scale": 0.1,
    "max_iter": 60,
}


def table(rows=90, columns=COLUMNS, seed=0):
    """Rank three about means that differ, half of it missing."""
    rng, mixing = np.random.default_rng(seed), np.random.default_rng(9)
    truth = rng.standard_normal((rows, 3)) @ mixing.standard_normal((3, columns))
    truth = truth + mixing.standard_normal(columns)
    missing = rng.random(truth.shape) < 0.5
    X = np.where(missing, np.nan, truth + NOISE * rng.standard_normal(truth.shape))
    return truth, missing, X


def rmse(filled, truth, where):
    return float(np.sqrt(np.mean((filled - truth)[where] ** 2)))


@pytest.fixture(scope="module")
def fitted():
    truth, missing, X = table()
    imputer = MatrixImputer(**QUICK)
    return truth, missing, X, imputer, imputer.fit_transform(X)


def test_holes_are_filled_and_the_rest_stays(fitted):
    truth, missing, X, imputer, filled = fitted
    np.testing.assert_array_equal(filled[~missing], X[~missing])
    assert rmse(filled, truth, missing) < 0.2 * truth.std()
    assert 0.8 < imputer.held_out_error_ / np.hypot(rmse(filled, truth, missing), NOISE) < 1.25
    assert np.isnan(X).any(), "the data of the caller stay as they are"


def test_what_was_learnt_is_told(fitted):
    *_, imputer, _ = fitted
    assert imputer.n_components_ == len(imputer.singular_values_) == len(imputer.stages_) == 3
    assert imputer.components_.shape == (3, COLUMNS)
    assert imputer.n_features_in_ == COLUMNS
    assert np.all(np.diff(imputer.singular_values_) < 0)
    assert 0 < imputer.stages_.min() <= imputer.stages_.max() <= imputer.n_iter_ <= 60
    history = imputer.history_
    assert {"held_out", "noise", "singular_values"} <= set(history)
    assert history["singular_values"].shape == (history.sizes["record"], 6)
    assert imputer.choice_.held_out == imputer.held_out_error_
    assert not imputer.result_.failed


def test_deviations_are_calibrated(fitted):
    """Over several tables: of one alone, the 90 held-out entries know their scale to 15 %."""
    scores, inside = [], []
    for seed in range(4):
        truth, missing, X = table(seed=seed)
        imputer = clone(fitted[3]).fit(X)
        again = truth + NOISE * np.random.default_rng(30 + seed).standard_normal(truth.shape)
        deviation, (low, high) = imputer.uncertainty_, imputer.predict_interval(X)
        assert (deviation > 0).tolist() == missing.tolist()
        reach = imputer.model_.multiple(0.95)
        np.testing.assert_allclose((high - low)[missing], 2 * reach * deviation[missing], rtol=1e-9)
        scores.append((again - imputer.transform(X))[missing] / deviation[missing])
        inside.append(((low < again) & (again < high))[missing])
    assert 0.8 < np.sqrt(np.mean(np.concatenate(scores) ** 2)) < 1.25
    assert 0.9 < np.mean(np.concatenate(inside)) < 0.98


@pytest.mark.slow
def test_intervals_hold_where_tails_are_heavy():
    """Student's t of 2 degrees of freedom: 1.96 deviations of the bulk hold 87 % of its errors."""
    rng = np.random.default_rng(5)
    truth = rng.standard_normal((150, 3)) @ rng.standard_normal((3, 60))
    noisy = truth + 0.5 * rng.standard_t(2, truth.shape)
    missing = rng.random(truth.shape) < 0.3
    imputer = MatrixImputer(loss="huber", random_state=0).fit(np.where(missing, np.nan, noisy))
    for level in (0.5, 0.95):
        low, high = imputer.predict_interval(np.where(missing, np.nan, noisy), level)
        inside = ((low < noisy) & (noisy < high))[missing]
        assert np.mean(inside) == pytest.approx(level, abs=0.03)
    with pytest.raises(ValueError, match="level"):
        imputer.predict_interval(noisy, 1.96)


def test_the_score_is_near_what_is_possible(fitted):
    truth, _, X, imputer, _ = fitted
    best = 1 - NOISE**2 / (truth.var() + NOISE**2)
    assert best - 0.1 < imputer.score(X) < best + 0.02
    assert np.isnan(imputer.score(X[:1] * np.where(np.arange(COLUMNS) > 0, np.nan, 1)))


@pytest.mark.slow
def test_the_certificate_bounds_the_nuclear_norm(fitted):
    """Its evidence is checked where certificates are; here that it is of this answer."""
    *_, X, imputer, _ = fitted
    certificate = imputer.certificate(tolerance=0.9)
    evidence = certificate.evidence
    denoised, _ = imputer.model_.complete(X, (~np.isnan(X)).astype(float))
    centred = imputer.model_.units.to_inner(denoised)
    norm = np.linalg.norm(centred, "nuc")
    np.testing.assert_allclose(evidence["nuclear_norm"], norm, rtol=1e-9)
    assert evidence["residual"] < 1e-9
    assert 0 <= evidence["relative_gap"] < 0.5
    assert certificate.holds


@pytest.mark.slow
def test_rows_that_were_not_there_are_answered_as_by_refitting():
    """Within 2 %: the columns are known well enough from the other rows."""
    truth, missing, X = table(300, 40)
    seen, new = slice(240), slice(240, None)
    away = MatrixImputer().fit(X[seen]).transform(X[new])
    refitted = MatrixImputer().fit_transform(X)[new]
    errors = [rmse(answer, truth[new], missing[new]) for answer in (away, refitted)]
    assert errors[0] == pytest.approx(errors[1], rel=0.02)
    assert errors[1] < 0.15 * truth.std()


def test_rows_are_each_for_themselves(fitted):
    truth, missing, new = table(seed=1)
    *_, imputer, _ = fitted
    answer = imputer.transform(new)
    assert rmse(answer, truth, missing) < 0.25 * truth.std()
    np.testing.assert_allclose(imputer.transform(new[3:4]), answer[3:4], rtol=1e-9)
    np.testing.assert_array_equal(imputer.transform(fitted[2]), fitted[4])


def test_it_is_cloned_stored_and_the_same_each_time(fitted, tmp_path):
    *_, X, imputer, filled = fitted
    np.testing.assert_array_equal(clone(imputer).fit_transform(X), filled)
    joblib.dump(imputer, tmp_path / "imputer.joblib")
    loaded = joblib.load(tmp_path / "imputer.joblib")
    np.testing.assert_array_equal(loaded.transform(X), filled)
    np.testing.assert_array_equal(loaded.uncertainty_, imputer.uncertainty_)
    assert loaded.history_.equals(imputer.history_)
    other = clone(imputer).set_params(random_state=1).fit_transform(X)
    assert not np.array_equal(other, filled)


def test_frames_and_sparse_arrays_say_the_same(fitted):
    *_, X, imputer, filled = fitted
    frame = pd.DataFrame(X, columns=[f"c{j}" for j in range(COLUMNS)], index=np.arange(90) + 7)
    named = clone(imputer).set_output(transform="pandas")
    answer = named.fit_transform(frame)
    assert list(answer.columns) == list(named.get_feature_names_out()) == list(frame.columns)
    assert answer.index.equals(frame.index)
    np.testing.assert_array_equal(answer.to_numpy(), filled)
    rows, columns = np.nonzero(~np.isnan(X))
    stored = sparse.coo_array((X[rows, columns], (rows, columns)), shape=X.shape)
    for form in (stored, stored.tocsr()):
        np.testing.assert_array_equal(clone(imputer).fit_transform(form), filled)


def test_weights_are_those_of_the_entries(fitted):
    truth, missing, X, imputer, filled = fitted
    spoilt = ~missing & (np.random.default_rng(4).random(X.shape) < 0.1)
    wrong, weights = np.where(spoilt, 40.0, X), np.where(spoilt, 0.0, 1.0)
    learnt = clone(imputer).fit(wrong, weights=weights)
    assert (learnt.uncertainty_ > 0).tolist() == (missing | spoilt).tolist()
    found = learnt.transform(np.where(spoilt, np.nan, X))
    assert rmse(found, truth, missing) < 1.3 * rmse(filled, truth, missing)
    with pytest.raises(ValueError, match=r"weights: their shape \(3, 4\)"):
        clone(imputer).fit(X, weights=np.ones((3, 4)))
    with pytest.raises(ValueError, match="weights are all 0"):
        clone(imputer).fit(X, weights=np.zeros(X.shape))


def test_lines_wholly_missing_are_filled_with_a_warning(fitted):
    *_, X, imputer, _ = fitted
    X = X.copy()
    X[:, 4] = np.nan
    X[7] = np.nan
    imputer = clone(imputer)
    with pytest.warns(UserWarning, match="1 of 24 columns are wholly missing, the first at 4"):
        imputer.fit(X)
    with pytest.warns(UserWarning, match="1 of 90 rows are wholly missing, the first at 7"):
        filled = imputer.transform(X)
    assert np.isfinite(filled).all()
    np.testing.assert_allclose(filled[:, 4].mean(), np.nanmean(X), atol=0.6 * np.nanstd(X))


@pytest.mark.slow
def test_tables_with_next_to_nothing_are_answered():
    constant = np.full((6, 4), 2.5)
    constant[1, 2] = constant[5, 0] = np.nan
    np.testing.assert_allclose(MatrixImputer(**QUICK).fit_transform(constant), 2.5, rtol=1e-6)
    one = np.full((3, 2), np.nan)
    one[1, 1] = 4
    with pytest.warns(UserWarning, match="wholly missing"):
        np.testing.assert_allclose(MatrixImputer(**QUICK).fit_transform(one), 4, rtol=1e-6)


def test_what_cannot_be_learnt_from_is_refused(fitted):
    *_, X, imputer, _ = fitted
    with pytest.raises(NotFittedError):
        MatrixImputer().transform(X)
    with (
        pytest.raises(ValueError, match="every entry is missing"),
        pytest.warns(UserWarning, match="2 of 2 columns"),
    ):
        MatrixImputer().fit(np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match="infinity"):
        MatrixImputer().fit(np.where(np.isnan(X), np.inf, X))
    with pytest.raises(ValueError, match="24 features"):
        imputer.transform(X[:, :4])
    for wrong in ({"depth": 1}, {"width": 0}, {"init_scale": 0.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            MatrixImputer(**wrong).fit(X)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("wrong", [{"loss": "l1"}, {"depth": "deep"}])
def test_words_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        MatrixImputer(**wrong).fit(table()[2])


@pytest.mark.slow
def test_pipelines_and_searches_over_depth_run(fitted):
    X = fitted[2]
    wanted = np.nansum(X - np.nanmean(X, axis=0), axis=1)
    pipeline = make_pipeline(MatrixImputer(**QUICK), StandardScaler(), Ridge())
    grid = {"matriximputer__depth": [2, np.inf]}
    found = GridSearchCV(pipeline, grid, cv=2).fit(X, wanted)
    scores = found.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]
    assert found.predict(X).shape == (90,)
