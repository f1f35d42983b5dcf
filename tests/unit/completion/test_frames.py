"""Data frames come back as data frames: types, index, and columns that are no readings."""

import numpy as np
import pandas as pd
import pytest

import tacit
from tacit.completion import complete_frame

from .small import KEY, METHODS

QUICK = {"methods": [METHODS["factors"]], "key": KEY}
RNG = np.random.default_rng(3)
TRUTH = 5 + RNG.normal(size=(40, 2)) @ RNG.normal(size=(2, 6))


def frame_of_all_types() -> pd.DataFrame:
    frame = pd.DataFrame(TRUTH.copy(), columns=list("abcdef"))
    frame.index = pd.Index([f"row {at}" for at in range(40)], name="label")
    frame["c"] = frame["c"].astype("Float64")
    frame["d"] = frame["d"].astype(np.float32)
    frame["e"] = pd.array(np.round(10 * TRUTH[:, 4]), dtype="Int64")
    frame["f"] = frame["f"].astype(object)
    frame["id"] = np.arange(1000, 1040)
    frame["sort"] = pd.Categorical(["x", "y"] * 20)
    frame["when"] = pd.date_range("2024-01-01", periods=40)
    frame["ok"] = pd.array([True, None] * 20, dtype="boolean")
    frame["word"] = ["w", None] * 20
    for at, (name, value) in enumerate(
        {"a": np.nan, "c": pd.NA, "d": np.nan, "e": pd.NA, "f": None, "sort": None}.items()
    ):
        frame.iloc[at + 3, frame.columns.get_loc(name)] = value
    frame.attrs = {"source": "a test"}
    return frame


def test_a_frame_of_all_types_comes_back_whole_with_its_types() -> None:
    frame = frame_of_all_types()
    before = frame.copy()
    whole = tacit.complete(frame, **QUICK)
    pd.testing.assert_frame_equal(frame, before)  # the frame itself is not changed
    assert isinstance(whole, pd.DataFrame)
    assert whole[list("abcdef")].notna().all(axis=None)
    expected = before.dtypes.to_dict() | {"e": pd.Float64Dtype(), "f": np.dtype(float)}
    assert whole.dtypes.to_dict() == expected
    pd.testing.assert_index_equal(whole.index, before.index)
    alone = ["id", "sort", "when", "ok", "word"]
    pd.testing.assert_frame_equal(whole[alone], before[alone])
    seen = before[list("abcdef")].notna().to_numpy()
    old, new = (each[list("abcdef")].astype(float).to_numpy() for each in (before, whole))
    np.testing.assert_array_equal(new[seen], old[seen])
    assert np.abs((new - np.where(seen, new, TRUTH * [1, 1, 1, 1, 10, 1]))[~seen]).max() < 3

    said = whole.attrs["tacit"]
    assert whole.attrs["source"] == "a test"
    assert said["reason"].startswith("Variational factors")
    assert said["left_alone"] == {
        "id": "an id",
        "sort": "categories",
        "when": "dates",
        "ok": "booleans",
        "word": "text",
    }


def test_whole_numbers_stay_whole_where_fills_are_rounded() -> None:
    whole = tacit.complete(frame_of_all_types(), integer=True, **QUICK)
    assert whole["e"].dtype == pd.Int64Dtype()
    assert whole["e"].notna().all()


def test_sparse_columns_are_dense_where_they_are_filled() -> None:
    given = pd.DataFrame(TRUTH.copy(), columns=list("abcdef"))
    given.iloc[3, 0] = np.nan
    sparse = given.astype(pd.SparseDtype(float, np.nan))
    whole, _ = complete_frame(sparse, **QUICK)
    assert isinstance(whole["b"].dtype, pd.SparseDtype)
    assert whole["a"].dtype == float
    assert not np.isnan(whole["a"][3])
    np.testing.assert_array_equal(whole["a"].drop(3), TRUTH[[*range(3), *range(4, 40)], 0])


def test_masks_weights_names_and_several_columns_of_one_name() -> None:
    frame = pd.DataFrame(TRUTH, columns=pd.MultiIndex.from_product([["p", "q"], ["x", "y", "x"]]))
    missing = np.zeros(TRUTH.shape, bool)
    missing[2, 3] = True
    weights = np.ones(TRUTH.shape)
    weights[7, 1] = 0
    whole, completion = complete_frame(frame, missing, weights=weights, **QUICK)
    changed = whole.to_numpy() != TRUTH
    assert changed[2, 3]
    assert changed[7, 1]
    assert changed.sum() == 2
    np.testing.assert_array_equal(whole.to_numpy(), completion.filled)
    pd.testing.assert_index_equal(whole.columns, frame.columns)


def test_the_order_of_columns_that_are_no_readings_says_nothing() -> None:
    frame = frame_of_all_types()
    whole = tacit.complete(frame, **QUICK)
    turned = tacit.complete(frame[["word", "id", *list("abcdef")]], **QUICK)
    np.testing.assert_array_equal(whole["a"], turned["a"])


def test_columns_are_chosen_and_ignored() -> None:
    frame = frame_of_all_types()
    _, chosen = complete_frame(frame, columns=["a", "b", "id"], **QUICK)
    assert chosen.filled.shape == (40, 3)
    whole, ignored = complete_frame(frame, ignore=["c", "d"], **QUICK)
    assert ignored.filled.shape == (40, 4)
    assert whole["c"].isna().sum() == 1
    for options, words in (
        ({"columns": ["a", "z"]}, "no column 'z'"),
        ({"columns": ["a", "word"]}, "'word' holds text, not numbers"),
        ({"ignore": list("abcdef")}, "no column of readings.*'id' is left alone: an id"),
    ):
        with pytest.raises(ValueError, match=words):
            complete_frame(frame, **options, **QUICK)


def test_a_pipeline_of_pandas_and_scikit_learn_keeps_the_frame() -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from tacit.estimators import MatrixImputer

    frame = frame_of_all_types()[list("abd")].assign(g=frame_of_all_types()["c"].astype(float))
    steps = make_pipeline(StandardScaler(), MatrixImputer(width=4, budget=5))
    whole = steps.set_output(transform="pandas").fit_transform(frame)
    assert list(whole.columns) == list(frame.columns)
    pd.testing.assert_index_equal(whole.index, frame.index)
    assert whole.notna().all(axis=None)
    chained = frame.pipe(tacit.complete, **QUICK).round(3)
    assert chained.notna().all(axis=None)


def test_readings_are_denoised_where_that_is_asked() -> None:
    """Every reading, in its type; without holes as with them, and nothing else."""
    noisy = TRUTH + 0.3 * np.random.default_rng(4).normal(size=TRUTH.shape)
    frame = pd.DataFrame(noisy, columns=list("abcdef")).assign(word="w")
    for hole in (False, True):
        if hole:
            frame.loc[3, "b"] = np.nan
        whole, found = complete_frame(frame, denoise=True, **QUICK)
        np.testing.assert_array_equal(whole[list("abcdef")], found.denoised)
        assert np.std(whole[list("abcdef")] - TRUTH) < 0.8 * 0.3
        assert (whole["word"] == "w").all()
    counts = pd.DataFrame(np.round(10 * noisy).astype(int), columns=list("abcdef"))
    whole = tacit.complete(counts, denoise=True, integer=True, **QUICK)
    assert (whole.dtypes == counts.dtypes).all()
    assert (whole != counts).to_numpy().any()
