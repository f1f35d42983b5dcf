"""Run every experiment at the paper's preset over several seeds, and write `papers.md`.

    python -m benchmarks.papers                         # everything, from seeds 0 to 4: hours
    python -m benchmarks.papers --seeds 0 1 2 --only chu2024_fig2
    python -m benchmarks.papers --again chu2024_fig2    # forget its runs first
    python -m benchmarks.papers --write                 # run nothing: the table of what was run

An experiment is a process of its own. Its records are kept in `.cache/papers` and a line for each
run in `papers.jsonl` (not committed), so that an interrupted call goes on where it was, and a claim
that is restated is held against the runs there are.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.machine import machine
from benchmarks.quality.journal import Journal
from tacit.experiments import EXPERIMENTS, Experiment, Verdict, find

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "papers.jsonl", ("experiment", "seed"))
RECORDS = HERE / ".cache" / "papers"


class Row(NamedTuple):
    """A claim over the seeds that were run."""

    experiment: str
    text: str
    bound: str
    held: list[bool]
    values: list[float]

    @property
    def is_robust(self) -> bool:
        """Whether it holds at nine seeds of ten, and at all where there are fewer."""
        return sum(not holds for holds in self.held) <= len(self.held) // 10


def run(name: str, seed: int) -> None:
    """Run an experiment, keep its records, and log it."""
    experiment = find(name)
    config = experiment.configure("paper", seed)

    began = time.perf_counter()
    dataset = experiment.run(config)
    seconds = time.perf_counter() - began

    dataset.to_zarr(_records(name, seed), mode="w", consolidated=False)
    missed = [verdict.text for verdict in experiment.check(dataset, config) if not verdict.holds]
    row = {"experiment": name, "seed": seed, "seconds": round(seconds, 1), "commit": _commit()}
    JOURNAL.add({**row, "missed": missed})


def judge(experiment: Experiment, seeds: list[int]) -> list[Row]:
    """Hold the records of every seed against the claims as they are now."""
    import xarray as xr

    found: dict[str, list[Verdict]] = {}
    for seed in seeds:
        with xr.open_zarr(_records(experiment.name, seed), consolidated=False) as dataset:
            verdicts = experiment.check(dataset.load(), experiment.configure("paper", seed))
        for verdict in verdicts:
            found.setdefault(verdict.text, []).append(verdict)
    return [
        Row(
            experiment.name,
            text,
            f"{verdicts[0].relation} {verdicts[0].bound:.4g}",
            [verdict.holds for verdict in verdicts],
            [verdict.value for verdict in verdicts],
        )
        for text, verdicts in found.items()
    ]


def write() -> None:
    """Write `papers.md` from the runs that are kept."""
    logged = JOURNAL.rows()
    seeds = {
        experiment.name: sorted(seed for name, seed in logged if name == experiment.name)
        for experiment in EXPERIMENTS
    }
    rows = {
        experiment.name: judge(experiment, seeds[experiment.name]) for experiment in EXPERIMENTS
    }
    everything = [row for some in rows.values() for row in some]
    robust = sum(row.is_robust for row in everything)
    commits = sorted({line["commit"] for line in logged.values()})
    lines = [
        "# The papers' claims, over seeds",
        "",
        "`make papers`, or `python -m benchmarks.papers`",
        "",
        f"Run at {', '.join(commits)} on {machine()}.",
        "",
        "Every experiment at the paper's preset, from each seed. A claim is robust "
        "if it holds at nine seeds of ten, and at all of fewer. "
        f"**{robust} of {len(everything)} claims are robust.** Seconds are those of a whole run, "
        "compilation included, on a machine that others used as well.",
        "",
        "| experiment | seeds run | claims that hold at every seed | seconds, median |",
        "|---|---|---:|---:|",
        *(_summary(name, seeds[name], rows[name], logged) for name in rows),
    ]
    missing = [row for row in everything if not all(row.held)]
    if missing:
        lines += ["", "## Claims that miss a seed", ""]
        lines += [f"- {_miss(row, seeds[row.experiment])}" for row in missing]
    for name, some in rows.items():
        if some:
            lines += ["", f"## {name}", "", "| claim | bound | holds | least | median | largest |"]
            lines += ["|---|---|---:|---:|---:|---:|", *map(_line, some)]
    (HERE / "papers.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _summary(name: str, seeds: list[int], rows: list[Row], logged: dict[tuple, Any]) -> str:
    """A line of the first table."""
    if not seeds:
        return f"| `{name}` | not run | | |"
    seconds = median(logged[name, seed]["seconds"] for seed in seeds)
    whole = sum(all(row.held) for row in rows)
    return f"| `{name}` | {', '.join(map(str, seeds))} | {whole} of {len(rows)} | {seconds:.0f} |"


def _line(row: Row) -> str:
    """A line of an experiment's table."""
    share = f"{sum(row.held)} of {len(row.held)}"
    share = share if all(row.held) else f"**{share}**"
    spread = (min(row.values), median(row.values), max(row.values))
    cells = " | ".join(f"{value:.4g}" for value in spread)
    return f"| {_escape(row.text)} | {row.bound} | {share} | {cells} |"


def _miss(row: Row, seeds: list[int]) -> str:
    """A claim that does not hold at every seed, and where it misses."""
    missed = [str(seed) for seed, holds in zip(seeds, row.held, strict=True) if not holds]
    return f"`{row.experiment}`, seed {', '.join(missed)}: {row.text} {row.bound}"


def _escape(text: str) -> str:
    """A bar would end the cell."""
    return text.replace("|", "\\|")


def _records(name: str, seed: int) -> Path:
    return RECORDS / f"{name}-seed{seed}.zarr"


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    return found.stdout.strip() or "an unknown commit"


def main() -> None:
    """Run what is missing, the cheapest experiment first as far as that is known, and write."""
    names = [experiment.name for experiment in EXPERIMENTS]
    parser = argparse.ArgumentParser(description="The papers' claims over seeds.")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--again", nargs="+", choices=names, default=[])
    parser.add_argument("--write", action="store_true", help="run nothing")
    parser.add_argument("--alone", action="store_true", help="run in this process, write no table")
    options = parser.parse_args()

    for name in options.again:
        JOURNAL.forget("experiment", name)
    logged = JOURNAL.rows()
    if options.alone:
        from tacit.cli.settings import configure_jax

        configure_jax()
        for seed in options.seeds:
            run(options.only[0], seed)
        return

    if not options.write:
        seconds = {name: line["seconds"] for (name, _), line in logged.items()}
        for name in sorted(options.only, key=lambda name: seconds.get(name, float("inf"))):
            missing = [str(seed) for seed in options.seeds if (name, seed) not in logged]
            if missing:
                command = [sys.executable, "-m", "benchmarks.papers", "--alone", "--only", name]
                subprocess.run([*command, "--seeds", *missing], cwd=HERE.parent)
    write()


if __name__ == "__main__":
    main()
