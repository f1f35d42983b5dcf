"""Workbooks: cells that were not missing keep value and format; formulas stay formulas."""

import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.styles import Font

from tacit.media import MediaError, Reading, read, write


def book_of(rows: list[list[object]], title: str = "Data", corner: tuple[int, int] = (1, 1)):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for at, row in enumerate(rows):
        for to, value in enumerate(row):
            sheet.cell(corner[0] + at, corner[1] + to, value)
    return book


ROWS = [
    ["site", "when", "a", "b", "ok"],
    ["x", datetime.datetime(2024, 1, 1), 1.25, 3, True],
    ["y", datetime.datetime(2024, 1, 2), None, 4, False],
    ["z", datetime.datetime(2024, 1, 3), 2.5, "n/a", True],
]


def test_a_sheet_is_read_and_only_its_blanks_change(tmp_path: Path) -> None:
    book = book_of(ROWS)
    book["Data"]["C2"].number_format, book["Data"]["C3"].number_format = "0.000", "0.0"
    book["Data"]["C2"].font = Font(bold=True)
    book.create_sheet("About")["A1"] = "made by hand"
    book.save(tmp_path / "a.xlsx")
    source = read(tmp_path / "a.xlsx")
    np.testing.assert_array_equal(source.missing, [[0, 0], [1, 0], [0, 1]])
    assert source.read_as == (
        "XLSX, 3 rows × 2 columns of readings; sheet 'Data' of 2; row 1 names the columns; "
        "missing are 'n/a' (1) beside blank cells; "
        "left alone: 'site' (labels of the rows), 'when' (dates), 'ok' (booleans)"
    )
    for _ in range(2):  # writing changes nothing of what was read
        write(source, np.full((3, 2), 0.5), tmp_path / "b.xlsx")
    written = openpyxl.load_workbook(tmp_path / "b.xlsx")
    expected = [[*row] for row in ROWS]
    expected[2][2] = expected[3][3] = 0.5
    assert [[cell.value for cell in row] for row in written["Data"]] == expected
    assert written["Data"]["C2"].number_format == "0.000"
    assert written["Data"]["C3"].number_format == "0.0"
    assert written["Data"]["C2"].font.bold
    assert written["About"]["A1"].value == "made by hand"


def test_a_table_may_begin_anywhere_and_a_sheet_be_named(tmp_path: Path) -> None:
    book = book_of([["a", "b"], [1, None], [3, 4]], corner=(3, 2))
    other = book.create_sheet("Other")
    for row in ([1, 2, None], [4, 5, 6], [7, 9, 8]):
        other.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(MediaError, match=r"several sheets.*--variable 'Data'"):
        read(tmp_path / "a.xlsx")
    source = read(f"{tmp_path / 'a.xlsx'}:Data")
    assert "from cell B3" in source.read_as
    write(source, np.full((2, 2), 0.5), tmp_path / "b.xlsx")
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["Data"]["C4"].value == 0.5
    assert read(tmp_path / "a.xlsx", reading=Reading(variable="Other")).values.shape == (3, 3)
    with pytest.raises(MediaError, match="no sheet 'Third': it has Data, Other"):
        read(tmp_path / "a.xlsx", reading=Reading(variable="Third"))


def test_a_formula_that_was_not_worked_out_is_no_hole(tmp_path: Path) -> None:
    book_of([[1, 2], [3, "=A1+B1"], [None, 4]]).save(tmp_path / "a.xlsx")
    with pytest.raises(MediaError, match="cell B2 has a formula without a value"):
        read(tmp_path / "a.xlsx")


def test_what_is_no_workbook_is_explained(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", np.eye(3))
    (tmp_path / "a.npz").rename(tmp_path / "a.xlsx")
    with pytest.raises(MediaError, match="not a readable XLSX file"):
        read(tmp_path / "a.xlsx")
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(MediaError, match="no sheet with a table"):
        read(tmp_path / "b.xlsx")
