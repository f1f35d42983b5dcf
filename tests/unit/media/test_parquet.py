"""Tables in Parquet: types, other columns and metadata are as they were; nulls are filled."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tacit.media import MediaError, read, write

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
    other, whole = source.notes
    assert other == "columns 'label', 'flag' do not hold numbers: they stay as they are"
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
