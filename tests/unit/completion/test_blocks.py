"""Data arrays in blocks of dask: each block on its own where that is asked, else all at once."""

import dask
import numpy as np
import pytest
import xarray as xr

import tacit.accessors  # noqa: F401 (the accessor is registered)
from tacit.completion import blocks as module

from .test_fields import CLOUDS, LAND, field

QUICK = {"methods": ["continuation"], "budget": 60}


def chunked() -> xr.DataArray:
    """Two blocks along time, of which the second has a corner that is not observed in it alone."""
    given = field()
    given[6:, 7:, 9:] = np.nan
    return given.chunk(time=6)


def test_blocks_are_laid_out_and_each_is_what_it_is_alone(monkeypatch) -> None:
    calls = []
    real = module._complete_one
    monkeypatch.setattr(module, "_complete_one", lambda *args: calls.append(1) or real(*args))
    given = chunked()
    with dask.config.set(scheduler="sync"):
        laid_out = given.tacit.complete(blocks=True, **QUICK)
        assert not calls  # nothing was computed
        assert laid_out.chunks == laid_out.filled.chunks == laid_out.uncertainty.chunks
        assert laid_out.chunks == given.chunks
        assert laid_out.attrs["units"] == "degC"
        assert laid_out.attrs["tacit_blocks"] == (
            "2, each completed on its own when it is computed"
        )
        whole = laid_out.compute()
    assert len(calls) == 2  # once a block, for the field and its two coordinates
    assert whole.dtype == given.dtype
    for part in (slice(0, 6), slice(6, 12)):
        alone = given[part].compute().tacit.complete(**QUICK)
        np.testing.assert_array_equal(whole[part], alone)
        np.testing.assert_array_equal(whole.filled[part], alone.filled)
        np.testing.assert_array_equal(whole.uncertainty[part], alone.uncertainty)
    assert np.isnan(whole[6:, 7:, 9:]).all()
    xr.testing.assert_identical(
        laid_out.drop_vars(["filled", "uncertainty"]).coords.to_dataset(), given.coords.to_dataset()
    )


def test_unless_asked_all_is_loaded_and_said_or_refused(monkeypatch) -> None:
    whole = chunked().tacit.complete(**QUICK)
    assert whole.chunks is None
    assert whole.attrs["tacit_blocks"] == "all loaded, and completed as one"
    monkeypatch.setattr(module, "free_bytes", lambda: 2**10)
    with pytest.raises(ValueError, match=r"1188 numbers in blocks of dask.*blocks=True") as caught:
        chunked().tacit.complete(**QUICK)
    assert "\n" not in str(caught.value)
    assert "tacit_blocks" not in field().tacit.complete(**QUICK).attrs  # numpy's are there already


def test_what_needs_nothing_or_has_nothing_is_left(monkeypatch) -> None:
    given = field()
    given[:6] = given[:6].fillna(1.0)
    given[6:] = np.nan
    laid_out = given.astype("f8").chunk(time=6).tacit.complete(blocks=True, **QUICK)
    whole = laid_out.compute()
    np.testing.assert_array_equal(whole, given)
    assert not whole.filled.any()
    assert (whole.uncertainty == 0).all()


def test_a_mask_is_laid_over_blocks() -> None:
    given = field().fillna(15.0).chunk(time=6)
    for missing in (CLOUDS, given.notnull() & CLOUDS):
        whole = given.tacit.complete(missing, blocks=True, land="fill", **QUICK).compute()
        np.testing.assert_array_equal(whole.filled, CLOUDS)
    np.testing.assert_array_equal(whole.values[~CLOUDS], given.values[~CLOUDS])
    assert (LAND & ~np.isnan(whole[0].values)).sum() == LAND.sum()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (field(), "not in blocks of dask"),
        (field().chunk(time=1, lat=1, lon=3), "at least four entries a block"),
        (field()[0, 0].chunk(lon=3), "at least four entries a block"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(given: xr.DataArray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        given.tacit.complete(blocks=True, **QUICK)
