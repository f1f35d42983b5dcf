"""HEIC: turned pixels, chroma, opacity, depth, and what is said of them."""

import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from tacit.media import MediaError, convert, read, write

from ._files import load_pillow, samples

SMOOTH = np.asarray(Image.fromarray(samples("u1", 3)[:2, :3]).resize((31, 20)))
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def save(path: Path, data: np.ndarray, **options) -> None:
    """Write a picture by the library itself, at nearly no loss."""
    options = {"quality": 95, "chroma": 444} | options
    pillow_heif.from_pillow(Image.fromarray(data)).save(path, format="HEIF", **options)


def shown(path: Path) -> Image.Image:
    """Return the picture as the library's plugin for Pillow shows it."""
    return pillow_heif.open_heif(path).to_pillow()


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[274], block[315] = orientation, "Zoe"
    return block.tobytes()


@pytest.mark.parametrize("chroma", [444, 422, 420])
def test_it_is_read_as_shown_and_written_with_little_loss(tmp_path: Path, chroma: int) -> None:
    path, output = tmp_path / "a.heic", tmp_path / "b.heic"
    save(path, SMOOTH, chroma=chroma, icc_profile=ICC)
    source = read(path, need_holes=False)
    np.testing.assert_array_equal(source.stored.pixels, np.asarray(shown(path)))
    assert source.read_as == "HEIC, 20 rows × 31 columns, colour, uint8"
    assert "a.heic is HEIC, a lossy format" in source.notes[0]
    write(source, source.values, output)
    again = pillow_heif.open_heif(output)
    assert (again.info["chroma"], again.info["icc_profile"]) == (chroma, ICC)
    assert np.abs(np.asarray(again).astype(int) - source.stored.pixels).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_turned_once(tmp_path: Path, orientation: int) -> None:
    path, output = tmp_path / "a.heic", tmp_path / "b.heic"
    save(path, SMOOTH, exif=exif(orientation))
    source = read(path, need_holes=False)
    assert source.values.shape[:2] == ((20, 31) if orientation < 5 else (31, 20))
    np.testing.assert_array_equal(source.stored.pixels, np.asarray(shown(path)))
    write(source, source.values, output)
    after = shown(output)
    assert after.size == source.values.shape[1::-1]
    assert np.abs(np.asarray(after).astype(int) - source.stored.pixels).mean() < 3
    assert after.getexif()[315] == "Zoe"
    assert after.getexif().get(274, 1) == 1


def test_grey_stays_grey(tmp_path: Path) -> None:
    save(tmp_path / "a.heif", SMOOTH[..., 0])
    source = read(tmp_path / "a.heif", need_holes=False)
    assert source.read_as == "HEIC, 20 rows × 31 columns, grey, uint8"
    write(source, source.values, tmp_path / "b.heif")
    assert np.asarray(shown(tmp_path / "b.heif")).shape == (20, 31)


def test_transparent_pixels_are_filled_and_made_opaque(tmp_path: Path) -> None:
    alpha = np.full((20, 31), 255, np.uint8)
    alpha[4:12, 8:16] = 0
    save(tmp_path / "a.heic", np.dstack([SMOOTH, alpha]))
    source = read(tmp_path / "a.heic")
    np.testing.assert_array_equal(
        source.missing, np.asarray(shown(tmp_path / "a.heic"))[..., 3] == 0
    )
    assert source.missing[5:11, 9:15].all()
    write(source, source.values, tmp_path / "b.heic")
    assert np.asarray(shown(tmp_path / "b.heic"))[6:10, 10:14, 3].min() >= 250


def test_more_bits_and_images_beside_are_said(tmp_path: Path) -> None:
    wide = np.ascontiguousarray(SMOOTH.astype(np.uint16) * 257)
    deep = pillow_heif.from_bytes("RGB;16", (31, 20), wide.tobytes())
    deep.save(tmp_path / "a.heic", quality=95)
    notes = read(tmp_path / "a.heic", need_holes=False).notes
    assert "the 10 bits a channel of a.heic are read and written as 8" in notes
    large = np.asarray(Image.fromarray(SMOOTH).resize((256, 192)))
    image = pillow_heif.from_pillow(Image.fromarray(large))
    image.info["thumbnails"] = [64]
    image.save(tmp_path / "b.heic")
    notes = read(tmp_path / "b.heic", need_holes=False).notes
    assert "the thumbnails in b.heic are not written again" in notes


def test_several_pictures_are_refused(tmp_path: Path) -> None:
    images = pillow_heif.from_pillow(Image.fromarray(SMOOTH))
    images.add_from_pillow(Image.fromarray(SMOOTH[::-1]))
    images.save(tmp_path / "a.heic")
    with pytest.raises(MediaError, match="holds 2 pictures"):
        read(tmp_path / "a.heic", need_holes=False)


def test_it_is_written_as_png_exactly(tmp_path: Path) -> None:
    save(tmp_path / "a.heic", SMOOTH)
    source = convert(read(tmp_path / "a.heic", need_holes=False), tmp_path / "b.png")
    write(source, source.values, tmp_path / "b.png")
    np.testing.assert_array_equal(
        load_pillow(tmp_path / "b.png"), np.asarray(shown(tmp_path / "a.heic"))
    )


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch) -> None:
    save(tmp_path / "a.heic", SMOOTH)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(
        MediaError, match=r"HEIC needs pillow_heif: pip install 'tacit-lowrank\[media\]'"
    ):
        read(tmp_path / "a.heic", need_holes=False)


def test_a_phones_picture_under_another_name_is_named(tmp_path: Path) -> None:
    save(tmp_path / "a.heic", SMOOTH)
    (tmp_path / "a.heic").rename(tmp_path / "a.jpg")
    with pytest.raises(MediaError, match=r"is HEIC by its content, not JPEG: rename it a\.heic"):
        read(tmp_path / "a.jpg", need_holes=False)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, part: float) -> None:
    save(tmp_path / "a.heic", SMOOTH)
    data = (tmp_path / "a.heic").read_bytes()
    (tmp_path / "a.heic").write_bytes(data[: int(part * len(data))])
    with pytest.raises(MediaError, match="cut short") as caught:
        read(tmp_path / "a.heic", need_holes=False)
    assert "\n" not in str(caught.value)
