"""Data arrays of xarray: what dimensions count, land, coordinates, and the accessor."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tacit
import tacit.accessors  # the accessor is registered
from tacit.completion import complete_field
from tacit.media.cf import axis_of

QUICK = {"methods": ["continuation"], "budget": 20}
RNG = np.random.default_rng(5)
TIMES, LATITUDES, LONGITUDES = 12, 9, 11
LAND = np.zeros((LATITUDES, LONGITUDES), bool)
LAND[:3, :4] = True
_t, _y, _x = np.meshgrid(*(np.arange(n) for n in (TIMES, LATITUDES, LONGITUDES)), indexing="ij")
TRUTH = 15 + np.sin(_t / 4) + np.cos(_y / 5) * _x / 6
CLOUDS = RNG.random(TRUTH.shape) < 0.3


def field(dtype: str = "f4") -> xr.DataArray:
    values = np.where(CLOUDS | LAND, np.nan, TRUTH).astype(dtype)
    found = xr.DataArray(
        values,
        dims=("time", "lat", "lon"),
        coords={
            "time": pd.date_range("2024-03-01", periods=TIMES),
            "lat": np.linspace(40, 44, LATITUDES),
            "lon": np.linspace(0, 5, LONGITUDES),
        },
        name="sst",
        attrs={"units": "degC"},
    )
    found.encoding = {"zlib": True}
    return found


def test_a_field_is_filled_but_for_land_and_says_so() -> None:
    given = field()
    whole = given.tacit.complete(**QUICK)
    assert whole.dims == given.dims
    assert whole.dtype == given.dtype
    assert whole.name == "sst"
    assert whole.encoding == given.encoding
    assert whole.attrs["units"] == "degC"
    assert "tacit_reason" not in given.attrs
    assert "held-out entries" in whole.attrs["tacit_reason"]
    assert whole.attrs["tacit_never_observed"] == LAND.sum() * TIMES
    np.testing.assert_array_equal(np.isnan(whole), np.broadcast_to(LAND, TRUTH.shape))
    np.testing.assert_array_equal(whole.filled, CLOUDS & ~LAND)
    np.testing.assert_array_equal(whole.uncertainty != 0, CLOUDS & ~LAND)
    seen = ~(CLOUDS | LAND)
    np.testing.assert_array_equal(whole.values[seen], given.values[seen])
    assert np.abs((whole - TRUTH).values[CLOUDS & ~LAND]).max() < 0.3
    for name in ("time", "lat", "lon"):
        xr.testing.assert_identical(
            whole[name].drop_vars(("filled", "uncertainty"), errors="ignore"), given[name]
        )


def test_land_neither_counts_as_a_hole_nor_moves_what_is_filled() -> None:
    """What is said of the holes, and each fill away from the coast, is as without land."""
    free = field()
    without = free.copy(data=np.where(CLOUDS, np.nan, TRUTH).astype("f4"))
    holes = {
        name: tacit.complete(each, **QUICK).attrs["tacit_holes"]
        for name, each in {"land": free, "none": without}.items()
    }
    assert holes["land"] == holes["none"] == "single entries at random"
    filled = tacit.complete(free, land="fill", **QUICK)
    assert not np.isnan(filled).any()
    assert filled.attrs["tacit_never_observed"] == 0


def test_the_order_of_dimensions_says_nothing() -> None:
    given = field("f8")
    turned = given.transpose("lon", "time", "lat")
    whole, other = (complete_field(each, **QUICK) for each in (given, turned))
    assert other.dims == turned.dims
    np.testing.assert_allclose(
        other.transpose(*given.dims).values, whole.values, atol=0.05, equal_nan=True
    )


def test_a_mask_is_aligned_by_its_dimensions() -> None:
    given = field()
    mask = xr.DataArray(np.zeros((LONGITUDES, LATITUDES), bool), dims=("lon", "lat"))
    mask[6, 5] = True
    whole = tacit.complete(given, mask, land="fill", **QUICK)
    assert whole.filled[:, 5, 6].all()


def test_the_answer_can_be_written_and_read(tmp_path) -> None:
    whole = tacit.complete(field(), **QUICK)
    whole.encoding = {}
    whole.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with xr.open_dataarray(tmp_path / "a.nc", engine="h5netcdf") as again:
        np.testing.assert_array_equal(again.values, whole.values)
        assert again.attrs["tacit_chosen"] == whole.attrs["tacit_chosen"]


@pytest.mark.parametrize(
    ("name", "values", "attributes", "expected"),
    [
        ("time", None, {}, "time"),
        ("n", pd.date_range("2024", periods=2), {}, "time"),
        ("n", [0, 1], {"units": "days since 2000-01-01"}, "time"),
        ("j", [0, 1], {"standard_name": "latitude"}, "row"),
        ("i", [0, 1], {"units": "degrees_east"}, "column"),
        ("x", None, {}, "column"),
        ("Y", [0, 1], {"axis": "Y"}, "row"),
        ("band", None, {}, "channel"),
        ("level", [0, 1], {"axis": "Z"}, None),
        ("station", None, {}, None),
    ],
)
def test_dimensions_are_known_by_cf(name, values, attributes, expected) -> None:
    coordinate = None
    if values is not None:
        coordinate = xr.DataArray(values, dims=name, attrs=attributes)
    assert axis_of(name, coordinate) == expected


def test_a_field_is_denoised_where_that_is_asked_but_for_land() -> None:
    noisy = field() + 0.5 * np.random.default_rng(6).normal(size=TRUTH.shape)
    whole = noisy.tacit.complete(denoise=True, methods=["windows"], budget=600)
    seen = ~(CLOUDS | LAND)
    assert np.std((whole - TRUTH).values[seen]) < 0.7 * 0.5
    np.testing.assert_array_equal(np.isnan(whole), np.broadcast_to(LAND, TRUTH.shape))
    np.testing.assert_array_equal(whole.filled, CLOUDS & ~LAND)
    with pytest.raises(ValueError, match="leave out blocks"):
        complete_field(noisy, denoise=True, blocks=True)
