"""Where files are written: what cannot be is refused before the work, and a full disk is told."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tacit.media import MediaError, check_folder_place, check_place
from tacit.media.atomic import atomic_folder, atomic_path

CHECKS = [check_place, check_folder_place]


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("length", [200, 201, 255])
@pytest.mark.parametrize("kind", ["ascii", "umlauts", "suffix"])
def test_a_name_may_have_as_many_bytes_as_the_file_system_allows(tmp_path, kind, length):
    name = {
        "ascii": "a" * (length - 4) + ".npy",
        "umlauts": "a" * (length % 2) + "ä" * ((length - 4) // 2) + ".npy",
        "suffix": "a." + "b" * (length - 2),
    }[kind]
    assert len(os.fsencode(name)) == length
    path = tmp_path / name
    check_place(path)
    for content in ("old", "new"):
        with atomic_path(path) as temporary:
            temporary.write_text(content)
            assert len(os.fsencode(temporary.name)) <= 255
    assert path.read_text() == "new"
    folder = tmp_path / f"{'b' * 252}.ä"[:254]
    check_folder_place(folder)
    for content in ("old", "new"):
        with atomic_folder(folder, frozenset("a")) as temporary:
            (temporary / "a").write_text(content)
    assert (folder / "a").read_text() == "new"
    assert names(tmp_path) == sorted([name, folder.name])


def test_what_a_killed_process_left_of_a_long_name_is_cleared_away(tmp_path):
    path = tmp_path / f"{'a' * 251}.npy"
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom tacit.media.atomic import atomic_path\n"
        "with atomic_path(Path(sys.argv[1])) as file: os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)])
    assert len(names(tmp_path)) == 1
    with atomic_path(path):
        pass
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("check", CHECKS)
def test_a_name_that_is_too_long_or_a_folder_that_is_not_there_is_refused(tmp_path, check):
    for path, message in (
        (tmp_path / ("a" * 256), "cannot be written: File name too long"),
        (tmp_path / "none" / "a", "does not exist: create it"),
    ):
        with pytest.raises(MediaError, match=message) as refused:
            check(path)
        assert str(path) in str(refused.value)
    assert names(tmp_path) == []


def test_a_folder_or_a_device_in_the_place_of_a_file_is_refused(tmp_path):
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(MediaError, match="is not an ordinary file"):
            check_place(path)


@pytest.mark.parametrize("check", CHECKS)
def test_a_place_is_tried_and_nothing_stays(tmp_path, check, monkeypatch):
    (tmp_path / "old").write_text("old")
    check(tmp_path / "old")
    check(tmp_path / "new")
    assert names(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"

    # Whoever runs the tests may write anywhere: the system's answer is put in its place.
    def refuse(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(MediaError, match="new cannot be written: Read-only file system"):
        check(tmp_path / "new")


WRITERS = {
    "npy": "write(read('in.npy'), np.ones((200, 200)), 'out.npy')",
    "csv": "write_frame({'a': np.arange(9e4)}, Path('out.csv'))",
    "parquet": "write_frame({'a': np.random.default_rng(0).random(90000)}, Path('out.parquet'))",
    "page": (
        "from tacit.report.layout import write_page\n"
        "texts = {'title': '', 'lead': 'a' * 90000, 'command': ''}\n"
        "write_page('out.html', notes=[], sections={}, **texts)"
    ),
    "folder": (
        "with atomic_folder('out', frozenset('a')) as f: (f / 'a').write_bytes(b'a' * 90000)"
    ),
    "figure": (
        "import matplotlib.pyplot as plt\nfrom tacit import plots\n"
        "figure = plt.figure(); figure.gca().imshow(np.random.default_rng(0).random((300, 300)))\n"
        "plots.save(figure, 'out.png')"
    ),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_disk_without_room_is_one_line_that_names_the_file(tmp_path, kind):
    # A limit of the size of a file stands for a full disk: it needs no right to mount one.
    code = (
        "import resource\nfrom pathlib import Path\nimport numpy as np\n"
        "from tacit.media import MediaError, read, write, write_frame\n"
        "from tacit.media.atomic import atomic_folder\n"
        "a = np.ones((200, 200)); a[0, 0] = np.nan; np.save('in.npy', a)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try:\n    "
        + WRITERS[kind].replace("\n", "\n    ")
        + "\nexcept MediaError as error:\n    print(error)"
    )
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path / "mpl")}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert ended.stdout.startswith("out"), ended.stderr
    assert " cannot be written: " in ended.stdout
    assert ended.stdout.count("\n") == 1
    left = [name for name in names(tmp_path) if name not in ("in.npy", "mpl")]
    assert left == []
