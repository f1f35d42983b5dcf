"""The same command has the same bytes: no clock, no order of a hash, no number of threads."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

MAIN = "from tacit.cli import main; main()"
THREADS = "--xla_cpu_multi_thread_eigen={} intra_op_parallelism_threads={}"
FIRST = {"PYTHONHASHSEED": "0", "XLA_FLAGS": THREADS.format("false", 1)}
LATER = {"PYTHONHASHSEED": "12345"}
"""Another order of hashes, at another time."""
WIDER = {"XLA_FLAGS": THREADS.format("true", 2)}
"""Sums of a large product are split between threads: only what is small or sparse is the same."""
COMMANDS = {
    "complete": (
        ["complete", "in.npy", "-o", "out.npy", "--budget", "600", "--method", "deep"],
        "out.npy",
    ),
    "factors": (
        ["complete", "in.npy", "-o", "out.npy", "--budget", "600", "--method", "factors"],
        "out.npy",
    ),
    "rate": (["rate", "fit", "ratings.csv", "-o", "model", "--members", "2"], "model"),
    "run": (["run", "chu2024_fig1"], "runs/*/records-*.zarr"),
}


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 45))
    values[rng.random(values.shape) < 0.4] = np.nan
    np.save(tmp_path / "in.npy", values)
    rows, columns = rng.integers(0, 60, 2000), rng.integers(0, 45, 2000)
    stars = rng.normal(3, 1, 2000)
    table = np.column_stack([rows, columns, stars])
    names = "user,item,rating"
    np.savetxt(tmp_path / "ratings.csv", table, "%.6g", ",", header=names, comments="")
    return tmp_path


def digest(folder: Path, pattern: str) -> dict[str, str]:
    """Of every file under what matches, by its path without the name that is drawn for a run."""
    (found,) = folder.glob(pattern)
    files = [found] if found.is_file() else sorted(p for p in found.rglob("*") if p.is_file())
    assert files
    return {
        str(file.relative_to(found)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("complete", {**LATER, **WIDER}),
        ("factors", {**LATER, **WIDER}),
        ("rate", LATER),
        ("run", LATER),
    ],
)
def test_another_process_writes_the_same_bytes(inputs, name, other):
    arguments, written = COMMANDS[name]
    found = []
    for settings in (FIRST, {**FIRST, **other}):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **settings}
        subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=inputs,
            env=environment,
            check=True,
            capture_output=True,
        )
        found.append(digest(inputs, written))
        if "-o" in arguments:
            (inputs / written).rename(inputs / f"first-{len(found)}")
    assert found[0] == found[1]
