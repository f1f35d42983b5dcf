"""An interrupted writer leaves the old file or the new one."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tacit.media import MediaError, atomic_path
from tacit.media.atomic import atomic_folder, recover_folder


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


def killed(code: str, moves: int) -> None:
    """Run code in a process that is killed at its move of this number."""
    head = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from tacit.media.atomic import atomic_folder, atomic_path\n"
        "real, done = os.replace, 0\n"
        "def replace(one, two):\n"
        "    global done\n"
        "    done += 1\n"
        f"    if done == {moves}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(one, two)\n"
        "os.replace = replace\n"
    )
    assert subprocess.run([sys.executable, "-c", head + code]).returncode == -signal.SIGKILL


@pytest.mark.parametrize("moves", [1, 2])
def test_a_folder_of_a_killed_process_is_found_again(tmp_path: Path, moves: int) -> None:
    """Killed before the first move, or between the two: the old one is there when it is read."""
    target = old_folder(tmp_path / "out")
    killed(
        f"with atomic_folder(Path({str(target)!r}), frozenset('ab')) as new:\n"
        "    (new / 'a').write_text('half')\n",
        moves,
    )
    assert target.exists() == (moves == 1)
    recover_folder(target)
    assert {file.name: file.read_text() for file in target.iterdir()} == {"a": "old"}
    with atomic_folder(target, NAMES) as temporary:
        (temporary / "a").write_text("new")
    assert os.listdir(tmp_path) == ["out"]
    assert (target / "a").read_text() == "new"


def test_what_a_killed_process_left_is_cleared_away_and_no_one_elses(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    killed(f"with atomic_path(Path({str(target)!r})) as new:\n    new.write_text('half')\n", 1)
    (left,) = os.listdir(tmp_path)
    machine = left.split(".")[2].split("-")[0]
    others = [
        f".a.{machine}-{os.getpid()}-01234567.txt",  # of a process that is running
        ".a.00000000-1-01234567.txt",  # of another machine
        ".b." + left[3:],  # of another file
        ".a.txt",
    ]
    for other in others:
        (tmp_path / other).write_text("other")
    with atomic_path(target) as temporary:
        temporary.write_text("new")
    assert sorted(os.listdir(tmp_path)) == sorted([*others, "a.txt"])
