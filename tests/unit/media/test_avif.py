"""AVIF: depth, chroma, opacity and what is said of them."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import AvifImagePlugin, Image

from tacit.media import MediaError, convert, read, write

from ._files import load_pillow, samples

SMOOTH = np.asarray(Image.fromarray(samples("u1", 3)[:2, :3]).resize((30, 20)))


@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:2", "4:2:0"])
def test_what_pillow_shows_is_read_and_written_with_little_loss(tmp_path: Path, chroma) -> None:
    path, output = tmp_path / "a.avif", tmp_path / "b.avif"
    Image.fromarray(SMOOTH).save(path, subsampling=chroma)
    source = read(path, need_holes=False)
    np.testing.assert_array_equal(source.stored.pixels, load_pillow(path))
    assert source.read_as == "AVIF, 20 rows × 30 columns, colour, uint8"
    write(source, source.values, output)
    again = read(output, need_holes=False)
    assert again.stored.layout["subsampling"] == chroma
    assert np.abs(again.stored.pixels.astype(int) - source.stored.pixels).mean() < 3


def test_grey_stays_grey(tmp_path: Path) -> None:
    Image.fromarray(SMOOTH[..., 0]).save(tmp_path / "a.avif")
    source = read(tmp_path / "a.avif", need_holes=False)
    assert source.read_as == "AVIF, 20 rows × 30 columns, grey, uint8"
    write(source, source.values, tmp_path / "b.avif")
    assert load_pillow(tmp_path / "b.avif").shape == (20, 30)


@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:0"])
def test_the_chroma_is_that_of_the_colours_not_of_the_opacity(tmp_path: Path, chroma) -> None:
    alpha = np.full((20, 30), 255, np.uint8)
    alpha[4:8, 5:9], alpha[12:16, 12:20] = 0, 100
    path, output = tmp_path / "a.avif", tmp_path / "b.avif"
    Image.fromarray(np.dstack([SMOOTH, alpha])).save(path, subsampling=chroma)
    source = read(path)
    np.testing.assert_array_equal(source.missing, alpha == 0)
    assert source.stored.layout["subsampling"] == chroma
    write(source, source.values, output)
    with Image.open(output) as image:
        assert image.mode == "RGBA"
        opacity = np.asarray(image)[..., 3].astype(int)
    assert np.abs(opacity - np.where(alpha == 0, 255, alpha))[12:].max() <= 8
    assert opacity[5:7, 6:8].min() >= 250


@pytest.mark.parametrize("bits", [10, 12])
def test_more_than_8_bits_are_said_to_be_read_as_8(tmp_path: Path, bits: int) -> None:
    deep = SMOOTH.astype(np.uint16) << (bits - 8)
    data = imagecodecs.avif_encode(deep, bitspersample=bits, level=100)
    (tmp_path / "a.avif").write_bytes(data)
    source = read(tmp_path / "a.avif", need_holes=False)
    assert f"the {bits} bits a channel of a.avif are read and written as 8" in source.notes
    full = imagecodecs.avif_decode(data) / (2**bits - 1)
    assert np.abs(source.values - full).max() <= 1 / 255


def test_it_is_written_as_png_exactly(tmp_path: Path) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "a.avif")
    source = convert(read(tmp_path / "a.avif", need_holes=False), tmp_path / "b.png")
    write(source, source.values, tmp_path / "b.png")
    np.testing.assert_array_equal(load_pillow(tmp_path / "b.png"), load_pillow(tmp_path / "a.avif"))


def test_a_build_without_it_is_said(tmp_path: Path, monkeypatch) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "a.avif")
    monkeypatch.setattr(AvifImagePlugin, "SUPPORTED", False)
    with pytest.raises(MediaError, match="this build of Pillow has no AVIF: install the wheel"):
        read(tmp_path / "a.avif", need_holes=False)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, part: float) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "a.avif")
    data = (tmp_path / "a.avif").read_bytes()
    (tmp_path / "a.avif").write_bytes(data[: int(part * len(data))])
    with pytest.raises(MediaError, match="cut short") as caught:
        read(tmp_path / "a.avif", need_holes=False)
    assert "\n" not in str(caught.value)
