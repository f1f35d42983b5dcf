"""Every example runs, in a folder of its own, and says something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SHORT = sorted(path for path in EXAMPLES.glob("*.py") if path.name != "demo.py")
_LONG = {
    "complete_a_table",
    "depth_and_rank",
    "exact_recursion",
    "implicit_or_explicit",
    "ratings",
    "scale_sweep",
    "your_own_observer",
}
"""Those that compile longest; they run in seconds once that is done."""


def run(script, folder, *arguments):
    environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", script, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in _LONG else [])
        for path in SHORT
    ],
)
def test_an_example_runs(script, tmp_path):
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("script", SHORT, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_its_idea(script):
    text = script.read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) < 40


def test_the_demo_writes_its_pictures_and_the_report(tmp_path):
    done = run(EXAMPLES / "demo.py", tmp_path, "--budget", "1", "--size", "64")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "demo"
    written = {path.name for path in folder.iterdir()}
    assert written >= {"holes.png", "completed.png", "truth.png", "before_after.png", "report.html"}
    for name in ("before_after.png", "report.html"):
        assert str(Path("demo") / name) in done.stdout
