"""Ctrl-C typed into a terminal: once for the best answer so far, twice for an end at once."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.reliability.terminal import Ended, on_a_terminal

from tacit import _interrupt
from tacit.media.atomic import atomic_folder, atomic_path

MAIN = "from tacit.cli import main; main()"
OLD = np.full((3, 3), 7.0)
SAID = "interrupted: ending with the best answer so far"
PATIENCE = 300.0
"""Seconds after which a command that was interrupted is killed: far more than any takes."""

IMPORTING = """
import sys
class Tell:
    def find_spec(self, name, path, target=None):
        if name == "jax":
            print("IMPORTING", flush=True)
            import time
            time.sleep(1)
sys.meta_path.insert(0, Tell())
"""
COMPILING = """
import sys, tacit.runs
module = sys.modules["tacit.runs.run"]
real = module.run_chunk
def told(*arguments):
    print("COMPILING", flush=True)
    return real(*arguments)
module.run_chunk = told
"""
SLOW_DISK = """
import os, time
real = os.fsync
def slow(file):
    print("WRITING", flush=True)
    for _ in range(200):
        time.sleep(0.01)
    real(file)
os.fsync = slow
"""
# What a garbage collector calls swallows whatever is raised in it.
COLLECTING = """
import gc, sys, tacit.runs
class Callback:
    def __del__(self):
        print("COLLECTING", flush=True)
        for _ in range(10**7):
            pass
module = sys.modules["tacit.runs.run"]
real = module.run_chunk
def told(*arguments):
    Callback()
    return real(*arguments)
module.run_chunk = told
"""


@pytest.fixture
def table(folder):
    """A table with holes, and an output that is there already."""
    values = np.add.outer(np.sin(np.arange(120) / 9), np.cos(np.arange(90) / 7))
    values += np.random.default_rng(0).normal(scale=0.1, size=values.shape)
    values[np.random.default_rng(1).random(values.shape) < 0.5] = np.nan
    np.save("in.npy", values)
    np.save("out.npy", OLD)
    return folder


def interrupted(folder: Path, prelude: str, *typed: float | str, more: tuple = ()) -> Ended:
    command = [sys.executable, "-c", f"{prelude}\n{MAIN}", "complete", "in.npy", "-o", "out.npy"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
    options = ["--budget", "300", "--method", "deep", *more]
    return on_a_terminal([*command, *options], typed, folder, environment, PATIENCE)


def check_ended_well(ended: Ended, said: list[str]) -> None:
    assert ended.status == 130, ended.shown[-3000:]
    assert "Traceback" not in ended.shown
    assert "Exception ignored" not in ended.shown
    assert len(ended.lines) == len(said)
    assert all(word in line for word, line in zip(said, ended.lines, strict=True))


def check_nothing_is_left(folder: Path) -> None:
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_while_it_starts_one_ctrl_c_ends_it_and_nothing_is_touched(table):
    ended = interrupted(table, IMPORTING, "IMPORTING")
    check_ended_well(ended, ["interrupted"])
    np.testing.assert_array_equal(np.load("out.npy"), OLD)
    check_nothing_is_left(table)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prelude", "marker"),
    [
        (COMPILING, "COMPILING"),
        ("", "step "),
        (COLLECTING, "COLLECTING"),
        (SLOW_DISK, "step "),
    ],
    ids=["compiling", "training", "collecting", "then writing slowly"],
)
def test_one_ctrl_c_writes_the_best_answer_so_far(table, prelude, marker):
    ended = interrupted(table, prelude, marker)
    check_ended_well(ended, [SAID])
    given, answer = np.load("in.npy"), np.load("out.npy")
    seen = np.isfinite(given)
    np.testing.assert_array_equal(answer[seen], given[seen])
    assert np.isfinite(answer).all()
    assert "it was interrupted" in ended.shown
    check_nothing_is_left(table)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prelude", "typed"),
    [
        (COMPILING + SLOW_DISK, ("COMPILING", "end at once")),
        (SLOW_DISK, ("step ", "end at once")),
        (SLOW_DISK, ("step ", "WRITING")),
    ],
    ids=["compiling", "training", "writing"],
)
def test_two_leave_what_was_there_and_end_at_once(table, prelude, typed):
    ended = interrupted(table, prelude, *typed)
    check_ended_well(ended, [SAID, "interrupted"])
    np.testing.assert_array_equal(np.load("out.npy"), OLD)
    check_nothing_is_left(table)


@pytest.mark.slow
def test_ctrl_c_while_the_answer_is_written_writes_it_whole(table):
    quick = ("--depth", "2", "--init-scale", "1e-3", "--smooth", "off", "--quiet")
    ended = interrupted(table, SLOW_DISK, "WRITING", more=quick)
    check_ended_well(ended, [SAID])
    assert np.isfinite(np.load("out.npy")).all()
    assert np.load("out.npy").shape == np.load("in.npy").shape


def test_a_command_that_was_told_to_ignore_interrupts_ignores_them(table):
    # As `nohup` and a job in the background of a script do.
    code = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from tacit.cli import main\n"
        "from tacit.cli.app import app\n"
        "app.command(lambda: os.kill(os.getpid(), signal.SIGINT), name='interrupt')\n"
        "main(['interrupt'])"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_what_is_half_done_is_deleted_and_what_was_there_stays(tmp_path):
    # As it is at the second Ctrl-C: the process would end right after.
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tacit import _interrupt\n"
        "from tacit.media.atomic import atomic_folder, atomic_path\n"
        "with atomic_path('file') as file, atomic_folder('folder', frozenset('a')) as folder:\n"
        "    file.write_text('half')\n"
        "    (folder / 'a').write_text('half')\n"
        "    _interrupt.abandon()\n"
        "    import os; os._exit(130)\n"
    )
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("old")
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path)
    assert ended.returncode == 130
    assert (tmp_path / "file").read_text() == (tmp_path / "folder" / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "file", "folder"]


def test_what_is_done_is_no_longer_deleted(tmp_path):
    with atomic_path(tmp_path / "file") as file:
        file.write_text("new")
    with atomic_folder(tmp_path / "folder", frozenset("a")) as folder:
        (folder / "a").write_text("new")
    assert not _interrupt._UNFINISHED
