"""Tables in Parquet: types, other columns and metadata are as they were; nulls are filled."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tacit.media import MediaError, Reading, read, write

FRAME = pl.DataFrame(
    {
        "label": ["a", "b", "c"],
        "count": [1, None, 3],
        "single": pl.Series([1.5, None, float("nan")], dtype=pl.Float32),
        "double": [0.1, 0.2, 0.3],
        "flag": [True, False, None],
        "whole": pl.Series([7, 8, 2**31 - 1], dtype=pl.Int32),
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    FRAME.write_parquet(tmp_path / "in.parquet", metadata={"made by": "a test"})
    return tmp_path / "in.parquet"


def test_null_and_nan_are_missing_and_columns_without_numbers_are_none(path: Path) -> None:
    source = read(path)
    expected = [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]]
    np.testing.assert_array_equal(source.missing, expected)
    assert source.stored.columns == ("count", "single", "double", "whole")
    (whole,) = source.notes
    assert source.read_as.endswith("left alone: 'label' (text), 'flag' (booleans)")
    assert "'count', 'whole'" in whole


def test_what_is_filled_has_the_columns_type_and_the_rest_is_as_it_was(path: Path) -> None:
    source = read(path)
    write(source, np.full(source.values.shape, 0.1), path.with_name("out.parquet"))
    written = pl.read_parquet(path.with_name("out.parquet"))
    assert written.columns == FRAME.columns
    assert written["count"].to_list() == [1.0, 0.1, 3.0]
    assert written["single"].dtype == pl.Float32
    assert written["single"].to_list() == [1.5, np.float32(0.1), np.float32(0.1)]
    unchanged = ["label", "double", "flag", "whole"]
    assert written.select(unchanged).equals(FRAME.select(unchanged))
    assert written.schema["whole"] == pl.Int32
    assert pl.read_parquet_metadata(path.with_name("out.parquet"))["made by"] == "a test"


def test_an_index_of_pandas_is_no_data(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1.0, None], "y": [2.0, 3.0], "__index_level_0__": [10, 20]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").values.shape == (2, 2)


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([10_000_002, 10_000_000, 10_000_001], name="patient"),
        pd.Index(["p", "q", "r"]),
        pd.date_range("2024-01-01", periods=3, name="day"),
        pd.RangeIndex(3),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["x", "y"]),
    ],
)
def test_an_index_of_pandas_comes_back_as_one(tmp_path: Path, index: pd.Index) -> None:
    frame = pd.DataFrame({"a": [1, np.nan, 3], "b": [4, 5, 6]}, index=index)
    frame.to_parquet(tmp_path / "a.parquet")
    source = read(tmp_path / "a.parquet")
    assert source.stored.columns == ("a", "b")
    write(source, np.full((3, 2), 0.5), tmp_path / "b.parquet")
    back = pd.read_parquet(tmp_path / "b.parquet")
    pd.testing.assert_frame_equal(back, frame.fillna(0.5), check_freq=False)


def test_a_sentinel_has_the_precision_of_its_column(tmp_path: Path) -> None:
    columns = {"a": [1.0, -999.9], "b": pl.Series([-999.9, 2], dtype=pl.Float32)}
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    source = read(tmp_path / "a.parquet", missing_value=-999.9)
    np.testing.assert_array_equal(source.missing, [[0, 1], [1, 0]])


def test_ids_stay_and_columns_can_be_chosen(tmp_path: Path) -> None:
    columns = {"id": [7, 9, 8], "a": [1.0, None, 3], "b": [4.0, 5, 6], "word": ["x", "y", "z"]}
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    assert "left alone: 'id' (an id), 'word' (text)" in read(tmp_path / "a.parquet").read_as
    chosen = read(tmp_path / "a.parquet", reading=Reading(columns=("id", "a")))
    assert chosen.stored.columns == ("id", "a")
    for reading, words in (
        (Reading(columns=("word", "a")), "'word' holds String, not numbers"),
        (Reading(decimal=","), "--decimal does not apply"),
    ):
        with pytest.raises(MediaError, match=words):
            read(tmp_path / "a.parquet", reading=reading)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"a": ["x", "y"]}, "has no column of numbers"),
        ({"a": pl.Series([], dtype=pl.Float64)}, "has columns but no rows"),
        ({"a": [1.0, None], "b": [1.0, float("inf")]}, "row 2, column 'b'.*infinite"),
        ({"a": [None, None], "b": pl.Series([None, None], dtype=pl.Int8)}, "2 × 1"),
        ({x: pl.Series([None, None], dtype=pl.Int8) for x in "ab"}, "everything in it is missing"),
    ],
)
def test_a_bad_table_is_explained(tmp_path: Path, frame: dict, words: str) -> None:
    pl.DataFrame(frame).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(MediaError, match=words):
        read(tmp_path / "a.parquet")


def test_a_file_that_was_cut_short_is_explained(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MediaError, match="not a readable Parquet file") as caught:
        read(path)
    assert "\n" not in str(caught.value)
