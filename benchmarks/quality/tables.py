"""Fill in tables by `MatrixImputer()` and by the peers at their best; writes `tables.md`.

    make -C benchmarks peers                 # once: the peers' environment
    python -m benchmarks.quality.tables      # what has not been measured yet
    python -m benchmarks.quality.tables --again MatrixImputer

Rows that an earlier call had finished are kept in `tables.jsonl` (not committed).
"""

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from benchmarks.quality.filled import Task, tasks
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import cover, cover_cell, ratio_cell
from benchmarks.quality.ours import MODULE, PYTHON, available
from benchmarks.quality.peers.worker import LIMIT, call
from benchmarks.quality.tuning import Peer, best, grid, installed, rmse, versions

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "tables.jsonl", ("task", "method"))
SEED, HELD_OUT = 0, 0.1
OURS = "MatrixImputer"
PEERS = "benchmarks.quality.peers.tables"
OURS_LIMIT = 600.0
NO_PEER = "no peer in time"
WIDE = 100
"""Columns from which `IterativeImputer` has the choice of 50 nearest features."""
RIDGES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
STAGES = list(range(2, 27))
GRIDS = {
    "mean": [{}],
    "KNNImputer": grid(standardised=[False, True], count=[3, 5, 10, 20, 50, 100]),
    "IterativeImputer": grid(nearest=[50, None]),
    "cmfrec": grid(biases=[False, True], rank=[3, 5, 10, 20, 40], ridge=RIDGES),
    "SoftImpute": grid(centred=[False, True], stage=STAGES),
    "ridge ALS": grid(biases=[False, True], rank=[2, 3, 5, 8, 12, 20, 40], ridge=RIDGES),
}


def measure(names: list[str]) -> None:
    """Add to the journal every task and method that it lacks."""
    known = JOURNAL.rows()
    for task in tasks():
        for name in names:
            if (task.name, name) not in known:
                JOURNAL.add({"task": task.name, "method": name, **measured(task, name)})


def measured(task: Task, name: str) -> dict:
    """Errors, seconds and setting of one method; empty where none of its settings ended in time."""
    table = task.table()
    if name == OURS:
        setting = {"loss": "huber"} if task.heavy else {}
        (found,) = call(MODULE, OURS, {"table": table}, [setting], python=PYTHON, limit=OURS_LIMIT)
        tuning = 0.0
    else:
        settings = GRIDS[name]
        if name == "IterativeImputer" and table.shape[1] <= WIDE:
            settings = grid(nearest=[None])
        held = task.observed & (np.random.default_rng(SEED + 1).random(table.shape) < HELD_OUT)
        answer = best(
            Peer(PEERS, name, settings),
            {"table": np.where(held, np.nan, table)},
            lambda filled: error(filled[held], table[held], task.heavy),
            {"table": table},
        )
        found, setting, tuning = answer or (None, {}, 0.0)
    if found is None:
        return {"setting": setting}
    missing = ~task.observed
    row = {
        "setting": setting,
        "clean": rmse(found.predicted[missing], task.truth[missing]),
        "noisy": rmse(found.predicted[missing], task.noisy[missing]),
        "seconds": found.seconds,
        "tuning": tuning,
    }
    if name == OURS:
        # What is held out has its noise, as what is missing had it when it was measured.
        row["held_out_ratio"] = float(found.more["held_out"]) / row["noisy"]
        row["cover"] = cover(found.more["lower"], found.more["upper"], task.noisy, missing)
    return row


def error(predicted: NDArray, values: NDArray, heavy: bool) -> float:
    """What settings are chosen by: RMSE, but the mean absolute error where tails are heavy."""
    return float(np.mean(np.abs(predicted - values))) if heavy else rmse(predicted, values)


def table(value: str, digits: int) -> list[str]:
    """A row a task, a column a method, the least in bold, and our ratio to the best peer.

    Beside the errors as they were measured goes what our own said of them.
    """
    rows = JOURNAL.rows()
    shown = [name for name in (*GRIDS, OURS) if name in {method for _, method in rows}]
    ratio = value != "seconds" and OURS in shown
    further = ["ours / best"] * ratio
    own = value == "noisy" and OURS in shown
    further += ["held-out / true", "95 % cover"] * own
    lines = ["| task | " + " | ".join([*shown, *further]) + " |"]
    lines.append("|---|" + "---:|" * (len(shown) + len(further)))
    for task in dict.fromkeys(name for name, _ in rows):
        found = {name: rows.get((task, name), {}).get(value) for name in shown}
        there = {name: number for name, number in found.items() if number is not None}
        cells = [
            f"{there[name]:.{digits}f}" if name in there else absent(rows, task, name)
            for name in shown
        ]
        if value != "seconds" and there:
            least = shown.index(min(there, key=lambda name: there[name]))
            cells[least] = f"**{cells[least]}**"
        if ratio:
            cells.append(f"{ratios(value)[task]:.3f}" if task in ratios(value) else NO_PEER)
        if own:
            ours = rows.get((task, OURS), {})
            done = "cover" in ours
            cells.append(ratio_cell(ours["held_out_ratio"]) if done else "not measured")
            cells.append(cover_cell(ours["cover"]) if done else "not measured")
        lines.append(f"| {task} | {' | '.join(cells)} |")
    return lines


