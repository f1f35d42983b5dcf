"""Stata's tables: cells that were not missing, types, labels and formats are byte for byte kept."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from tacit.media import MediaError, Reading, read, write

NEW, OLD = (117, 118, 119), (114,)
LABELS = {1: "no", 2: "yes"}
FRAME = pd.DataFrame(
    {
        "case_id": np.array([9, 7, 8, 6], np.int32),
        "agreed": np.array([1, 2, 2, 1], np.int8),
        "small": np.array([1, 2, 77, 100], np.int8),
        "middle": np.array([300, 32740, 0x2A2B, -7], np.int16),
        "large": np.array([70000, 1, 2, 3], np.int32),
        "single": np.array([0.1, np.nan, 3, 4], np.float32),
        "metres": [0.1, 5.0, np.nan, 4.0],
        "name": ["x", "", "a longer text", "w"],
        "day": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-01-04"]),
    }
)


def save(path: Path, version: int = 118, byteorder: str = "little") -> None:
    """A file with holes in `middle` (.c), `single` and `double` (.)."""
    FRAME.to_stata(
        path,
        write_index=False,
        version=version,
        byteorder=byteorder,
        data_label="A survey",
        variable_labels={"small": "How small", "metres": "A length"},
        value_labels={"agreed": LABELS, "small": {77: "many"}},
        convert_dates={"day": "td"},
        convert_strl=["name"] if version in NEW else None,
    )
    order = ">" if byteorder == "big" else "<"
    old, code = (np.array(x, f"{order}i2").tobytes() for x in (0x2A2B, 32741 + 3))
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, code))


def load(path: Path) -> pd.DataFrame:
    return pd.read_stata(path, convert_categoricals=False)


def refusal(path: Path) -> str:
    """What is said of a file that cannot be read; nothing of one that can."""
    try:
        read(path, need_holes=False)
    except MediaError as error:
        return str(error)
    return ""


every_release = pytest.mark.parametrize(
    ("version", "byteorder"), [(v, o) for v in OLD + NEW for o in ("little", "big")]
)


@every_release
def test_columns_are_what_they_are_and_said(tmp_path: Path, version, byteorder) -> None:
    save(tmp_path / "a.dta", version, byteorder)
    source = read(tmp_path / "a.dta")
    assert source.read_as == (
        "Stata, 4 rows × 5 columns of readings; missing are .c (1) beside the plain '.'; "
        "left alone: 'case_id' (an id), 'agreed' (categories), 'name' (text), 'day' (dates)"
    )
    assert source.stored.columns == ("small", "middle", "large", "single", "metres")
    expected = FRAME[list(source.stored.columns)].to_numpy(float)
    expected[2, 1] = np.nan
    np.testing.assert_array_equal(np.where(source.missing, np.nan, source.values), expected)


@every_release
def test_fills_widen_a_column_and_nothing_else_changes(tmp_path: Path, version, byteorder) -> None:
    save(tmp_path / "a.dta", version, byteorder)
    source = read(tmp_path / "a.dta")
    assert source.notes[0].startswith("of the columns 'small', 'middle', 'large', which hold whole")
    write(source, np.full((4, 5), 2.5), tmp_path / "b.dta")
    expected, written = load(tmp_path / "a.dta"), load(tmp_path / "b.dta")
    # By pandas: of the column of 16 bits the hole is filled, in double precision.
    assert written["middle"].dtype == float
    holes = {("middle", 2), ("single", 1), ("metres", 2)}
    for name, at in holes:
        expected[name] = expected[name].astype(written[name].dtype)
        expected.loc[at, name] = 2.5
    pd.testing.assert_frame_equal(written, expected)
    # By ReadStat, which reads the labels and formats.
    before, after = (
        pyreadstat.read_dta(tmp_path / name, metadataonly=True)[1] for name in ("a.dta", "b.dta")
    )
    for fact in vars(before):
        if fact not in ("variable_storage_width", "readstat_variable_types"):
            assert getattr(after, fact) == getattr(before, fact), fact
    assert after.variable_storage_width["small"] == 1


@pytest.mark.parametrize("version", OLD + NEW)
def test_whole_fills_change_bytes_of_holes_alone(tmp_path: Path, version: int) -> None:
    save(tmp_path / "a.dta", version)
    source = read(tmp_path / "a.dta")
    write(source, np.full((4, 5), 2.0), tmp_path / "b.dta")
    before, after = (np.fromfile(tmp_path / name, np.uint8) for name in ("a.dta", "b.dta"))
    assert before.size == after.size
    assert (before != after).sum() <= 2 + 4 + 8
    assert load(tmp_path / "b.dta")["middle"].dtype == np.int16
    # What fits into no narrower type takes the next one.
    write(source, np.full((4, 5), 70000.0), tmp_path / "c.dta")
    assert load(tmp_path / "c.dta")["middle"].tolist() == [300, 32740, 70000, -7]
    assert load(tmp_path / "c.dta")["middle"].dtype == np.int32


def test_columns_may_be_named_and_texts_are_none(tmp_path: Path) -> None:
    save(tmp_path / "a.dta")
    source = read(tmp_path / "a.dta", reading=Reading(columns=("agreed", "metres")))
    assert source.stored.columns == ("agreed", "metres")
    assert "'single' (not named)" in source.read_as
    for reading, words in (
        (Reading(columns=("name", "metres")), "'name' holds text, not numbers"),
        (Reading(ignore=("nothing",)), "there is no column 'nothing'"),
        (Reading(decimal=","), "--decimal does not apply"),
    ):
        with pytest.raises(MediaError, match=words):
            read(tmp_path / "a.dta", reading=reading)


def test_every_code_of_missing_is_missing(tmp_path: Path) -> None:
    letters = [chr(ord("a") + at) for at in range(26)]
    columns = {"x": [*letters, 1.5, 2.0], "y": np.arange(28) ** 2 + 0.5}
    pyreadstat.write_dta(
        pd.DataFrame(columns), tmp_path / "a.dta", missing_user_values={"x": letters}
    )
    source = read(tmp_path / "a.dta")
    assert source.missing[:, 0].tolist() == [True] * 26 + [False] * 2
    assert "missing are .a (1), .b (1), .c (1), .d (1), .e (1) and 21 more" in source.read_as


@pytest.mark.parametrize("version", OLD + NEW)
def test_what_is_damaged_is_one_line(tmp_path: Path, version: int) -> None:
    save(tmp_path / "a.dta", version)
    data = (tmp_path / "a.dta").read_bytes()
    rng = np.random.default_rng(version)
    for length in [12, 60, 200, *rng.integers(300, len(data), 20).tolist()]:
        (tmp_path / "b.dta").write_bytes(data[:length])
        said = refusal(tmp_path / "b.dta")
        assert said.count("\n") == 0
        if not said:  # what is cut off is behind cells and labels: nothing of them is lost
            assert read(tmp_path / "b.dta").read_as == read(tmp_path / "a.dta").read_as
    # Bytes of the header changed: something is read, or there is one line; nothing else.
    for _ in range(60):
        damaged = bytearray(data)
        for at in rng.integers(4, min(len(data), 1200), 3):
            damaged[at] = rng.integers(256)
        (tmp_path / "b.dta").write_bytes(damaged)
        assert refusal(tmp_path / "b.dta").count("\n") == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello, world" * 9, "not a Stata file"),
        (b"$FL2" + bytes(300), "is SPSS by its content, not Stata: rename it a.sav"),
        (b"<stata_dta>" + bytes(300), "was cut short"),
        (b"<stata_dta><header><release>116</release>" + bytes(300), "was cut short"),
    ],
)
def test_what_is_no_file_of_stata_is_explained(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.dta").write_bytes(data)
    with pytest.raises(MediaError, match=words):
        read(tmp_path / "a.dta")


def test_a_table_without_rows_or_numbers_is_explained(tmp_path: Path) -> None:
    FRAME[:0].to_stata(tmp_path / "a.dta", write_index=False, version=118)
    with pytest.raises(MediaError, match="has columns but no rows"):
        read(tmp_path / "a.dta")
    FRAME[["name"]].to_stata(tmp_path / "a.dta", write_index=False)
    with pytest.raises(MediaError, match=r"no column of numbers.*'name' \(text\)"):
        read(tmp_path / "a.dta")
