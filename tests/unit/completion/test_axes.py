"""What the axes are called, and along which of them neighbours are alike."""

import numpy as np
import pytest

from tacit.completion.axes import name_axes, ordered_axes


@pytest.mark.parametrize(
    ("shape", "kind", "names"),
    [
        ((9, 8), "auto", (None, None)),
        ((9, 8, 7, 6), "cube", (None,) * 4),
        ((9, 8), "table", (None, None)),
        ((9, 8), "picture", ("row", "column")),
        ((9, 8, 3), "picture", ("row", "column", "colour")),
        ((9, 8, 4), "picture", ("row", "column", "colour")),
        ((9, 8, 5), "film", ("row", "column", "frame")),
        ((9, 8, 3), "film", ("row", "column", "frame")),
        ((9, 8, 5, 3), "film", ("row", "column", "frame", "colour")),
        ((9, 8), "series", ("item", "time")),
        ((9, 8, 7), "series", ("item", "time", "time")),
        ((9, 8, 7, 6), "series", ("item", "item", "time", "time")),
    ],
)
def test_a_kind_names_its_axes(shape, kind, names):
    assert name_axes(shape, kind) == names


def test_names_that_are_given_are_taken_whatever_the_kind():
    assert name_axes((9, 8), "picture", ["item", "feature"]) == ("item", "feature")
    assert name_axes((9, 8, 7), axes=(None, "time", "channel")) == (None, "time", "channel")


@pytest.mark.parametrize(
    ("shape", "kind", "axes", "message"),
    [
        ((9, 8), "picturesque", None, "kind: one of auto, picture"),
        ((9, 8, 5), "picture", None, "are no picture; say with axes"),
        ((9, 8), "film", None, "are no film"),
        ((9, 8, 7), "table", None, "are no table"),
        ((9, 8), "auto", ("row",), "axes: 1 names are given for data of 2 axes"),
        ((9, 8), "auto", ("row", "column", "time"), "axes: 3 names"),
        ((9, 8), "auto", ("row", "rows"), "axes: 'rows' is none of row, column"),
    ],
)
def test_axes_that_do_not_fit_are_refused_in_one_line(shape, kind, axes, message, unchecked):
    with pytest.raises(ValueError, match=message) as refused:
        name_axes(shape, kind, axes)
    assert "\n" not in str(refused.value)


def ordered(values, names=None, missing=0.3, seed=5):
    seen = np.random.default_rng(seed).random(values.shape) >= missing
    return ordered_axes(names or (None,) * values.ndim, np.where(seen, values, 0.0), seen)


def surface(shape=(40, 30)):
    r, c = np.mgrid[: shape[0], : shape[1]] / 6
    return np.sin(r + c) + 0.2 * c


def test_neighbours_of_a_surface_are_found_alike():
    assert ordered(surface()) == (0, 1)
    assert ordered(surface(), missing=0.8) == (0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_rows_and_columns_of_a_table_are_not(seed):
    rng = np.random.default_rng(seed)
    assert ordered(rng.standard_normal((60, 2)) @ rng.standard_normal((2, 20))) == ()


def test_an_order_of_one_axis_is_found_beside_one_without():
    rng = np.random.default_rng(0)
    series = np.cumsum(rng.standard_normal((20, 90)), axis=1)
    assert ordered(series / series.std(axis=1, keepdims=True)) == (1,)
    assert ordered(surface()[rng.permutation(40)]) == (1,)


def test_noise_and_outliers_do_not_hide_an_order():
    rng = np.random.default_rng(0)
    noisy = surface() + 0.2 * rng.standard_normal((40, 30))
    assert ordered(noisy) == (0, 1)
    spoilt = np.where(rng.random((40, 30)) < 0.003, 1e4, noisy)
    assert ordered(spoilt) == (0, 1)


def test_a_name_decides_and_is_not_asked_again():
    noise = np.random.default_rng(0).standard_normal((30, 20))
    assert ordered(noise, ("time", "item")) == (0,)
    assert ordered(surface(), ("sample", "feature")) == ()
    assert ordered(surface(), ("sample", None)) == (1,)


def test_a_few_unknown_entries_are_channels():
    bands = np.stack([surface() + 0.01 * band for band in range(4)], axis=-1)
    assert ordered(bands) == (0, 1)
    assert ordered(bands, ("row", "column", "frame")) == (0, 1, 2)


def test_of_next_to_nothing_no_order_is_found():
    assert ordered(surface(), missing=0.995) == ()
