"""`tacit complete` on tables and fields as people have them: options, and the line "read as"."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import xarray as xr

from tacit.cli.entry import status

FACTORS = ("--method", "factors", "--budget", "5")
QUICK = ("--method", "continuation", "--budget", "5")


def complete(*arguments: str) -> int:
    return status(["complete", *arguments])


def table(mark: str = "") -> str:
    """Stations in columns under their numbers, days in rows, and a hole in each column."""
    lines = ["day;1107;1023;1045;flag;"]
    for day in range(12):
        cells = [
            mark if day == 3 + at else f"{day / 4 + at:.2f}".replace(".", ",") for at in range(3)
        ]
        lines.append(f"2024-01-{day + 1:02};{';'.join(cells)};1;")
    return "\n".join(lines) + "\n"


def test_a_table_is_read_as_it_says_and_keeps_its_cells(folder: Path, capsys) -> None:
    Path("in.csv").write_text(table("void"))
    arguments = ("in.csv", "-o", "out.csv", "--missing-value", "void", *QUICK)
    assert complete(*arguments, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["read_as"] == (
        "CSV, 12 rows × 3 columns of readings; split at semicolons; row 1 names the columns; "
        "decimal comma; missing are 'void' (3) beside blank cells; "
        "left alone: 'day' (dates), 'flag' (constant); blank and left so: column 6 without a name"
    )
    before, after = (Path(name).read_text().splitlines() for name in ("in.csv", "out.csv"))
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 3
    for a, b in changed:
        pairs = list(zip(a.split(";"), b.split(";"), strict=True))
        assert [x for x, y in pairs if x != y] == ["void"]
    assert complete(*arguments) == 0
    assert "read as CSV, 12 rows" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--decimal", "x"), "--decimal must be"),
        (("--thousands", "ab"), "--thousands must be"),
        (("--columns", "1107,9999"), "--columns: there is no column '9999'"),
        (("--ignore", "nothing"), "--ignore: there is no column 'nothing'"),
        (("--variable", "x"), "--variable does not apply"),
        (("--no-header", "--missing-value", "void"), "row 1, column 5 holds 'flag'"),
        ((), "row 5, column 2 holds 'void', which is not a number"),
    ],
)
def test_what_cannot_be_meant_is_one_line(folder: Path, capsys, arguments, words) -> None:
    Path("in.csv").write_text(table("void"))
    assert complete("in.csv", "-o", "out.csv", *QUICK, *arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not Path("out.csv").exists()


def survey() -> pd.DataFrame:
    """Answers of 30 people, whole numbers with holes, and what is no reading."""
    rng = np.random.default_rng(0)
    answers = np.rint(rng.uniform(2, 8, (30, 1)) + 3 * rng.random((1, 5)) + rng.random((30, 5)))
    answers[rng.random(answers.shape) < 0.2] = np.nan
    frame = pd.DataFrame(answers, columns=[f"q{at}" for at in range(5)])
    return frame.assign(id=np.arange(30.0) ** 2, town=rng.choice(["Basel", "Bern"], 30))


@pytest.mark.parametrize("suffix", [".dta", ".sav", ".zsav"])
def test_a_survey_keeps_its_cells_and_labels(folder: Path, capsys, suffix: str) -> None:
    frame, labels = survey(), [f"question {at}" for at in range(5)] + [None, "town"]
    if suffix == ".dta":
        pyreadstat.write_dta(frame, "in.dta", column_labels=labels)
    else:
        zipped = suffix == ".zsav"
        pyreadstat.write_sav(frame, f"in{suffix}", column_labels=labels, compress=zipped)
    assert complete(f"in{suffix}", "-o", f"out{suffix}", "--integer", *FACTORS) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "30 rows × 5 columns of readings; left alone: 'id' (an id), 'town' (text)" in said
    back = pyreadstat.read_dta if suffix == ".dta" else pyreadstat.read_sav
    whole, about = back(f"out{suffix}")
    assert about.column_labels == labels
    seen = frame.notna()
    pd.testing.assert_frame_equal(whole.where(seen), frame, check_dtype=False)
    fills = whole.to_numpy()[~seen.to_numpy()].astype(float)
    assert (fills == np.rint(fills)).all()
    Path(f"in{suffix}").write_bytes(Path(f"in{suffix}").read_bytes()[:300])
    assert complete(f"in{suffix}", "-o", f"again{suffix}", *QUICK) == 2
    assert "was cut short" in capsys.readouterr().err
    assert not Path(f"again{suffix}").exists()


def test_a_field_is_filled_and_land_is_left_and_said(folder: Path, capsys) -> None:
    times, rows, columns = np.meshgrid(*map(np.arange, (6, 5, 7)), indexing="ij")
    truth = 10 + np.sin(times / 3) + rows / 5 + columns / 9
    values = np.where((times + 2 * rows + 3 * columns) % 5 == 0, np.nan, truth)
    values[:, 0, 0] = np.nan
    coordinates = {"time": pd.date_range("2024-01-01", periods=6), "lat": np.arange(5.0)}
    found = xr.Dataset({"sst": (("time", "lat", "lon"), values), "x": ("time", np.arange(6.0))})
    found = found.assign_coords(coordinates)
    found.to_netcdf("in.nc", engine="h5netcdf", encoding={"sst": {"_FillValue": -9.0}})
    arguments = ("in.nc", "-o", "out.nc", "--variable", "sst", *QUICK)
    assert complete(*arguments) == 0
    said = capsys.readouterr()
    assert "1 of 35 places are observed at no time, as land is, and stay missing" in said.err
    assert "variable 'sst'" in said.out
    with (
        xr.open_dataset("out.nc", engine="h5netcdf") as whole,
        xr.open_dataset("in.nc", engine="h5netcdf") as given,
    ):
        assert whole.drop_vars("sst").identical(given.drop_vars("sst"))
        seen = ~np.isnan(values)
        np.testing.assert_array_equal(whole.sst.values[seen], values[seen])
        assert np.isnan(whole.sst.values).sum() == 6
        error = np.abs(whole.sst.values - truth)
        assert np.nanmax(error) < 0.5
    assert complete(*arguments, "--land", "fill", "--overwrite") == 0
    with xr.open_dataset("out.nc", engine="h5netcdf") as whole:
        assert not np.isnan(whole.sst.values).any()
