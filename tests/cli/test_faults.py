"""A short form of `benchmarks/reliability/faults.md`: kills, interrupts, damage, other writers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = {
    "kills": 4,
    "interrupts": 4,
    "mutations": 220,
    "writers": 10,
    "surroundings": 0,
    "crowds": 1,
}
"""Of each part; surroundings are tried by `test_environment`, as not all can mount a disk."""


@pytest.mark.slow
def test_faults_leave_nothing_half_done(tmp_path: Path) -> None:
    journal, table = tmp_path / "faults.jsonl", tmp_path / "faults.md"
    counts = [f"{part}={count}" for part, count in COUNTS.items()]
    command = [sys.executable, "-m", "benchmarks.reliability.faults", "--counts", *counts]
    ended = subprocess.run(
        [*command, "--journal", str(journal), "--table", str(table)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    for row in rows:
        for fault in ("half", "fails", "left", "traceback", "hang", "crash", "large", "mixed"):
            assert not row.get(fault), row
        assert not row.get("failed"), row
        assert not row.get("late"), row
        if row["part"] == "interrupts":
            # A model may be fitted, and an experiment run, before Ctrl-C comes.
            assert row["status"] == 130 or not row["lines"], row
            assert not row["bad"], row
    assert {row["part"].split()[0] for row in rows} == set(COUNTS) - {"surroundings"}
    assert table.read_text().startswith("# Faults")
