"""An interrupted writer leaves the old file or the new one."""

import os
import stat
from pathlib import Path

import pytest

from tacit.media import MediaError, atomic_path
from tacit.media.atomic import atomic_folder


def test_success_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with atomic_path(target) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".html"
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["report.html"]


def write_half(target: Path, error: type[BaseException]) -> None:
    """Begin to write a file and fail."""
    with atomic_path(target) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("existed", [True, False])
def test_an_exception_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException], existed: bool
) -> None:
    target = tmp_path / "a.png"
    if existed:
        target.write_text("old")
    with pytest.raises(error):
        write_half(target, error)
    assert os.listdir(tmp_path) == (["a.png"] if existed else [])
    assert not existed or target.read_text() == "old"


def test_permissions_of_the_old_file_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(0o640)
    with atomic_path(target) as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    with atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    usual, mode = (tmp_path / "usual").stat().st_mode, (tmp_path / "a.txt").stat().st_mode
    assert mode == usual


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target.txt"
    target.write_text("old")
    (tmp_path / "link.txt").symlink_to(target)
    with atomic_path(tmp_path / "link.txt") as temporary:
        assert temporary.parent == target.parent
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize(
    ("name", "words"), [("no/a.txt", "does not exist"), (".", "not an ordinary file")]
)
def test_an_impossible_target_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(MediaError, match=words), atomic_path(tmp_path / name):
        raise AssertionError("the block must not be entered")


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(MediaError, match="not an ordinary file"), atomic_path("/dev/null"):
        raise AssertionError("the block must not be entered")


NAMES = frozenset(["a", "b"])


def old_folder(target: Path) -> Path:
    """Make a folder with one file in it."""
    target.mkdir()
    (target / "a").write_text("old")
    return target


@pytest.mark.parametrize("existed", ["no", "empty", "full"])
def test_a_folder_takes_its_place_as_a_whole(tmp_path: Path, existed: str) -> None:
    target = tmp_path / "out"
    if existed == "full":
        old_folder(target).chmod(0o750)
    elif existed == "empty":
        target.mkdir()
    with atomic_folder(target, NAMES) as temporary:
        assert temporary.parent == tmp_path
        for name in NAMES:
            (temporary / name).write_text("new")
        assert not (target / "b").exists()
    assert {file.name: file.read_text() for file in target.iterdir()} == dict.fromkeys("ab", "new")
    assert os.listdir(tmp_path) == ["out"]
    if existed == "full":
        assert stat.S_IMODE(target.stat().st_mode) == 0o750


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("moves", [0, 1])
def test_an_exception_at_any_moment_leaves_the_old_folder(
    tmp_path: Path, monkeypatch, error: type[BaseException], moves: int
) -> None:
    target, done, replace = old_folder(tmp_path / "out"), 0, os.replace

    def interrupted(one: Path, two: Path) -> None:
        nonlocal done
        done += 1
        if done == moves + 1:
            raise error
        replace(one, two)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(error), atomic_folder(target, NAMES) as temporary:
        (temporary / "a").write_text("new")
    assert os.listdir(tmp_path) == ["out"]
    assert {file.name: file.read_text() for file in target.iterdir()} == {"a": "old"}


@pytest.mark.parametrize(
    ("name", "words"), [("out", "has other files in it, such as c"), ("no/out", "does not exist")]
)
def test_a_folder_that_cannot_be_replaced_is_refused(tmp_path: Path, name, words) -> None:
    (old_folder(tmp_path / "out") / "c").write_text("other")
    with pytest.raises(MediaError, match=words), atomic_folder(tmp_path / name, NAMES):
        pytest.fail("nothing may be written")
    assert sorted(os.listdir(tmp_path / "out")) == ["a", "c"]
