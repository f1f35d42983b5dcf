"""Tables of SPSS: all but the cells that are filled is byte for byte kept, compressed as it was."""

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from tacit.media import MediaError, Reading, read, write

FRAME = pd.DataFrame(
    {
        "case_id": [9.0, 7, 8, 6],
        "name": ["x", "", "a text of more than eight letters" * 9, "        "],
        "age": [30, np.nan, 99, -5.0],
        "agree": [1, 2, 3, 9.0],
        "sex": [1, 2, 1, 2.0],
        "party": [4, 1, 4, 2.0],
        "metres": [0.1, 98.0, np.nan, 4.0],
        "day": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-01-04"]),
        "whole": [251.0 - 100, 152, -99, -100],
    }
)
VALUES = np.array(
    [[30, 1, 0.1, 151], [np.nan, 2, 98, 152], [np.nan, 3, np.nan, -99], [np.nan, np.nan, 4, -100]]
)
KINDS = {"plain": {}, "coded": {"row_compress": True}, "zipped": {"compress": True}}
every_kind = pytest.mark.parametrize("kind", KINDS)


def save(path: Path, kind: str = "coded") -> None:
    pyreadstat.write_sav(
        FRAME,
        path,
        file_label="A survey",
        note="Made by a test",
        column_labels={"age": "Age in years"},
        variable_value_labels={
            "agree": {1: "no", 2: "perhaps", 3: "yes", 9: "refused"},
            "sex": {1: "m", 2: "f"},
        },
        missing_ranges={"age": [{"lo": 98, "hi": 99}, -5], "agree": [9]},
        variable_measure={"agree": "ordinal", "party": "nominal", "age": "scale"},
        variable_format={"metres": "F8.3"},
        variable_display_width={"age": 5},
        **KINDS[kind],
    )


def refusal(path: Path) -> str:
    """What is said of a file that cannot be read; nothing of one that can."""
    try:
        read(path, need_holes=False)
    except MediaError as error:
        return str(error)
    return ""


@every_kind
def test_columns_are_what_they_are_and_said(tmp_path: Path, kind: str) -> None:
    save(tmp_path / "a.sav", kind)
    source = read(tmp_path / "a.sav")
    assert source.read_as == (
        "SPSS, 4 rows × 4 columns of readings; "
        "missing are -5 (1), 9 (1), 99 (1) beside cells without a value; "
        "left alone: 'case_id' (an id), 'name' (text), 'sex', 'party' (categories), 'day' (dates)"
    )
    assert source.stored.columns == ("age", "agree", "metres", "whole")
    np.testing.assert_array_equal(np.where(source.missing, np.nan, source.values), VALUES)


