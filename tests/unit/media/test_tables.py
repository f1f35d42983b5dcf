"""Tables as people have them: names of numbers, spellings, marks, and columns that are none."""

from pathlib import Path

import numpy as np
import pytest

from tacit.media import MediaError, Reading, read, write

TABLE = "id,when,a,b,note\n11,2024-01-01,1.5,2,x\n15,2024-01-02,,3,y\n12,2024-01-03,2.5,7,\n"


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("country,2010,2011,2012\nA,1,2,\nB,4,3,7\n", True),
        ("country,code,2010,2011,2012\nA,X1,1,2,\nB,X2,4,3,7\n", True),
        ("country,2010,2011,2012\nA,1000,1010,\nB,1000,1010,1020\nC,9,,11.5\nD,3,3,3\n", True),
        ("wavelength,400,450,500\ns1,.1,.2,\ns2,.4,.3,.7\n", True),
        ("station,1107,1023,1045\nMay,.1,.2,\nJune,.4,.3,.7\nJuly,.4,.3,.7\n", True),
        ("2010,2011,2012\n1,2,\n4,3,7\n", True),
        ("country,2010,2011,2012,total\nA,1,2,,4\nB,4,3,7,14\n", True),
        ("A,1,2,\nB,4,3,7\nC,4,5,6\n", False),
        ("A,1,2,3\nB,4,9,7\nC,4,,2\n", False),
        ("day,1,2,3,4,5\nA,4,9,7,6,2\nB,4,8,,3,1\n", True),
        ("A,1,2,3\nB,4,,7\nC,4,5,6\n", False),
        ("1,2,\n4,3,7\n", False),
        ("0,1,2,3\n4,5,6,\n8,9,10,11\n", False),
    ],
)
def test_names_may_be_numbers(tmp_path: Path, text: str, named: bool) -> None:
    source = read(put(tmp_path / "a.csv", text))
    assert source.values.shape[0] == text.count("\n") - named
    assert ("row 1 names the columns" in source.read_as) == named


def test_numbers_that_may_be_names_or_data_are_asked_about(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "1,2,3,4\n.5,3.2,,1.7\n2.5,3.1,1.1,1.2\n")
    with pytest.raises(MediaError, match="say --header or --no-header"):
        read(path)
    assert read(path, reading=Reading(header=True)).values.shape == (2, 4)
    assert read(path, reading=Reading(header=False)).values.shape == (3, 4)


