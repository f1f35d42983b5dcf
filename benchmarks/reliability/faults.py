"""What faults do to Tacit; writes `faults.md`.

    python -m benchmarks.reliability.faults            # everything, about an hour on two cores
    python -m benchmarks.reliability.faults --only kills --seconds 600
    python -m benchmarks.reliability.faults --write    # the table of what has been tried

What an earlier call had tried is kept in `benchmarks/.cache/faults.jsonl` (not committed): a call
goes on where another ended, after `--seconds` or at Ctrl-C. `--counts kills=50` and the like change
how many of each are tried. Root alone may mount the small file systems that stand for a full and a
read-only disk; where they cannot be mounted, that is said in their rows.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from benchmarks.machine import machine
from benchmarks.reliability import crowds, interrupts, kills, mutations, surroundings, writers
from benchmarks.reliability.commands import COMMANDS
from benchmarks.speed.measure import table

HERE = Path(__file__).parent
JOURNAL = HERE.parent / ".cache" / "faults.jsonl"
COUNTS = {
    "kills complete": 150,
    "kills plot": 210,
    "kills run": 100,
    "kills rate fit": 80,
    "kills report": 20,
    "interrupts": 50,
    "mutations": 5000,
    "writers": 200,
    "surroundings": len(surroundings.NAMES),
    "crowds cold": 20,
    "crowds warm": 20,
}
"""How many of each are tried."""
SHARE = {"mutations": "cases", "writers": "writes"}
"""What of a row counts, where a row is more than one."""


class Log:
    """Rows in the journal, by part."""

    def __init__(self, path: Path):
        path.parent.mkdir(exist_ok=True)
        self._path, self._lock = path, Lock()

    def rows(self, part: str) -> list[dict[str, Any]]:
        """Of one part."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [row for row in map(json.loads, lines) if row["part"] == part]

    def add(self, part: str, row: dict[str, Any]) -> None:
        """Write a row at the end, and print it."""
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps({"part": part, **row}) + "\n")
        print(part, row, flush=True)

    def done(self, part: str) -> int:
        """How many have been tried."""
        rows = self.rows(part)
        if part.startswith("kills"):
            return sum(row["kills"] + row["ended before"] for row in rows)
        if part == "mutations":
            return sum(row["cases"] for row in rows)
        return sum(row["writes"] // 2 for row in rows) if part == "writers" else len(rows)


def tried(part: str, count: int, done: int, work: Path) -> Iterator[dict[str, Any]]:
    """What trying a part gives, a row at a time; it goes on after what is done.

    Args:
        part: name of the part.
        count: how many are to be tried.
        done: how many have been.
        work: an empty folder of its own.
    """
    folder, cache = work / "work", work / "cache"
    folder.mkdir()
    cache.mkdir()
    if part.startswith("kills"):
        command = next(c for c in COMMANDS if c.name == part.removeprefix("kills "))
        yield from kills.kill(command, count - done, folder, cache, seed=done)
    elif part == "interrupts":
        yield from interrupts.interrupt(count - done, folder, cache, seed=done)
    elif part == "mutations":
        yield from mutations.mutate(count - done, folder, seed=done)
    elif part == "writers":
        yield writers.write_and_read(count - done, folder)
    elif part == "surroundings":
        yield from surroundings.surround(surroundings.NAMES[done:], folder)
    else:
        yield from crowds.crowd(count - done, folder, cold=part.endswith("cold"))


def try_part(part: str, count: int, log: Log, ends: float) -> None:
    """Try a part until it is done or time is up."""
    done = log.done(part)
    if done >= count or time.monotonic() > ends:
        return
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        for row in tried(part, count, done, work):
            log.add(part, row)
            if time.monotonic() > ends:
                break
    finally:
        shutil.rmtree(work, ignore_errors=True)


def total(rows: list[dict[str, Any]]) -> Counter[str]:
    """Sums of what are numbers."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({key: value for key, value in row.items() if isinstance(value, int | float)})
    return sums


def report(log: Log, counts: dict[str, int]) -> list[str]:
    """The tables, of what has been tried so far."""
    text = ["## Kills", ""]
    head = ["command", "kills", "ended before the kill", "half written", "next run fails",
            "leftovers after it"]  # fmt: skip
    columns = ["kills", "ended before", "half", "fails", "left"]
    names = [part for part in counts if part.startswith("kills")]
    rows = [[p.removeprefix("kills "), *_cells(total(log.rows(p)), columns)] for p in names]
    every = total([row for part in names for row in log.rows(part)])
    text += table(head, [*rows, ["all", *_cells(every, columns)]])

    found = log.rows("interrupts")
    text += ["", "## Ctrl-C on a terminal", ""]
    head = ["command", "tried", "status 130", "ended before", "status 0", "another status",
            "traceback or worse", "half written", "leftovers"]  # fmt: skip
    rows = []
    for name in dict.fromkeys(row["command"] for row in found):
        own = [row for row in found if row["command"] == name]
        status = Counter(row["status"] for row in own)
        late = sum(row["status"] == 0 and not row["lines"] for row in own)
        other = len(own) - status[130] - status[0]
        sums = total(own)
        rows.append([name, *map(str, (len(own), status[130], late, status[0] - late, other)),
                     *_cells(sums, ["bad", "half", "left"])])  # fmt: skip
    text += table(head, rows)

    text += ["", "## Damaged files", ""]
    head = ["format", "mutations", "refused in one line", "read, the same values",
            "read, other values", "traceback", "over 30 s", "crash", "over 2 GB"]  # fmt: skip
    columns = ["cases", "refused", "same", "other", "traceback", "hang", "crash", "large"]
    rows = []
    found = log.rows("mutations")
    for name in dict.fromkeys(row["format"] for row in found):
        own = total([row for row in found if row["format"] == name])
        label = f"{name} (checksum)" if name in mutations.CHECKED else name
        rows.append([label, *_cells(own, columns)])
    text += table(head, [*rows, ["all", *_cells(total(found), columns)]])

    text += ["", "## Two writers and a reader of one run", ""]
    head = ["writes", "failed", "reads", "of a mixture", "found none", "records left"]
    columns = ["writes", "failed", "reads", "mixed", "missed", "kept"]
    text += table(head, [_cells(total(log.rows("writers")), columns)], words=0)

    text += ["", "## Surroundings", ""]
    rows = [[row["name"], str(row["status"]), row["said"], row["well"]]
            for row in log.rows("surroundings")]  # fmt: skip
    text += table(["what", "status", "what was said", "as it should be"], rows, words=4)

    text += ["", "## Four completions at once on two cores", ""]
    head = ["compile cache", "rounds", "completions", "failed", "over 300 s", "longest round, s"]
    rows = []
    for part in ("crowds cold", "crowds warm"):
        own = log.rows(part)
        longest = max((row["seconds"] for row in own), default=0.0)
        cells = _cells(total(own), ["completions", "failed", "late"])
        rows.append([part.removeprefix("crowds "), str(len(own)), *cells, f"{longest:.0f}"])
    return [*text, *table(head, rows)]


def _cells(sums: Counter[str], columns: list[str]) -> list[str]:
    return [f"{sums[column]:,.0f}" for column in columns]


def main() -> None:
    """Try what is left to be tried, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="parts whose name begins so")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="then it ends")
    parser.add_argument("--counts", nargs="*", default=[], help="PART=NUMBER, such as mutations=50")
    parser.add_argument("--at-once", type=int, default=2, help="parts that are tried at once")
    parser.add_argument("--write", action="store_true", help="only write the table")
    parser.add_argument("--journal", type=Path, default=JOURNAL, help="what has been tried")
    parser.add_argument("--table", type=Path, default=HERE / "faults.md", help="file to write")
    given = parser.parse_args()

    counts = dict(COUNTS)
    for text in given.counts:
        name, _, number = text.rpartition("=")
        counts |= {part: int(number) for part in COUNTS if part.startswith(name)}
    log, ends = Log(given.journal), time.monotonic() + given.seconds
    if not given.write:
        with ThreadPoolExecutor(given.at_once) as pool:
            parts = [part for part in counts if part.startswith(given.only)]
            for future in [pool.submit(try_part, p, counts[p], log, ends) for p in parts]:
                future.result()
    lines = [
        "# Faults",
        "",
        f"`python -m benchmarks.reliability.faults` on {machine()}.",
        "",
        *(HERE / "about.md").read_text().splitlines(),
        "",
        f"Tried so far: {', '.join(f'{p} {log.done(p):,} of {n:,}' for p, n in counts.items())}.",
        "",
        *report(log, counts),
    ]
    given.table.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
