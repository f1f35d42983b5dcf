"""Folders of pictures as films: their order, what must agree, and where the answer goes."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tacit.media import MediaError, check_output, read, write
from tacit.media.formats import STACK
from tacit.media.location import Location

from ._files import film, frames_first, load_folder, load_pillow, samples, save_folder, save_pillow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of four grey pictures, 8.png to 11.png."""
    save_folder(tmp_path / "stack", film("u1"))
    return tmp_path / "stack"


def test_numbers_in_names_are_compared_as_numbers(folder: Path) -> None:
    assert sorted(os.listdir(folder))[0] == "10.png"
    source = read(folder, need_holes=False)
    assert source.axes == ("row", "column", "frame")
    np.testing.assert_array_equal(source.values, film("u1") / 255)


def test_the_order_does_not_depend_on_the_disk() -> None:
    files = (Path("a1.png"), Path("a01.png"), Path("a2.png"), Path("b.png"), Path("3.png"))
    orders = {STACK.files(Location(Path("x"), None, files[k:] + files[:k])) for k in range(5)}
    assert [file.stem for file in orders.pop()] == ["3", "a01", "a1", "a2", "b"]
    assert not orders


def test_a_pattern_chooses_some(folder: Path) -> None:
    (folder / "notes.txt").write_text("hello")
    source = read(folder / "1*.png", need_holes=False)
    np.testing.assert_array_equal(source.values, film("u1")[:, :, 2:] / 255)
    output = folder.with_name("out")
    check_output(folder / "1*.png", output)
    write(source, source.values, output)
    assert sorted(os.listdir(output)) == ["10.png", "11.png"]


def test_other_and_hidden_files_and_folders_are_passed_over(folder: Path) -> None:
    (folder / "notes.txt").write_text("hello")
    (folder / ".hidden.png").write_text("hello")
    (folder / "deeper.png").mkdir()
    assert read(folder, need_holes=False).values.shape == (5, 6, 4)


def test_each_picture_keeps_its_format_and_its_opacity(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    see_through = samples("u1", 4)
    see_through[2, 3, 3], see_through[1, 1, 3] = 0, 9
    save_pillow(inside / "a.png", see_through)
    tifffile.imwrite(inside / "b.tif", samples("u1", 3), photometric="rgb", description="second")
    save_pillow(inside / "c.webp", samples("u1", 3), lossless=True, exact=True)
    source = read(inside)
    assert np.argwhere(source.missing).tolist() == [[2, 3, 0]]
    write(source, np.ones_like(source.values), tmp_path / "out")
    see_through[2, 3] = 255
    np.testing.assert_array_equal(load_pillow(tmp_path / "out/a.png"), see_through)
    np.testing.assert_array_equal(load_pillow(tmp_path / "out/c.webp"), samples("u1", 3))
    with tifffile.TiffFile(tmp_path / "out/b.tif") as after:
        np.testing.assert_array_equal(after.asarray(), samples("u1", 3))
        assert after.pages.first.description == "second"


def test_notes_are_said_once(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    for name in "abc":
        save_pillow(inside / f"{name}.jpg", samples("u1"))
    source = read(inside, need_holes=False)
    assert source.stored.lossy
    assert "a.jpg is JPEG" in source.notes[0]
    assert source.notes[1:] == ("the same holds for 2 more pictures in in",)


def test_one_picture_in_a_folder_is_a_picture(tmp_path: Path) -> None:
    save_folder(tmp_path / "in", film("u1")[:, :, :1])
    source = read(tmp_path / "in", need_holes=False)
    assert source.axes == ("row", "column")
    assert "single picture" in source.notes[0]
    write(source, source.values, tmp_path / "out")
    np.testing.assert_array_equal(load_folder(tmp_path / "out"), film("u1")[:, :, :1])


def add(name: str, data: np.ndarray) -> Callable[[Path], None]:
    """Return what puts one more picture into a folder."""
    return lambda folder: tifffile.imwrite(folder / name, data, photometric="minisblack")


def colour(folder: Path) -> None:
    """Put a coloured picture into a folder."""
    save_pillow(folder / "9.png", samples("u1", 3))


def damage(folder: Path) -> None:
    """Damage one picture of a folder."""
    (folder / "9.png").write_bytes((folder / "9.png").read_bytes()[:40])


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        (add("99.tif", samples("u1").T), "99.tif", "is 6 × 5, but 8.png is 5 × 6"),
        (add("99.tif", samples("u2")), "99.tif", "has uint16 samples, but 8.png has uint8"),
        (add("99.tif", frames_first(film("u1"))), "99.tif", "holds several pages"),
        (add("1.tif", frames_first(film("u1"))), "1.tif", "holds several pages"),
        (colour, "9.png", "is 5 × 6 × 3, but 8.png is 5 × 6"),
        (damage, "9.png", "cut short"),
    ],
)
def test_a_picture_that_does_not_belong_is_named(folder: Path, change, name, words) -> None:
    change(folder)
    with pytest.raises(MediaError, match=words) as caught:
        read(folder, need_holes=False)
    assert str(caught.value).startswith(str(folder / name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "words"), [("*.jpg", "no file matches"), ("*", r"notes\.txt is not a picture")]
)
def test_a_pattern_that_does_not_fit_is_explained(folder: Path, pattern, words) -> None:
    (folder / "notes.txt").write_text("hello")
    with pytest.raises(MediaError, match=words):
        read(folder / pattern, need_holes=False)


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path: Path) -> None:
    save_pillow(tmp_path / "a[1].png", samples("u1"))
    assert read(tmp_path / "a[1].png", need_holes=False).values.shape == (5, 6)