def absent(rows: dict[tuple, dict], task: str, name: str) -> str:
    """Why a method has no number."""
    limit = OURS_LIMIT if name == OURS else LIMIT
    return f"not in {limit:.0f} s" if (task, name) in rows else "not measured"


def ratios(value: str) -> dict[str, float]:
    """Our error over that of the best peer, by task."""
    rows = JOURNAL.rows()
    found = {}
    for task in dict.fromkeys(name for name, _ in rows):
        peers = [rows[task, name][value] for name in GRIDS if value in rows.get((task, name), {})]
        if peers and value in (ours := rows.get((task, OURS), {})):
            found[task] = ours[value] / min(peers)
    return found


def summary() -> list[str]:
    """How the defaults did, in a sentence; empty where they were not measured."""
    found = np.array(list(ratios("clean").values()))
    if not len(found):
        return []
    return [
        f"`{OURS}` is best in {(found <= 1).sum()} of {len(found)} rows, best or within 2 % in "
        f"{(found <= 1.02).sum()} ({(found <= 1.02).mean():.0%}; target: 80 %); worst ratio "
        f"{found.max():.3f} (target: 1.10).",
        "",
    ]


def write() -> None:
    """Write `tables.md` of what has been measured."""
    rows = JOURNAL.rows()
    cut = [f"{name}, {task}" for (task, name), row in rows.items() if "clean" not in row]
    chosen = ["| task | method | setting | tuning, s |", "|---|---|---|---:|"]
    for (task, name), row in rows.items():
        if row["setting"] and row.get("tuning"):
            setting = ", ".join(f"{key} {value}" for key, value in row["setting"].items())
            chosen.append(f"| {task} | {name} | {setting} | {row['tuning']:.0f} |")
    at_hand = "at hand, but not run" if shutil.which("Rscript") else "not at hand"
    lines = [
        "# Filling in tables",
        "",
        "`python -m benchmarks.quality.tables`",
        "",
        f"{machine()}. {versions()}.",
        "",
        "Entries are observed at random (seed 0). Low rank: 300 × 200 of rank 5 and variance 1, "
        "Gaussian noise at 20 or 5 dB. Digits: `load_digits`, 1797 × 64. Faces: `lfw_subset`, "
        "200 × 625. Heavy tails: 200 samples × 300 genes, rank 4 and gene means, each of variance "
        "1, with half a Student t of 2 degrees of freedom. Each peer has the setting of its grid "
        "(`GRIDS`) that does best on a tenth of the observed entries (by RMSE; by mean absolute "
        "error where tails are heavy, whose squares a few outliers decide), fitted again to all of "
        f'them. Tacit has its defaults: `{OURS}(random_state=0)`, with `loss="huber"` where tails '
        f"are heavy. R is {at_hand}: SoftImpute is our own numpy path with warm starts, as ridge "
        "ALS is our own.",
        "",
        *summary(),
        "## RMSE over missing entries against the noiseless truth (the score)",
        "",
        *table("clean", 4),
        "",
        "## RMSE over missing entries as they were measured",
        "",
        "The same where the truth has no noise. Where tails are heavy a few outliers decide it. "
        f"Held-out / true: the error that `{OURS}` predicts by its held-out entries over this one; "
        "cover: the share of the missing entries within its 95 % intervals.",
        "",
        *table("noisy", 4),
        "",
        "## Seconds of one fit",
        "",
        "In a process of its own, imports aside; compiling counts. Tuning comes on top for peers. "
        f"A setting that took more than {LIMIT:.0f} s was left out"
        + (f", and nothing was left of: {'; '.join(cut)}." if cut else "."),
        "",
        *table("seconds", 2),
        "",
        "## Settings chosen",
        "",
        *chosen,
        "",
    ]
    (HERE / "tables.md").write_text("\n".join(lines))


def main() -> None:
    """Measure what is not in the journal, and write the tables."""
    parser = argparse.ArgumentParser(description="Tables with missing entries.")
    parser.add_argument("--again", help="measure this method anew")
    parser.add_argument("--write", action="store_true", help="measure nothing, write what is there")
    arguments = parser.parse_args()
    if not arguments.write:
        if not installed():
            sys.exit("The peers are not installed: make -C benchmarks peers")
        if arguments.again:
            JOURNAL.forget("method", arguments.again)
        measure([*GRIDS, *([OURS] if available(OURS) else [])])
    write()


if __name__ == "__main__":
    main()
