"""What a mask's values mean: two of them, soft edges, noise near zero, the other way round."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tacit.media import Marking, MediaError, read

HOLE = np.zeros((60, 80), bool)
HOLE[20:40, 30:50] = True


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[:60, :80]
    Image.fromarray((100 + rows + columns).astype(np.uint8)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def soft(path: Path) -> Path:
    """The hole with edges that fade over several pixels."""
    image = Image.fromarray((255 * HOLE).astype(np.uint8))
    image.filter(ImageFilter.GaussianBlur(3)).save(path)
    return path


def test_soft_edges_leave_a_hole_its_size(photo: Path) -> None:
    source = read(photo, missing=soft(photo.with_name("soft.png")))
    assert source.missing.mean() == pytest.approx(HOLE.mean(), rel=0.1)
    (note,) = source.notes
    assert "has greys: values above 127.5 count as missing" in note
    assert "--mask-threshold 0 would make" in note


def test_the_threshold_can_be_said_and_zero_takes_all_that_is_not_black(photo: Path) -> None:
    mask = soft(photo.with_name("soft.png"))
    values = np.asarray(Image.open(mask))
    for threshold in (0, 40, 200):
        source = read(photo, missing=mask, marking=Marking(threshold))
        np.testing.assert_array_equal(source.missing, values > threshold)
        assert source.notes == ()


def test_opacity_is_a_soft_edge_too(photo: Path) -> None:
    values = np.asarray(Image.open(soft(photo.with_name("soft.png"))))
    white = np.full_like(values, 255)
    Image.fromarray(np.dstack([white, values]), "LA").save(photo.with_name("alpha.png"))
    source = read(photo, missing=photo.with_name("alpha.png"))
    np.testing.assert_array_equal(source.missing, values > 127)


def test_noise_near_zero_is_not_taken_for_holes(photo: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 4, HOLE.shape).astype(np.uint8)
    Image.fromarray(noise).save(photo.with_name("noise.png"))
    with pytest.raises(MediaError, match=r"4 different values from 0 to 3, where 255 is full.*"):
        read(photo, missing=photo.with_name("noise.png"))
    source = read(photo, missing=photo.with_name("noise.png"), marking=Marking(0))
    np.testing.assert_array_equal(source.missing, noise > 0)

    Image.fromarray(np.where(HOLE, 255, noise).astype(np.uint8)).save(photo.with_name("both.png"))
    source = read(photo, missing=photo.with_name("both.png"))
    np.testing.assert_array_equal(source.missing, HOLE)


@pytest.mark.parametrize("scale", [1, 3, 255])
def test_two_values_are_marked_and_unmarked(photo: Path, scale: int) -> None:
    Image.fromarray((scale * HOLE).astype(np.uint8)).save(photo.with_name("mask.png"))
    source = read(photo, missing=photo.with_name("mask.png"))
    np.testing.assert_array_equal(source.missing, HOLE)
    assert source.notes == ()


def test_fractions_are_halved_and_labels_are_asked_about(photo: Path) -> None:
    np.save(photo.with_name("share.npy"), np.where(HOLE, 0.9, 0.2))
    assert (read(photo, missing=photo.with_name("share.npy")).missing == HOLE).all()
    np.save(photo.with_name("labels.npy"), np.where(HOLE, 7, np.arange(80) % 3))
    with pytest.raises(MediaError, match=r"not clear which of them mean missing.*--mask-threshold"):
        read(photo, missing=photo.with_name("labels.npy"))


def test_a_mask_of_what_is_known_is_suspected_and_can_be_turned(photo: Path) -> None:
    known = photo.with_name("known.png")
    Image.fromarray((255 * ~HOLE).astype(np.uint8)).save(known)
    (note,) = read(photo, missing=known).notes[:1]
    assert "known.png marks 91.7 % as missing" in note
    assert "--mask-invert" in note
    source = read(photo, missing=known, marking=Marking(invert=True))
    np.testing.assert_array_equal(source.missing, HOLE)
    assert source.notes == ()


def test_a_mask_that_marks_nothing_is_noted(photo: Path) -> None:
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(photo.with_name("black.png"))
    source = read(photo, missing=photo.with_name("black.png"), need_holes=False)
    assert source.notes == ("the mask black.png marks nothing as missing",)
