"""NetCDF, Zarr and MAT 7.3: values by the CF conventions; all but the holes stays as it is."""

import hashlib
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tacit.media import MediaError, Reading, check_output, read, read_truth, write
from tacit.media.packing import Packing

TIMES, LATITUDES, LONGITUDES = 5, 3, 4
RNG = np.random.default_rng(0)
TRUTH = RNG.uniform(10, 20, (TIMES, LATITUDES, LONGITUDES)).round(2)
HOLES = RNG.random(TRUTH.shape) < 0.2
HOLES[1, 1, 1], HOLES[2, 1, 1] = True, False
LAND = np.zeros((LATITUDES, LONGITUDES), bool)
LAND[0, :2] = True
FILL = -32768
ENGINES = {"a.nc": "h5netcdf", "b.nc": "scipy", "c.zarr": "zarr"}
PACKED = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 5.0, "_FillValue": FILL}


def dataset() -> xr.Dataset:
    return xr.Dataset(
        {
            "sst": (("time", "lat", "lon"), np.where(HOLES | LAND, np.nan, TRUTH), {"units": "K"}),
            "depth": (("lat", "lon"), np.ones(LAND.shape), {"long_name": "depth"}),
            "lat_bnds": (("lat", "edge"), np.ones((LATITUDES, 2))),
        },
        coords={
            "time": pd.date_range("2024-01-01", periods=TIMES),
            "lat": ("lat", np.linspace(40, 42, LATITUDES), {"bounds": "lat_bnds"}),
            "lon": ("lon", np.linspace(0, 3, LONGITUDES), {"units": "degrees_east"}),
        },
        attrs={"title": "a test"},
    )


def save(path: Path, found: xr.Dataset | None = None, **encoding: object) -> Path:
    found = dataset() if found is None else found
    how = {"sst": {**PACKED, **encoding}}
    if path.suffix == ".zarr":
        found.to_zarr(path, encoding=how, consolidated=False, zarr_format=3)
    else:
        found.to_netcdf(path, engine=ENGINES[path.name], encoding=how)
    return path


def stored(path: Path) -> xr.Dataset:
    options = {"consolidated": False} if path.suffix == ".zarr" else {}
    engine = ENGINES[path.name.removeprefix("out_")]
    with xr.open_dataset(
        path, engine=engine, mask_and_scale=False, decode_times=False, **options
    ) as found:
        return found.load()


@pytest.fixture(params=ENGINES)
def path(request, tmp_path: Path) -> Path:
    return save(tmp_path / request.param)


def test_a_field_has_the_rows_and_columns_of_a_map_and_land_is_no_hole(path: Path) -> None:
    source = read(path, reading=Reading(variable="sst"))
    assert source.values.shape == (LATITUDES, LONGITUDES, TIMES)
    assert source.stored.counts == ("row", "column", "time")
    missing, outside = (np.moveaxis(each, -1, 0) for each in (source.missing, source.outside))
    np.testing.assert_array_equal(missing, HOLES & ~LAND)
    np.testing.assert_array_equal(outside, np.broadcast_to(LAND, HOLES.shape))
    seen = ~(HOLES | LAND)
    np.testing.assert_allclose(np.moveaxis(source.values, -1, 0)[seen], TRUTH[seen], atol=1e-9)
    assert "variable 'sst' of 2 (time 5 × lat 3 × lon 4)" in source.read_as
    assert "stored as int16 × 0.01 + 5; missing is -32768" in source.read_as
    assert source.notes[0].startswith("2 of 12 places are observed at no time")


def test_only_the_holes_are_written(path: Path) -> None:
    output = path.with_name(f"out_{path.name}")
    before = content(path)
    check_output(path, output)
    source = read(path, reading=Reading(variable="sst"))
    answer = np.where(source.outside, np.nan, 12.345)
    for _ in range(2):  # the second time in the place of the first
        write(source, answer, output)
    assert content(path) == before

    old, new = stored(path), stored(output)
    xr.testing.assert_identical(old.drop_vars("sst"), new.drop_vars("sst"))
    assert old.sst.attrs == new.sst.attrs
    assert old.sst.dtype == new.sst.dtype
    filled = HOLES & ~LAND
    np.testing.assert_array_equal(old.sst.values[~filled], new.sst.values[~filled])
    np.testing.assert_array_equal(new.sst.values[filled], round((12.345 - 5) / 0.01))


