"""Films and cubes: masks of one frame or of all, whole lines missing, truths and their kinds."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tacit.media import MediaError, read, read_pictures, read_truth, write

from ._files import FORMATS, Format, film, frames_first, samples, save_folder, save_gif, save_pages

LONG = [form for form in FORMATS if form.further]
long_format = pytest.mark.parametrize("form", LONG, ids=lambda form: form.name)
PICTURE = np.zeros((5, 6), bool)
PICTURE[[0, 2, 4], [1, 3, 5]] = True
HOLES = np.random.default_rng(4).random((5, 6, 4)) < 0.4


def saved(tmp_path: Path, form: Format) -> Path:
    """Write the samples of a format."""
    form.save(tmp_path / f"in{form.suffix}", form.samples)
    return tmp_path / f"in{form.suffix}"


@long_format
def test_one_picture_masks_all_frames_and_it_is_said(tmp_path: Path, form: Format) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "mask.png")
    source = read(saved(tmp_path, form), missing=tmp_path / "mask.png")
    assert source.missing.shape == form.shape
    assert (source.missing == PICTURE.reshape(5, 6, *(1,) * form.further)).all()
    word = "frames" if "frame" in source.axes else "slices"
    many = " × ".join(f"{size} {word}" for size in form.shape[2:])
    note = f"the mask mask.png is one picture: it is applied to all {many}"
    assert note in source.notes


@long_format
def test_a_mask_of_another_shape_is_refused(tmp_path: Path, form: Format) -> None:
    path = saved(tmp_path, form)
    longer = (*form.shape[:-1], form.shape[-1] + 1)
    for shape in ((6, 5), longer, (form.shape[2], 5, 6), form.shape[1:], (5, 6, 9, 9)):
        np.save(tmp_path / "mask.npy", np.ones(shape))
        with pytest.raises(MediaError, match=r"the mask is .*, but .* is 5 rows × 6 col") as caught:
            read(path, missing=tmp_path / "mask.npy")
        assert "\n" not in str(caught.value)
        assert "one of its height and width" in str(caught.value)


@long_format
def test_nothing_hidden_shows_and_all_else_does(tmp_path: Path, form: Format) -> None:
    mask = np.random.default_rng(5).random(form.shape) < 0.5
    np.save(tmp_path / "mask.npy", mask)
    path = saved(tmp_path, form)
    whole, holed = read(path, need_holes=False), read(path, missing=tmp_path / "mask.npy")
    np.testing.assert_array_equal(holed.missing, mask)
    assert not holed.values[mask].any()
    np.testing.assert_array_equal(holed.values[~mask], whole.values[~mask])


@pytest.mark.parametrize("kind", ["gif", "tif", "folder", "npy"])
def test_a_mask_of_all_frames_may_be_of_any_kind(tmp_path: Path, kind: str) -> None:
    np.save(tmp_path / "a.npy", film("f4"))
    mask, bright = tmp_path / f"mask.{kind}", 255 * HOLES.astype(np.uint8)
    if kind == "npy":
        np.save(mask, HOLES)
    elif kind == "folder":
        save_folder(mask, bright)
    else:
        (save_gif if kind == "gif" else save_pages(photometric="minisblack"))(mask, bright)
    np.testing.assert_array_equal(read(tmp_path / "a.npy", missing=mask).missing, HOLES)


def test_an_array_of_three_slices_is_no_colour_picture(tmp_path: Path) -> None:
    data = samples("f8", 3)
    data[1, 2, 0] = np.nan
    np.save(tmp_path / "a.npy", data)
    source = read(tmp_path / "a.npy")
    assert source.axes == ("row", "column", "slice")
    assert np.argwhere(source.missing).tolist() == [[1, 2, 0]]
    write(source, np.full_like(source.values, 7.0), tmp_path / "b.npy")
    expected = np.where(np.isnan(data), 7.0, data)
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), expected)


def test_a_pixel_of_a_film_is_missing_with_all_its_colours(tmp_path: Path) -> None:
    data = samples("f4", 3, further=(4,))
    data[1, 2, 3, 0] = np.nan
    save_pages(photometric="rgb")(tmp_path / "a.tif", data)
    assert np.argwhere(read(tmp_path / "a.tif").missing).tolist() == [[1, 2, 3]]
    data = np.minimum(samples("u1", 3, further=(4,)), 254)
    data[0, 1, 2], data[0, 1, 3] = 255, (255, 255, 254)
    save_pages(photometric="rgb")(tmp_path / "b.tif", data)
    assert np.argwhere(read(tmp_path / "b.tif", missing_value=255).missing).tolist() == [[0, 1, 2]]


def test_the_value_of_one_entry_of_a_cube_is_missing(tmp_path: Path) -> None:
    data = np.ones((3, 4, 2, 2))
    data[0, 1, 1, 0] = -999
    np.save(tmp_path / "a.npy", data)
    mask = read(tmp_path / "a.npy", missing_value=-999).missing
    assert np.argwhere(mask).tolist() == [[0, 1, 1, 0]]


def test_whole_rows_columns_and_frames_are_noted(tmp_path: Path) -> None:
    data = film("f4")
    data[0], data[:, [1, 2]], data[:, :, 3] = np.nan, np.nan, np.nan
    data[3, 4, 1] = np.nan
    save_pages(photometric="minisblack")(tmp_path / "a.tif", data)
    np.save(tmp_path / "a.npy", data)
    alone = "is wholly missing: only smoothness or means can fill it"
    many = "are wholly missing: only smoothness or means can fill them"
    for name, word in (("a.tif", "frame"), ("a.npy", "slice")):
        assert read(tmp_path / name).notes == (
            f"row 1 (counting from 1) {alone}",
            f"columns 2-3 (counting from 1) {many}",
            f"{word} 4 (counting from 1) {alone}",
        )


def test_slices_of_several_dimensions_are_told_apart(tmp_path: Path) -> None:
    data = np.ones((3, 4, 5, 2))
    data[..., 1, :] = np.nan
    data[..., 0] = np.nan
    np.save(tmp_path / "a.npy", data)
    notes = read(tmp_path / "a.npy").notes
    assert notes[0].startswith("slice 2 (counting from 1, along dimension 3) is wholly missing")
    assert notes[1].startswith("slice 1 (counting from 1, along dimension 4) is wholly missing")


@pytest.mark.parametrize(
    ("place", "words"),
    [((1, 2, 3), "row 2, column 3, slice 4"), ((0, 0, 0), "row 1, column 1, slice 1")],
)
def test_an_infinite_entry_is_found(tmp_path: Path, place, words) -> None:
    data = film("f8")
    data[place] = -np.inf
    np.save(tmp_path / "a.npy", data)
    with pytest.raises(MediaError, match=f"the value at {words} .* is infinite"):
        read(tmp_path / "a.npy", need_holes=False)


def test_the_truth_of_a_film_may_have_another_format(tmp_path: Path) -> None:
    save_gif(tmp_path / "a.gif", film("u1"))
    save_folder(tmp_path / "truth", film("u1"))
    source = read(tmp_path / "a.gif", need_holes=False)
    np.testing.assert_array_equal(read_truth(tmp_path / "truth", source), source.values)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("short", "is 5 × 6 × 3, but .* is 5 × 6 × 4"),
        ("a.npy", "is an array, but .* is a film"),
        ("a.png", "is a picture, but .* is a film"),
    ],
)
def test_a_truth_of_another_kind_is_refused(tmp_path: Path, name: str, words: str) -> None:
    save_folder(tmp_path / "short", film("u1")[:, :, :3])
    np.save(tmp_path / "a.npy", film("f8"))
    Image.fromarray(film("u1")[:, :, :3]).save(tmp_path / "a.png")
    save_gif(tmp_path / "a.gif", film("u1"))
    with pytest.raises(MediaError, match=words):
        read_truth(tmp_path / name, read(tmp_path / "a.gif", need_holes=False))


@pytest.mark.parametrize("change", ["short", "sideways", "flat"])
def test_an_answer_of_another_shape_is_not_written(tmp_path: Path, change: str) -> None:
    save_gif(tmp_path / "a.gif", film("u1"))
    source = read(tmp_path / "a.gif", need_holes=False)
    answer = {
        "short": source.values[:, :, 1:],
        "sideways": frames_first(source.values),
        "flat": source.values[:, :, 0],
    }[change]
    with pytest.raises(MediaError, match="the answer has shape"):
        write(source, answer, tmp_path / "b.gif")


def test_pages_are_not_taken_for_colours_where_pictures_are_read(tmp_path: Path) -> None:
    save_pages(photometric="minisblack")(tmp_path / "a.tif", film("u1")[:, :, :3])
    with pytest.raises(MediaError, match=r"a\.tif holds 3 pictures"):
        read_pictures(tmp_path)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (film("u1")[:4, :, 0], r"page 5 holds 4 × 6 of uint8, but the first 5 × 6 of uint8"),
        (film("u2")[:, :, 0], r"page 5 holds 5 × 6 of uint16, but the first 5 × 6 of uint8"),
    ],
)
def test_pages_that_differ_are_refused(tmp_path: Path, other: np.ndarray, words: str) -> None:

    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(frames_first(film("u1")), photometric="minisblack", metadata=None)
        writer.write(other, photometric="minisblack", metadata=None)
    with pytest.raises(MediaError, match=words):
        read(tmp_path / "a.tif", need_holes=False)


def test_pages_tagged_each_for_itself_stay_so(tmp_path: Path) -> None:

    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for number, page in enumerate(frames_first(film("u1"))):
            options = {"photometric": "minisblack", "metadata": None}
            writer.write(page, description=f"page {number}", **options)
    source = read(tmp_path / "a.tif", need_holes=False)
    write(source, source.values, tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert [page.description for page in file.pages] == [f"page {k}" for k in range(4)]
        np.testing.assert_array_equal(
            [page.asarray() for page in file.pages], frames_first(film("u1"))
        )


def test_more_pictures_than_pages_are_refused(tmp_path: Path) -> None:

    with tifffile.TiffWriter(tmp_path / "a.tif", shaped=True) as writer:
        pages = frames_first(film("u1"))
        writer.write(pages, metadata={"axes": "ZYX"}, truncate=True, photometric="minisblack")
    with pytest.raises(MediaError, match="holds more pictures than pages"):
        read(tmp_path / "a.tif", need_holes=False)
