"""What a sweep costs: cells of an experiment by one worker and by two, and the store and Dask.

Writes `sweeps.md`. The cells are runs of `cao2022_stages`, made small, over seeds; every process
has compiled what it needs before the clock starts.
"""

import argparse
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.speed.measure import table, write
from tacit.cli.settings import configure_jax
from tacit.experiments import find, sweep_experiment
from tacit.sweeps import SweepProgress, compute_sweep, grid, local_client, open_sweep

if TYPE_CHECKING:
    from distributed import Client

NAME, ALIKE = "cao2022_stages", 200
SMALL = {"ranks": "1", "ratios": "2.0", "records": "40", "rates": "1e-3", "side": "3"}
"""So that a cell takes a second or two, most of which is spent in Python and in small programs."""


def stages(client: "Client", seeds: range, store: Path) -> tuple[float, float]:
    """Seconds from the first cell done to the last, and those spent inside these cells, in all.

    The first cell is computed alone, since it gives the results their form.
    """
    times: list[float] = []

    def report(progress: SweepProgress) -> None:
        times.append(time.perf_counter())

    text = ",".join(map(str, seeds))
    sweep = sweep_experiment(find(NAME), "smoke", None, {**SMALL, "seed": text})
    swept = compute_sweep(sweep, store, client=client, report=report)
    assert bool((swept["done"] == 1).all())
    return times[-1] - times[1], float(swept["cell_seconds"][1:].sum())


def nothing(number: int) -> dict:
    """As much as a small cell gives, at no cost."""
    return {"loss": 0.5 * number, "error": 0.1 * number, "row": [1.0, 2.0, float(number)]}


def overhead(workers: int, folder: Path) -> float:
    """Median of the seconds between cells that cost nothing."""
    times: list[float] = []

    def report(progress: SweepProgress) -> None:
        times.append(time.perf_counter())

    store = folder / f"nothing{workers}.zarr"
    if workers == 0:
        grid(nothing, store, report=report, number=range(ALIKE))
    else:
        with local_client(workers) as client:
            grid(nothing, store, client=client, report=report, number=range(ALIKE))
    assert bool((open_sweep(store)["done"] == 1).all())
    # The first cell makes the arrays, and the first few of Dask are sent together.
    return median(after - before for before, after in pairwise(times[5:]))


def main() -> None:
    """Measure, and write `sweeps.md`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help="in which each number has its turn")
    parser.add_argument("--cells", type=int, default=20, help="of a round")
    given = parser.parse_args()
    configure_jax()
    load = os.getloadavg()[0]

    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = {workers: overhead(workers, folder) for workers in (0, 1, 2)}
        # Small turns, one two two one, so that a busy time falls on both.
        with local_client(1) as one, local_client(2) as two:
            clients, cells = {1: one, 2: two}, given.cells + 1
            for workers, client in clients.items():
                stages(client, range(1000, 1000 + 6 * workers), folder / f"warm{workers}.zarr")
            for number in range(given.rounds):
                seeds = range(number * cells, (number + 1) * cells)
                for workers in (1, 2) if number % 2 == 0 else (2, 1):
                    store = folder / f"{workers}-{number}.zarr"
                    found[workers].append(stages(clients[workers], seeds, store))
                    print(workers, found[workers][-1], flush=True)

    seconds = {workers: sum(total for total, _ in runs) for workers, runs in found.items()}
    inside = {workers: sum(own for _, own in runs) for workers, runs in found.items()}
    pairs = [one / two for (one, _), (two, _) in zip(found[1], found[2], strict=True)]
    count = given.rounds * given.cells
    rows = [
        [f"{workers}", f"{seconds[workers]:.1f}", f"{1e3 * inside[workers] / count:.0f}",
         f"{seconds[1] / seconds[workers]:.2f}"]
        for workers in (1, 2)
    ]  # fmt: skip
    names = {0: "in this process", 1: "by 1 worker", 2: "by 2 workers"}
    text = [
        f"{count} cells of `{NAME}`, made small ({', '.join(map('='.join, SMALL.items()))}), by "
        f"Dask's workers on this machine, in {given.rounds} rounds in which each number of workers "
        f"has its turn. When this began, {load:.1f} processes were at work on its "
        f"{os.cpu_count()} cores. Two workers were {median(pairs):.2f} times as fast as one in the "
        f"median round, and {min(pairs):.2f} to {max(pairs):.2f} times in all.",
        "",
        *table(["workers", "seconds", "ms inside a cell", "times one worker"], rows),
        "",
        f"Milliseconds from one cell to the next, where cells cost nothing: the store, which is "
        f"on disk before a cell counts as done, and Dask. Median of {ALIKE} cells of three "
        "results; the target is 50.",
        "",
        *table(
            ["cells computed", "ms a cell"],
            [[names[workers], f"{1e3 * cost:.1f}"] for workers, cost in costs.items()],
        ),
    ]
    write("sweeps", "Sweeps", text, ("distributed", "zarr"))


if __name__ == "__main__":
    main()
