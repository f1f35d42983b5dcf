"""The law of every lossless format: what is not filled comes back bit for bit."""

from pathlib import Path

import numpy as np
import pytest

from tacit.media import check_output, read, read_truth, write

from ._files import FORMATS, Format

every_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)


def assert_same(actual: np.ndarray, expected: np.ndarray) -> None:
    """Check the dtype, the byte order left aside, the shape and each number."""
    assert actual.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
    np.testing.assert_array_equal(actual, expected)


def with_mask(tmp_path: Path, form: Format) -> tuple[Path, np.ndarray, np.ndarray]:
    """Write a file of the format and a mask for it with three holes."""
    path, mask = tmp_path / f"in{form.suffix}", np.zeros(form.shape, bool)
    mask[[0, 2, 4], [1, 3, 5]] = np.arange(np.prod(form.shape[2:])).reshape(form.shape[2:]) % 3 == 0
    form.save(path, form.samples)
    np.save(tmp_path / "mask.npy", mask)
    return path, tmp_path / "mask.npy", mask


@every_format
def test_values_written_unchanged_are_the_same_file_contents(tmp_path: Path, form: Format) -> None:
    path, output = tmp_path / f"in{form.suffix}", tmp_path / f"out{form.suffix}"
    form.save(path, form.samples)
    source = read(path, need_holes=False)
    assert source.values.shape == form.shape + (3,) * (form.channels == 3)
    assert source.missing.shape == form.shape
    assert len(source.axes) == source.values.ndim
    assert source.values.dtype == np.float64
    assert not source.missing.any()
    check_output(path, output)
    write(source, source.values, output, keep_observed=False)
    assert_same(form.load(output), form.load(path))


@every_format
def test_only_the_holes_are_written(tmp_path: Path, form: Format) -> None:
    path, mask_path, mask = with_mask(tmp_path, form)
    source = read(path, missing=mask_path)
    np.testing.assert_array_equal(source.missing, mask)
    write(source, np.ones_like(source.values), tmp_path / f"out{form.suffix}")
    written, stored = form.load(tmp_path / f"out{form.suffix}"), form.load(path)
    assert_same(written[~mask], stored[~mask])
    picture_of_whole_numbers = source.kind == "picture" and stored.dtype.kind == "u"
    one = np.iinfo(stored.dtype).max if picture_of_whole_numbers else 1
    assert (written[mask] == one).all()


@every_format
def test_values_do_not_show_what_the_mask_hides(tmp_path: Path, form: Format) -> None:
    path, mask_path, mask = with_mask(tmp_path, form)
    assert (read(path, missing=mask_path).values[mask] == 0).all()


@every_format
def test_the_truth_is_on_the_scale_of_the_values(tmp_path: Path, form: Format) -> None:
    path, mask_path, mask = with_mask(tmp_path, form)
    source = read(path, missing=mask_path)
    np.testing.assert_array_equal(read_truth(path, source)[~mask], source.values[~mask])


@pytest.mark.parametrize("form", [f for f in FORMATS if f.alpha], ids=lambda form: form.name)
def test_a_transparent_pixel_is_filled_and_made_opaque(tmp_path: Path, form: Format) -> None:
    data, path, output = form.samples.copy(), *(tmp_path / f"{n}{form.suffix}" for n in "ab")
    data[1, 2, -1], data[3, 4, -1] = 0, 7
    form.save(path, data)
    source = read(path)
    assert source.missing.sum() == 1
    assert source.missing[1, 2]
    write(source, np.full_like(source.values, 0.5), output)
    written = form.load(output)
    assert written[1, 2, -1] == np.iinfo(data.dtype).max
    assert written[3, 4, -1] == 7
    half = np.rint(np.iinfo(data.dtype).max / 2)
    np.testing.assert_array_equal(written[1, 2, :-1], half)
    np.testing.assert_array_equal(
        np.delete(written.reshape(30, -1), 8, 0), np.delete(data.reshape(30, -1), 8, 0)
    )


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        (np.uint8, 300.0, 255),
        (np.uint8, -5.0, 0),
        (np.int8, 2.6, 3),
        (np.int16, -1e9, -32768),
        (np.int64, 1e30, np.nextafter(2.0**63, 0)),
        (bool, 0.7, True),
        (bool, 0.2, False),
    ],
)
def test_whole_numbers_are_rounded_and_clipped(tmp_path: Path, dtype, value, expected) -> None:
    np.save(tmp_path / "a.npy", np.array([[1, 0], [1, 1]], dtype))
    source = read(tmp_path / "a.npy", missing_value=0)
    write(source, np.full((2, 2), value), tmp_path / "b.npy")
    assert np.load(tmp_path / "b.npy")[0, 1] == expected
