"""What is refused before any work begins, and where there is no home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tacit.cli.entry import status

QUICK = ["--smooth", "off", "--method", "deep", "--depth", "2", "--init-scale", "1e-3"]
ELSEWHERE = ["unshare", "--user", "--map-user=54321"]
"""As a user that the system does not know, where that may be tried."""


@pytest.mark.parametrize("place", ["folder", "none/page.html", "/dev/null", "a" * 256 + ".html"])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    folder, capsys, monkeypatch, place
):
    Path("folder").mkdir()
    monkeypatch.setattr("tacit.cli.complete.work.read", lambda *_, **__: pytest.fail("worked"))
    arguments = ["holes.png", "-o", "out.png", "--missing", "mask.png", "--report", place]
    assert status(["complete", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"tacit: {place}")
    assert said.count("\n") == 1
    assert not Path("out.png").exists()


def test_a_name_of_255_bytes_is_written(folder, capsys):
    name = "ü" * 125 + "a.png"
    assert len(os.fsencode(name)) == 255
    arguments = ["holes.png", "-o", name, "--missing", "mask.png", *QUICK, "--quiet"]
    assert status(["complete", *arguments]) == 0
    assert Path(name).exists()


def _can_be_elsewhere() -> bool:
    try:
        return subprocess.run([*ELSEWHERE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not _can_be_elsewhere(), reason="needs unshare and its rights")
def test_without_a_home_and_a_name_all_is_as_elsewhere(folder):
    environment = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ
    } | {"OPENBLAS_NUM_THREADS": "1"}
    command = [*ELSEWHERE, sys.executable, "-c", "from tacit.cli import main; main()", "complete"]
    arguments = ["holes.png", "-o", "out.png", "--missing", "mask.png", "--report", "page.html"]
    ended = subprocess.run(
        [*command, *arguments, *QUICK], env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert Path("page.html").read_text().startswith("<!doctype html>")
