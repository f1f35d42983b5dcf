"""A picture of one format written as another, and what is said of it."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tacit.media import MediaError, check_output, convert, read, write

COLOURS = np.random.default_rng(0).integers(0, 256, (16, 20, 3)).astype(np.uint8)
HOLE = np.zeros((16, 20), bool)
HOLE[4:8, 5:9] = True


@pytest.fixture
def files(tmp_path: Path) -> Path:
    smooth = np.asarray(Image.fromarray(COLOURS[:2, :3]).resize((20, 16)))
    Image.fromarray(smooth).save(tmp_path / "a.png")
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=100, subsampling=0)
    Image.fromarray((255 * HOLE).astype(np.uint8)).save(tmp_path / "mask.png")
    return tmp_path


def test_png_in_jpeg_out_converts_and_says_so(files: Path) -> None:
    check_output(files / "a.png", files / "b.jpg")
    source = convert(read(files / "a.png", missing=files / "mask.png"), files / "b.jpg")
    assert "a.png is PNG and is written as JPEG" in source.notes[0]
    assert "observed pixels change slightly" in source.notes[0]
    write(source, source.values, files / "b.jpg")
    with Image.open(files / "b.jpg") as written:
        assert written.format == "JPEG"
        difference = np.asarray(written).astype(float) - source.stored.pixels
    assert np.abs(difference[~HOLE]).mean() < 5


def test_jpeg_in_png_out_keeps_observed_pixels_and_no_longer_warns(files: Path) -> None:
    read_as_jpeg = read(files / "a.jpg", missing=files / "mask.png")
    assert any("lossy" in note for note in read_as_jpeg.notes)
    source = convert(read_as_jpeg, files / "b.png")
    assert len(source.notes) == 1
    assert "loss" not in source.notes[0]
    write(source, source.values, files / "b.png")
    expected = np.asarray(Image.open(files / "a.jpg"))
    np.testing.assert_array_equal(np.asarray(Image.open(files / "b.png"))[~HOLE], expected[~HOLE])


def test_sixteen_bits_stay_in_png_and_are_rounded_in_jpeg(files: Path) -> None:
    deep = np.linspace(0, 65535, 320).reshape(16, 20).astype(np.uint16)
    tifffile.imwrite(files / "deep.tif", deep, metadata=None)
    source = read(files / "deep.tif", missing=files / "mask.png")
    assert convert(source, files / "b.png").stored.pixels.dtype == np.uint16
    narrow = convert(source, files / "b.jpg")
    np.testing.assert_array_equal(narrow.stored.pixels, np.rint(deep / 257).astype(np.uint8))
    assert "8 bits per channel instead of 16" in narrow.notes[0]


def test_half_transparent_pixels_are_refused_by_jpeg(files: Path) -> None:
    alpha = np.full((16, 20), 255, np.uint8)
    alpha[HOLE] = 0
    Image.fromarray(np.dstack([COLOURS, alpha])).save(files / "holes.png")
    whole = convert(read(files / "holes.png"), files / "b.jpg")
    write(whole, whole.values, files / "b.jpg")
    with Image.open(files / "b.jpg") as written:
        assert written.mode == "RGB"
    alpha[0, 0] = 128
    Image.fromarray(np.dstack([COLOURS, alpha])).save(files / "half.png")
    with pytest.raises(MediaError, match="half-transparent"):
        convert(read(files / "half.png"), files / "b.jpg")


def test_what_the_other_format_does_not_hold_is_refused(files: Path) -> None:
    tifffile.imwrite(files / "f.tif", np.ones((4, 5), np.float32), metadata=None)
    source = read(files / "f.tif", need_holes=False)
    with pytest.raises(MediaError, match="float32 samples, which PNG cannot store"):
        convert(source, files / "b.png")


def test_the_same_format_is_left_alone(files: Path) -> None:
    source = read(files / "a.png", missing=files / "mask.png")
    assert convert(source, files / "b.png") is source
