"""Where an answer may be written, and what happens when it cannot be."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from tacit.media import MediaError, check_output, read, write

from ._files import samples, save_pillow


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A grey picture in a folder of its own."""
    save_pillow(tmp_path / "photo.png", samples("u1"))
    return tmp_path / "photo.png"


@pytest.mark.parametrize("how", ["name", "roundabout", "symlink", "hardlink"])
def test_the_input_is_only_replaced_when_allowed(picture: Path, how: str) -> None:
    output = picture.with_name("other.png")
    if how == "name":
        output = picture
    elif how == "roundabout":
        (picture.parent / "folder").mkdir()
        output = picture.parent / "folder" / ".." / "photo.png"
    elif how == "symlink":
        output.symlink_to(picture)
    else:
        os.link(picture, output)
    with pytest.raises(MediaError, match=r"is the input itself.*--overwrite"):
        check_output(picture, output)
    check_output(picture, output, overwrite=True)


def test_another_existing_file_may_be_replaced(picture: Path) -> None:
    picture.with_name("old.png").write_text("old")
    check_output(picture, picture.with_name("old.png"))


def test_a_variable_in_the_input_does_not_hide_that_it_is_the_input(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", A=np.eye(3))
    with pytest.raises(MediaError, match="is the input itself"):
        check_output(f"{tmp_path / 'a.npz'}:A", tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.webp", "is written as PNG.*name it out.png"),
        ("out", "is written as PNG.*name it out.png"),
        ("no/out.png", "does not exist"),
        ("folder.png", "is a folder"),
    ],
)
def test_an_impossible_output_is_refused(picture: Path, name: str, words: str) -> None:
    picture.with_name("folder.png").mkdir()
    with pytest.raises(MediaError, match=words) as caught:
        check_output(picture, picture.parent / name)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written_to_is_refused(picture: Path, monkeypatch) -> None:
    def refuse(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(MediaError, match=r"out.png cannot be written: Permission denied"):
        check_output(picture, picture.with_name("out.png"))


@pytest.mark.parametrize(("given", "also"), [("a.jpg", "b.JPEG"), ("a.TIF", "b.tiff")])
def test_other_spellings_of_the_suffix_are_the_same_format(tmp_path, given, also) -> None:
    save_pillow(tmp_path / given, samples("u1"), format=None)
    check_output(tmp_path / given, tmp_path / also)


def test_a_failed_write_leaves_the_old_file(picture: Path, monkeypatch) -> None:
    source, output = read(picture, need_holes=False), picture.with_name("out.png")
    output.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(source.codec), "encode", fail)
    with pytest.raises(MediaError, match=r"cannot be written: .*No space left on device"):
        write(source, source.values, output)
    assert output.read_text() == "old"
    assert sorted(os.listdir(picture.parent)) == ["out.png", "photo.png"]


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        (np.ones((6, 5)), "has shape"),
        (np.full((5, 6), np.nan), "NaN"),
        (np.full((5, 6), np.inf), "infinite"),
    ],
)
def test_an_answer_that_does_not_fit_is_not_written(picture: Path, filled, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        write(read(picture, need_holes=False), filled, picture.with_name("out.png"))
    assert not picture.with_name("out.png").exists()


def test_the_input_can_be_replaced(picture: Path) -> None:
    source = read(picture, need_holes=False)
    write(source, np.zeros((5, 6)), picture, keep_observed=False)
    assert not read(picture, need_holes=False).values.any()