def content(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else sorted(filter(Path.is_file, path.rglob("*")))
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_land_is_filled_where_that_is_asked(path: Path) -> None:
    source = read(path, reading=Reading(variable="sst"), land="fill")
    assert source.outside is None
    assert source.missing.sum() == (HOLES | LAND).sum()


def test_several_variables_are_asked_about(path: Path) -> None:
    with pytest.raises(MediaError, match=r"several variables .*depth 3×4, sst 5×3×4"):
        read(path)
    with pytest.raises(MediaError, match="no numeric variable named 'SST'"):
        read(path, reading=Reading(variable="SST"))
    assert read(f"{path}:sst").values.shape == (LATITUDES, LONGITUDES, TIMES)


def test_a_truth_may_have_land(tmp_path: Path) -> None:
    path = save(tmp_path / "a.nc")
    whole = dataset()
    whole["sst"] = whole.sst.copy(data=np.where(LAND, np.nan, TRUTH))
    (tmp_path / "b").mkdir()
    truth = save(tmp_path / "b" / "a.nc", whole)
    source = read(path, reading=Reading(variable="sst"))
    values = read_truth(f"{truth}:sst", source)
    np.testing.assert_allclose(values[~source.outside], np.moveaxis(TRUTH, 0, -1)[~source.outside])


def test_series_of_stations_stand_in_their_own_order(tmp_path: Path) -> None:
    values = np.array([[1.0, np.nan, 3], [4, 5, 6]], "f4")
    found = xr.Dataset({"t": (("station", "time"), values, {"_FillValue": np.float32(-9)})})
    found.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    source = read(tmp_path / "a.nc")
    assert source.stored.counts == ("", "time")
    np.testing.assert_array_equal(source.missing, np.isnan(values))
    write(source, np.full((2, 3), 0.1), tmp_path / "b.nc")
    with xr.open_dataset(tmp_path / "b.nc", engine="h5netcdf") as again:
        np.testing.assert_array_equal(again.t, np.where(np.isnan(values), np.float32(0.1), values))


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "f4", "f8"])
def test_packing_has_an_exact_inverse(dtype: str) -> None:
    info = np.iinfo(dtype) if dtype[0] != "f" else None
    numbers = np.arange(-90 if info is None or info.min < 0 else 0, 100).astype(dtype)
    attributes = {
        "_FillValue": numbers[3],
        "missing_value": numbers[4:6],
    }
    if info is not None:
        attributes["scale_factor"] = 0.1
    packing = Packing.of(attributes, numbers.dtype)
    values = packing.values(numbers)
    assert np.flatnonzero(np.isnan(values)).tolist() == [3, 4, 5]
    known = ~np.isnan(values)
    np.testing.assert_array_equal(packing.raw(values[known]), numbers[known])


def test_what_is_filled_stays_in_range_and_is_no_fill_value() -> None:
    packing = Packing.of({"_FillValue": np.int8(7), "_Unsigned": "true"}, np.dtype("i1"))
    raw = packing.raw(np.array([7.0, 300, -4, 200])).view(np.uint8)
    assert raw.tolist() == [8, 255, 0, 200]
    top = Packing.of({"_FillValue": np.int8(127)}, np.dtype("i1"))
    assert top.raw(np.array([127.0, 500])).tolist() == [126, 126]
    assert np.isnan(packing.values(np.array([-1, 7], np.int8))).tolist() == [False, True]
    assert packing.values(np.array([-1], np.int8)).tolist() == [255]


def save_hdf_mat(path: Path, values: np.ndarray) -> Path:
    with h5py.File(path, "w", userblock_size=512) as file:
        file["X"] = values.T
        file["X"].attrs["MATLAB_class"] = np.bytes_("double")
        file["label"] = np.frombuffer(b"h\0i\0", "u2")
        file["label"].attrs["MATLAB_class"] = np.bytes_("char")
    data = path.read_bytes()
    head = b"MATLAB 7.3 MAT-file, made by a test".ljust(124) + b"\x00\x02IM"
    path.write_bytes(head + data[len(head) :])
    return path


def test_mat_7_3_is_read_and_only_the_holes_are_written(tmp_path: Path) -> None:
    values = np.array([[1, np.nan, 3], [4, 5, 6.5]])
    path = save_hdf_mat(tmp_path / "a.mat", values)
    source = read(path)
    np.testing.assert_array_equal(source.missing, np.isnan(values))
    assert "version 7.3; variable 'X' of 2" in source.read_as
    write(source, np.full((2, 3), 0.5), tmp_path / "b.mat")
    old, new = path.read_bytes(), (tmp_path / "b.mat").read_bytes()
    assert len(old) == len(new)
    assert old[:512] == new[:512]
    with h5py.File(tmp_path / "b.mat") as file:
        np.testing.assert_array_equal(file["X"][()].T, np.where(np.isnan(values), 0.5, values))
        assert file["label"][()].tobytes() == b"h\0i\0"
