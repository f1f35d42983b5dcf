"""Tables as text: delimiters, blanks, names, labels, and text kept as it was."""

from pathlib import Path

import numpy as np
import pytest

from tacit.media import MediaError, read, write


def put(path: Path, text: str) -> Path:
    """Write text without touching its line ends."""
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "blank", ["", " ", "NaN", "nan", "NA", "N/A", "#N/A", "null", "None", '""']
)
def test_blanks_are_missing(tmp_path: Path, blank: str) -> None:
    source = read(put(tmp_path / "a.csv", f"1,{blank},3\n4,5,6\n"))
    np.testing.assert_array_equal(source.missing, [[0, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(source.values, [[1, 0, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "1,,3.50\n4,5,006\n", "1,0.5,3.50\n4,5,006\n"),
        ("a.csv", "1;;3.50\n4;5;6\n", "1;0.5;3.50\n4;5;6\n"),
        ("a.csv", "1,5;;3\n4;5;6,0\n", "1,5;0,5;3\n4;5;6,0\n"),
        ("a.csv", "1|NA|3\n4|5|6\n", "1|0.5|3\n4|5|6\n"),
        ("a.csv", "1\t\t3\n4\t5\t6\n", "1\t0.5\t3\n4\t5\t6\n"),
        ("a.tsv", "1\t\t3\n4\t5\t6\n", "1\t0.5\t3\n4\t5\t6\n"),
        ("A.CSV", "1,,3\r\n4,5,6\r\n", "1,0.5,3\r\n4,5,6\r\n"),
        ("a.csv", "\ufeff1,,3\n4,5,6\n", "\ufeff1,0.5,3\n4,5,6\n"),
        ("a.csv", "1,,3\n\n4,5, 6e0 \n\n", "1,0.5,3\n4,5, 6e0 \n"),
        ("a.csv", "a,b,c\n1,,3\n4,5,6\n", "a,b,c\n1,0.5,3\n4,5,6\n"),
        ("a.csv", 'a,"b,c",\n1,,3\n4,5,6\n', 'a,"b,c",\n1,0.5,3\n4,5,6\n'),
        ("a.csv", ",x,y\nu,1,\nv,3,4\n", ",x,y\nu,1,0.5\nv,3,4\n"),
        ("a.csv", ",2001,2002\nu,1,\nv,3,4\n", ",2001,2002\nu,1,0.5\nv,3,4\n"),
        ("a.csv", "u,1,\nv,3,4\n", "u,1,0.5\nv,3,4\n"),
        ("a.csv", 'n,x,"c,d",y\nu,1,a,\nv,3,"b,c",4\n', 'n,x,"c,d",y\nu,1,a,0.5\nv,3,"b,c",4\n'),
        ("a.csv", "n;x;c;y\nu;1,5;a.b;\nv;3;;4\n", "n;x;c;y\nu;1,5;a.b;0,5\nv;3;;4\n"),
        ("a.csv", "x,id,y\n1,,\n2,A7,5\n3,B8,6\n", "x,id,y\n1,,0.5\n2,A7,5\n3,B8,6\n"),
    ],
)
def test_only_the_blanks_change(tmp_path: Path, name: str, text: str, expected: str) -> None:
    source = read(put(tmp_path / name, text))
    assert source.missing.sum() == 1
    write(source, np.full(source.values.shape, 0.5), tmp_path / f"out{Path(name).suffix}")
    assert (tmp_path / f"out{Path(name).suffix}").read_bytes().decode() == expected


def test_a_first_row_and_column_that_are_no_data_are_said(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", ",x,y\nu,1,\nv,3,4\n"))
    assert source.read_as == (
        "CSV, 2 rows × 2 columns of readings; row 1 names the columns; "
        "left alone: '1' (labels of the rows)"
    )
    assert source.notes == ()
    plain = read(put(tmp_path / "b.csv", "1,,2\n3,4,5\n"))
    assert plain.read_as == "CSV, 2 rows × 3 columns of readings; no names"


def test_columns_of_words_are_kept_and_said(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", "n,x,kind,y,z\nu,1,a,,7\nv,3,b,4,\nw,3,,4,8\n"))
    np.testing.assert_array_equal(source.values, [[1, 0, 7], [3, 4, 0], [3, 4, 8]])
    assert source.read_as.endswith("left alone: 'n' (labels of the rows), 'kind' (text)")
    assert source.stored.columns == ("x", "y", "z")


def test_a_wholly_missing_column_is_named(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", "n,x,y,z\nu,1,,7\nv,3,,\n"))
    assert source.notes[-1].startswith("column 'y' is wholly missing")


def test_years_over_a_column_of_labels_are_names(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", ",2001,2002\nu,1,\nv,3,4\n"))
    np.testing.assert_array_equal(source.values, [[1, 0], [3, 4]])


def test_a_written_number_reads_back_exactly(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", "1,\n3,4\n"))
    write(source, np.full((2, 2), 0.1 + 0.2), tmp_path / "b.csv")
    again = read(tmp_path / "b.csv", need_holes=False)
    assert again.values[0, 1] == 0.1 + 0.2


def test_denoised_cells_are_written_anew(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.csv", "1.50,2\n3,4\n"), need_holes=False)
    write(source, np.array([[1.5, 2.25], [3, 4]]), tmp_path / "b.csv", keep_observed=False)
    assert (tmp_path / "b.csv").read_text() == "1.50,2.25\n3,4\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2\n3,four\n", ["row 2, column 2", "'four'"]),
        ("1,2,x\n3,4,5\n", ["row 1, column 3", "'x'"]),
        ("a,b\n1,2\n3,1_000\n", ["row 3, column 2", "'1_000'"]),
        ("u,1,2\nv,3,word\n", ["row 2, column 3", "'word'"]),
        ("1,2,3\n4,5\n", ["row 2 has 2 cells but row 1 has 3"]),
        ("\n\n", ["is an empty table"]),
        ("1,inf\n3,4\n", ["row 1, column 2", "infinite"]),
        ("1\n2\n", ["2 × 1"]),
        ("a,b\n", ["column names but no rows"]),
        ("a,b\nu,v\n", ["has no column of numbers"]),
        ("name,x,y\nu,1,inf\nv,3,\n", ["row 1, column 'y'", "infinite"]),
    ],
)
def test_a_bad_table_names_the_place(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(MediaError) as caught:
        read(put(tmp_path / "a.csv", text))
    assert str(caught.value).startswith(f"{tmp_path / 'a.csv'}")
    assert all(word in str(caught.value) for word in words), caught.value


def test_text_of_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("é,b\n1,\n".encode("latin-1"))
    with pytest.raises(MediaError, match="not UTF-8"):
        read(tmp_path / "a.csv")