@every_kind
def test_only_holes_change_and_all_else_is_kept(tmp_path: Path, kind: str) -> None:
    save(tmp_path / "a.sav", kind)
    source = read(tmp_path / "a.sav")
    write(source, np.full((4, 4), 2.5), tmp_path / "b.sav")
    before, about = pyreadstat.read_sav(tmp_path / "a.sav", user_missing=True)
    after, about_it = pyreadstat.read_sav(tmp_path / "b.sav", user_missing=True)
    for to, name in enumerate(source.stored.columns):
        before.loc[np.isnan(VALUES[:, to]), name] = 2.5
    pd.testing.assert_frame_equal(after, before)
    assert vars(about_it) == vars(about)
    # And by the bytes: what stands before the cells is the same, to the last one.
    old, new = (np.fromfile(tmp_path / name, np.uint8) for name in ("a.sav", "b.sav"))
    if kind == "plain":
        assert old.size == new.size
        assert np.unique(np.flatnonzero(old != new) // 8).size <= 2 * VALUES.size


@every_kind
def test_a_mask_hides_one_cell_and_the_same_number_gives_the_same_file(tmp_path, kind) -> None:
    save(tmp_path / "a.sav", kind)
    mask = np.zeros((4, 4), bool)
    mask[0, 3] = True
    np.save(tmp_path / "mask.npy", mask)
    source = read(tmp_path / "a.sav", missing=tmp_path / "mask.npy")
    write(source, np.where(np.isnan(VALUES), 2.5, VALUES), tmp_path / "b.sav")
    written = read(tmp_path / "b.sav", need_holes=False)
    np.testing.assert_array_equal(written.values, np.where(np.isnan(VALUES), 2.5, VALUES))
    write(written, written.values, tmp_path / "c.sav", keep_observed=False)
    assert (tmp_path / "c.sav").read_bytes() == (tmp_path / "b.sav").read_bytes()


@pytest.mark.parametrize("seed", range(6))
def test_many_cells_of_every_code_come_back(tmp_path: Path, seed: int) -> None:
    """Whole numbers about the ends of the codes, fractions, blanks: read by the library."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 90)), 7)
    values = np.where(
        rng.random(shape) < 0.5, rng.integers(-101, 154, shape), rng.normal(size=shape)
    )
    values[rng.random(shape) < 0.2] = np.nan
    values[:2] = [[0.5] * 7, [-0.0] * 7]
    frame = pd.DataFrame(values, columns=list("abcdefg"))
    frame["text"] = rng.choice(["", "        ", "words"], shape[0])
    kind = list(KINDS.values())[seed % 3]
    pyreadstat.write_sav(frame, tmp_path / "a.sav", **kind)
    source = read(tmp_path / "a.sav", reading=Reading(columns=tuple("abcdefg")), need_holes=False)
    fills = np.where(
        rng.random(shape) < 0.5, rng.integers(-101, 154, shape), rng.normal(size=shape)
    )
    write(source, fills, tmp_path / "b.sav")
    before, after = (pyreadstat.read_sav(tmp_path / name)[0] for name in ("a.sav", "b.sav"))
    expected = np.where(np.isnan(values), fills, before[list("abcdefg")].to_numpy())
    np.testing.assert_array_equal(expected[~np.isnan(values)], values[~np.isnan(values)])
    assert after[list("abcdefg")].to_numpy().tobytes() == expected.tobytes()
    assert after["text"].tolist() == before["text"].tolist()


def test_weights_are_kept(tmp_path: Path) -> None:
    save(tmp_path / "a.sav")
    data = bytearray((tmp_path / "a.sav").read_bytes())
    data[76:80] = struct.pack("<i", 3)  # cases weigh as the third variable says
    (tmp_path / "a.sav").write_bytes(data)
    write(read(tmp_path / "a.sav"), np.full((4, 4), 2.0), tmp_path / "b.sav")
    assert (tmp_path / "b.sav").read_bytes()[:176] == data[:176]


@every_kind
def test_what_is_damaged_is_one_line(tmp_path: Path, kind: str) -> None:
    save(tmp_path / "a.sav", kind)
    data = (tmp_path / "a.sav").read_bytes()
    rng = np.random.default_rng(len(kind))
    for length in [4, 60, 176, *rng.integers(177, len(data) - 8, 30).tolist()]:
        (tmp_path / "b.sav").write_bytes(data[:length])
        with pytest.raises(MediaError) as caught:
            read(tmp_path / "b.sav")
        assert "\n" not in str(caught.value)
    for _ in range(60):
        damaged = bytearray(data)
        for at in rng.integers(4, len(data), 3):
            damaged[at] = rng.integers(256)
        (tmp_path / "b.sav").write_bytes(damaged)
        assert refusal(tmp_path / "b.sav").count("\n") == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello, world" * 9, "not a SPSS file"),
        (b"SR\x00\x04" + bytes(300), "not a SPSS file"),  # IDL's files have the same suffix
        (b"<stata_dta>" + bytes(300), "is Stata by its content, not SPSS: rename it a.dta"),
        (b"$FL2" + bytes(300), "not a readable SPSS file"),
    ],
)
def test_what_is_no_file_of_spss_is_explained(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.sav").write_bytes(data)
    with pytest.raises(MediaError, match=words):
        read(tmp_path / "a.sav")


def test_what_promises_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    save(tmp_path / "a.sav")
    data = bytearray((tmp_path / "a.sav").read_bytes())
    data[80:84] = struct.pack("<i", 2**31 - 1)
    (tmp_path / "a.sav").write_bytes(data)
    with pytest.raises(MediaError, match="make it smaller"):
        read(tmp_path / "a.sav")


def test_blocks_that_promise_more_than_the_cases_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.sav", "zipped")
    data = bytearray((tmp_path / "a.sav").read_bytes())
    data[-8:-4] = struct.pack("<i", 2**31 - 1)  # the size of the last block, before it was zipped
    (tmp_path / "a.sav").write_bytes(data)
    with pytest.raises(MediaError, match="more than its cases"):
        read(tmp_path / "a.sav")


def test_whole_fills_take_a_byte_each(tmp_path: Path) -> None:
    save(tmp_path / "a.sav")
    source = read(tmp_path / "a.sav")
    sizes = {}
    for fill in (2.0, 2.5):
        write(source, np.full((4, 4), fill), tmp_path / "b.sav")
        sizes[fill] = (tmp_path / "b.sav").stat().st_size
    assert sizes[2.5] == sizes[2.0] + 8 * np.isnan(VALUES).sum()


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    pyreadstat.write_sav(pd.DataFrame({"x1": [1, 2.5], "x2": [3, 4.5]}), tmp_path / "a.sav")
    data = (tmp_path / "a.sav").read_bytes()
    (tmp_path / "a.sav").write_bytes(data.replace(b"X2", b"X1").replace(b"x2", b"x1"))
    with pytest.raises(MediaError, match="two columns are called 'x1'"):
        read(tmp_path / "a.sav")


def test_a_table_without_rows_is_explained(tmp_path: Path) -> None:
    pyreadstat.write_sav(FRAME[:0], tmp_path / "a.sav")
    with pytest.raises(MediaError, match="has columns but no rows"):
        read(tmp_path / "a.sav")
