"""Masks over pictures that an Exif tag turns: laid as viewers show it, against Pillow."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tacit.media import MediaError, read
from tacit.media.orientation import as_stored, shown

PICTURE = np.random.default_rng(0).integers(1, 250, (4, 6), dtype=np.uint8)


def tagged(path: Path, pixels: np.ndarray, orientation: int) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, **({"exif": exif} if orientation != 1 else {}))
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_as_pillow_turns_and_has_an_inverse(tmp_path: Path, orientation: int) -> None:
    with Image.open(tagged(tmp_path / "a.png", PICTURE, orientation)) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(shown(PICTURE, orientation), expected)
    np.testing.assert_array_equal(as_stored(expected, orientation), PICTURE)
    np.testing.assert_array_equal(shown(PICTURE, 0), PICTURE)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_a_mask_lies_over_what_viewers_show(tmp_path: Path, orientation, suffix) -> None:
    path = tagged(tmp_path / f"a.{suffix}", PICTURE, orientation)
    stored = np.zeros(PICTURE.shape, bool)
    stored[1, 4], stored[0, 2] = True, True
    Image.fromarray(shown(stored, orientation)).save(tmp_path / "shown.png")
    source = read(path, missing=tmp_path / "shown.png")
    np.testing.assert_array_equal(source.missing, stored)
    assert f"Exif orientation {orientation}" in source.read_as
    assert any("laid over the picture as viewers show it" in note for note in source.notes)

    # A mask with the tag of the picture is turned as the picture is, and there is nothing to say.
    alike = tagged(tmp_path / "alike.png", (255 * stored).astype(np.uint8), orientation)
    source = read(path, missing=alike)
    np.testing.assert_array_equal(source.missing, stored)
    assert not any("Exif tag" in note for note in source.notes)


def test_the_size_says_where_only_the_stored_picture_has_it(tmp_path: Path) -> None:
    path = tagged(tmp_path / "a.png", PICTURE, 6)
    stored = np.zeros(PICTURE.shape, bool)
    stored[1, 4] = True
    Image.fromarray(stored).save(tmp_path / "stored.png")
    source = read(path, missing=tmp_path / "stored.png")
    np.testing.assert_array_equal(source.missing, stored)
    assert any("by its size over the picture as it is stored" in note for note in source.notes)
    Image.fromarray(np.eye(5) > 0).save(tmp_path / "other.png")
    with pytest.raises(MediaError, match="give a mask of the same size"):
        read(path, missing=tmp_path / "other.png")