@pytest.mark.parametrize("name", ["stack", "link", "stack/../stack"])
@pytest.mark.parametrize("given", ["stack", "stack/*.png"])
def test_the_input_folder_is_only_replaced_when_allowed(folder: Path, name, given) -> None:
    (folder.parent / "link").symlink_to(folder)
    given, output = folder.parent / given, folder.parent / name
    with pytest.raises(MediaError, match=r"is the input itself.*--overwrite"):
        check_output(given, output)
    check_output(given, output, overwrite=True)
    source = read(given, need_holes=False)
    write(source, np.ones_like(source.values), output, keep_observed=False)
    assert (read(folder, need_holes=False).values == 1).all()
    assert sorted(os.listdir(folder.parent)) == ["link", "stack"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("out.png", "the output is a folder of 4 pictures.*name it out$"),
        ("file", "is a file, but the output is a folder"),
        ("full", r"has other files in it, such as diary\.txt.*would be lost"),
        ("no/out", "does not exist"),
    ],
)
def test_an_impossible_output_folder_is_refused(folder: Path, output: str, words: str) -> None:
    (folder.parent / "file").write_text("")
    (folder.parent / "full").mkdir()
    (folder.parent / "full/diary.txt").write_text("dear")
    with pytest.raises(MediaError, match=words):
        check_output(folder, folder.parent / output)


def test_write_itself_deletes_nothing_of_others(folder: Path) -> None:
    (folder / "diary.txt").write_text("dear")
    source = read(folder, need_holes=False)
    with pytest.raises(MediaError, match=r"diary\.txt"):
        write(source, source.values, folder)
    assert (folder / "diary.txt").read_text() == "dear"


def test_a_failed_write_leaves_the_old_folder(folder: Path, monkeypatch) -> None:
    source, output = read(folder, need_holes=False), folder.with_name("out")
    write(source, source.values, output)
    whole, count = {file.name: file.read_bytes() for file in output.iterdir()}, 0
    save = Image.Image.save

    def fail_at_the_third(*arguments, **options) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(28, "No space left on device")
        save(*arguments, **options)

    monkeypatch.setattr(Image.Image, "save", fail_at_the_third)
    with pytest.raises(MediaError, match="No space left on device"):
        write(source, 0 * source.values, output, keep_observed=False)
    assert {file.name: file.read_bytes() for file in output.iterdir()} == whole
    assert sorted(os.listdir(folder.parent)) == ["out", "stack"]


def test_pictures_that_are_no_film_are_noticed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:40, :50]
    for name, unlike in (("film", 0.0), ("album", 1.0)):
        (tmp_path / name).mkdir()
        for place in range(4):
            phase = place * (0.1 + unlike * rng.uniform(5, 9))
            wave = np.sin(rows / (5 + unlike * 9 * rng.random()) + phase) * np.cos(columns / 9)
            picture = (127 + 100 * wave).astype(np.uint8)
            picture[5:9, 5:9] = 0
            Image.fromarray(picture).save(tmp_path / name / f"{place}.png")
    assert read(tmp_path / "film", missing_value=0).notes == ()
    (note,) = read(tmp_path / "album", missing_value=0).notes
    assert "unlike each other" in note
    assert "--each" in note