@pytest.mark.parametrize(
    "mark", ["?", "-", ".", "ND", "<NA>", "NULL", "--", "n.a.", "#DIV/0!", "\\N"]
)
def test_a_spelling_of_missing_is_one_wherever_it_stands(tmp_path: Path, mark: str) -> None:
    most = f"a,b\n1,{mark}\n{mark},{mark}\n3,{mark}\n4,5.5\n"
    source = read(put(tmp_path / "a.csv", most))
    np.testing.assert_array_equal(source.missing, [[0, 1], [1, 1], [0, 1], [0, 0]])
    assert f"missing are {mark!r} (4)" in source.read_as
    write(source, np.full((4, 2), 0.5), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "a,b\n1,0.5\n0.5,0.5\n3,0.5\n4,5.5\n"


def test_missing_values_are_numbers_and_texts_and_several(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "a,b,c\n1,-99.9,3\n4,5,gone\n7,-1,-99.9000015258789\n")
    source = read(path, missing_value=["-99.9", "Gone", -1, "nan", "absent"])
    np.testing.assert_array_equal(source.missing, [[0, 1, 0], [0, 0, 1], [0, 1, 1]])
    assert source.notes == ("no cell holds 'absent', which was said to be missing",)
    np.save(tmp_path / "a.npy", np.eye(3))
    with pytest.raises(MediaError, match="a text for --missing-value does not apply"):
        read(tmp_path / "a.npy", missing_value="gone")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_sentinel_has_the_precision_of_the_numbers(tmp_path: Path, dtype: type) -> None:
    values = np.array([[1, -999.9, 3], [4, 5, -999.9]], dtype)
    np.save(tmp_path / "a.npy", values)
    np.save(tmp_path / "b.npy", values.astype(float))
    for name in ("a.npy", "b.npy")[: 1 if dtype == np.float16 else 2]:
        assert read(tmp_path / name, missing_value=-999.9).missing.sum() == 2


@pytest.mark.parametrize(
    ("cells", "expected", "said"),
    [
        (["1,5", "12,25", "3"], [1.5, 12.25, 3], "decimal comma"),
        (["1.234,5", "2,5", "1.000"], [1234.5, 2.5, 1000], "'.' between thousands"),
        (["1,234.5", "2,345", "7"], [1234.5, 2345, 7], "',' between thousands"),
        (["1,234,567", "2,345", "7.25"], [1234567, 2345, 7.25], "',' between thousands"),
        (["1 234,5", "12", "7"], [1234.5, 12, 7], "decimal comma; ' ' between thousands"),
        (["1'234.5", "12", "7"], [1234.5, 12, 7], '"\'" between thousands'),
        (["1\u202f234", "12", "7"], [1234, 12, 7], "' ' between thousands"),
        (["1,234", "2345", "7"], [1.234, 2345, 7], "decimal comma"),
        (["1.234", "2.345", "7"], [1.234, 2.345, 7], "no names"),
        (["1,5e3", "2", "7"], [1500, 2, 7], "decimal comma"),
    ],
)
@pytest.mark.parametrize("by", [";", "\t", ","])
def test_marks_are_read_where_the_cells_prove_them(tmp_path, cells, expected, said, by) -> None:
    text = f'"{cells[0]}"{by}"{cells[1]}"\n"{cells[2]}"{by}\n'
    source = read(put(tmp_path / "a.csv", text))
    np.testing.assert_allclose(source.values[~source.missing], expected, rtol=1e-12)
    assert said in source.read_as


def test_what_may_be_a_fraction_or_thousands_is_asked_about(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "1,234;2\n5;\n")
    with pytest.raises(MediaError, match=r"'1,234', which is 1234 .* or 1\.234 .* --thousands"):
        read(path)
    assert read(path, reading=Reading(thousands=",")).values[0, 0] == 1234
    assert read(path, reading=Reading(decimal=",")).values[0, 0] == 1.234
    for wrong in (Reading(decimal=";"), Reading(thousands="x"), Reading(".", thousands=".")):
        with pytest.raises(MediaError):
            read(path, reading=wrong)


def test_groups_must_be_of_three_digits(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "12.34.5;2\n5;\n1.234,5;1,5\n")
    with pytest.raises(MediaError, match=r"'12\.34\.5'"):
        read(path)


def test_columns_that_are_no_readings_are_named_and_stay(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", TABLE))
    assert source.stored.columns == ("a", "b")
    assert "left alone: 'id' (an id), 'when' (dates), 'note' (text)" in source.read_as
    write(source, np.full((3, 2), 0.5), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == TABLE.replace("-02,,", "-02,0.5,")


@pytest.mark.parametrize(
    ("name", "column", "sort"),
    [
        ("patient_id", "5,9,7,8", "an id"),
        ("userId", "5,5,7,", "an id"),
        ("postcode", "8001,8002,8001,8003", "a code"),
        ("timestamp", "1400000000,1400000060,1400000120,1400000180", "a time"),
        ("date", "20240101,20240102,20240103,20240105", "a time"),
        ("year", "2001,2002,2003,2003", "a time"),
        ("time", "0.1,0.2,0.4,0.5", "a time"),
        ("", "0,1,2,3", "row numbers"),
        ("Unnamed: 0", "7,3,5,1", "row numbers"),
        ("n", "1,2,3,4", "row numbers"),
        ("zero", "0,0,0,0", "constant"),
        ("up", "TRUE,FALSE,TRUE,", "booleans"),
        ("day", "1/5/24,2/5/24,3/5/24,4/5/24", "dates"),
        ("clock", "10:15,10:30,10:45,11:00", "dates"),
        ("acid", "5,9,7,8", None),
        ("model_year", "70,71,82,70", None),
        ("x", "1.5,1.5,1.6,1.5", None),
        ("time", "3,1,2,5", None),
        ("n", "2,4,6,8", None),
    ],
)
def test_each_sort_of_column_is_recognised(tmp_path, name, column, sort) -> None:
    cells = column.split(",")
    rows = [f"{cell},{at * 1.5},{at**2}." for at, cell in enumerate(cells)]
    source = read(
        put(tmp_path / "a.csv", f"{name},v,w\n" + "\n".join(rows) + "\n1,,\n"[:0]), need_holes=False
    )
    assert source.values.shape == (4, 3 if sort is None else 2)
    assert (sort is None) == ("left alone" not in source.read_as)
    assert sort is None or f"({sort})" in source.read_as


def test_columns_are_chosen_and_ignored(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", TABLE)
    chosen = read(path, reading=Reading(columns=("id", "3")))
    assert chosen.stored.columns == ("id", "a")
    assert "'b' (not named)" in chosen.read_as
    wide = put(tmp_path / "b.csv", "a,b,c\n1,2,3\n4,,6\n7,9,8\n")
    ignored = read(wide, reading=Reading(ignore=("3",)))
    assert ignored.stored.columns == ("a", "b")
    assert "left alone: 'c' (ignored)" in ignored.read_as


def test_columns_that_are_not_there_or_hold_words_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", TABLE)
    for reading, words in (
        (Reading(columns=("z",)), "--columns: there is no column 'z': it has 'id', 'when'"),
        (Reading(ignore=("9",)), "--ignore: there is no column '9'"),
        (Reading(columns=("a", "note")), "row 2, column 5 holds 'x', which is not a number"),
        (Reading(ignore=("a", "b")), r"no column of numbers.*'a', 'b' \(ignored\)"),
        (Reading(variable="x"), "--variable does not apply"),
    ):
        with pytest.raises(MediaError, match=words):
            read(path, reading=reading)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,,\n1,,,\n3,4,,\n,,,\n", "a,b,,\n1,0.5,,\n3,4,,\n,,,\n"),
        ("a,b\n1,,\n3,4,\n", "a,b\n1,0.5,\n3,4,\n"),
        ("a,b,\n1,\n3,4\n", "a,b,\n1,0.5\n3,4\n"),
        ("1,2,\n3,,\n,,\n,,\n", "1,2,\n3,0.5,\n,,\n,,\n"),
        ("u;1;2;\nv;;4;\n;;;\n", "u;1;2;\nv;0.5;4;\n;;;\n"),
    ],
)
def test_what_is_blank_without_a_name_stays_blank(tmp_path, text, expected) -> None:
    source = read(put(tmp_path / "a.csv", text))
    assert source.values.shape == (2, 2)
    assert "blank and left so" in source.read_as or text.startswith("a,b\n")
    write(source, np.full((2, 2), 0.5), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == expected


def test_a_very_long_cell_is_a_cell(tmp_path: Path) -> None:
    long = "x" * 200_000
    source = read(put(tmp_path / "a.csv", f"note,a,b\n{long},1,\ny,3,4\n"))
    assert source.values.shape == (2, 2)
    path = put(tmp_path / "b.csv", f"a,b\n1,{long}\n3,4\n5,\n")
    with pytest.raises(MediaError) as caught:
        read(path)
    assert len(str(caught.value)) < 400 + len(str(path))
