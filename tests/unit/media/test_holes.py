"""Which places are missing, and what is said about whole lines of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tacit.media import read

from ._files import samples

HOLES = np.zeros((5, 6), bool)
HOLES[[0, 2], [1, 3]] = True


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """An RGB picture of whose pixels none is black."""
    Image.fromarray(samples("u1", 3) // 2 + 1).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def paint(path: Path, mode: str, on, off) -> Path:
    """Write a mask picture with one colour in the holes and another elsewhere."""
    image = Image.new(mode, (6, 5), off)
    for row, column in np.argwhere(HOLES):
        image.putpixel((int(column), int(row)), on)
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("mode", "on", "off"),
    [
        ("1", 1, 0),
        ("L", 255, 0),
        ("L", 1, 0),
        ("RGB", (0, 0, 1), (0, 0, 0)),
        ("RGBA", (1, 0, 0, 9), (0, 0, 0, 255)),
        ("RGBA", (255, 255, 255, 255), (255, 255, 255, 0)),
        ("I;16", 1, 0),
        ("LA", (3, 255), (0, 255)),
    ],
)
def test_of_two_values_the_non_zero_one_is_missing(picture: Path, mode, on, off) -> None:
    mask = paint(picture.with_name("mask.png"), mode, on, off)
    np.testing.assert_array_equal(read(picture, missing=mask).missing, HOLES)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, float])
def test_an_array_is_a_mask_too(picture: Path, dtype) -> None:
    np.save(picture.with_name("mask.npy"), HOLES.astype(dtype))
    source = read(picture, missing=picture.with_name("mask.npy"))
    np.testing.assert_array_equal(source.missing, HOLES)


def test_a_pixel_needs_all_channels_to_equal_the_value(tmp_path: Path) -> None:
    data = np.full((4, 4, 3), 9, np.uint8)
    data[1, 2], data[3, 3] = 255, (255, 255, 254)
    Image.fromarray(data).save(tmp_path / "a.png")
    assert np.argwhere(read(tmp_path / "a.png", missing_value=255).missing).tolist() == [[1, 2]]


def test_the_value_is_compared_in_the_precision_of_the_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[-999.9, 1], [2, 3]], np.float32))
    assert read(tmp_path / "a.npy", missing_value=-999.9).missing.sum() == 1
    with np.errstate(all="raise"):
        assert not read(tmp_path / "a.npy", missing_value=1e300, need_holes=False).missing.any()


def test_infinity_can_be_the_missing_value(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[np.inf, 1], [2, 3]]))
    source = read(tmp_path / "a.npy", missing_value=np.inf)
    assert np.argwhere(source.missing).tolist() == [[0, 0]]
    assert source.values[0, 0] == 0


def test_a_mask_stored_with_loss_is_noted(picture: Path) -> None:
    painted = Image.fromarray(np.pad(np.full((2, 2), 255, np.uint8), ((1, 2), (1, 3))))
    painted.save(picture.with_name("mask.jpg"))
    notes = read(picture, missing=picture.with_name("mask.jpg")).notes
    assert "mask.jpg has greys (a lossy format leaves them)" in notes[0]


def test_all_rules_are_united(tmp_path: Path) -> None:
    data = samples("u1", 4)
    data[..., :3] = data[..., :3] // 2 + 1
    data[4, 4, 3] = 0
    data[3, 0, :3] = 0
    Image.fromarray(data).save(tmp_path / "a.png")
    mask = paint(tmp_path / "mask.png", "L", 255, 0)
    expected = HOLES.copy()
    expected[[4, 3], [4, 0]] = True
    np.testing.assert_array_equal(
        read(tmp_path / "a.png", missing=mask, missing_value=0).missing, expected
    )


def test_a_value_that_is_nowhere_is_noted(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[np.nan, 1], [2, 3]]))
    assert read(tmp_path / "a.npy", missing_value=7).notes == (
        "nothing in a.npy equals the missing value 7",
    )


ALONE = "only smoothness or means can fill it"


@pytest.mark.parametrize(
    ("rows", "columns", "notes"),
    [
        ([], [], ()),
        (
            [2],
            [],
            (f"row 3 (counting from 1) is wholly missing: {ALONE}",),
        ),
        (
            [],
            [0],
            (f"column 1 (counting from 1) is wholly missing: {ALONE}",),
        ),
        (
            [1, 2, 3, 7],
            [],
            (
                "rows 2-4, 8 (counting from 1) are wholly missing: "
                "only smoothness or means can fill them",
            ),
        ),
        (
            [0, 2, 4, 6, 8, 10, 11],
            [],
            (
                "rows 1, 3, 5, 7, 9 and 2 more (counting from 1) are "
                "wholly missing: only smoothness or means can fill them",
            ),
        ),
    ],
)
def test_wholly_missing_lines_are_noted(tmp_path: Path, rows, columns, notes) -> None:
    data = np.ones((15, 12))
    data[rows] = np.nan
    data[:, columns] = np.nan
    data[-1, -1] = np.nan
    np.save(tmp_path / "a.npy", data)
    assert read(tmp_path / "a.npy").notes == notes
