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

from benchmarks.speed.measure import table, write
from tacit.cli.settings import configure_jax
from tacit.experiments import find, sweep_experiment
from tacit.sweeps import SweepProgress, compute_sweep, grid, local_client, open_sweep

NAME, CELLS, ALIKE = "cao2022_stages", 200, 200
SMALL = {"ranks": "1", "ratios": "2.0", "records": "40", "rates": "1e-3", "side": "3"}
"""So that a cell takes a second or two, most of which is spent in Python and in small programs."""


def stages(cells: int, workers: int, folder: Path) -> tuple[float, float]:
    """Seconds of a sweep by some workers, once they are warm, and those its cells took, in all."""
    experiment = find(NAME)
    seeds = ",".join(map(str, range(cells)))
    warm = ",".join(map(str, range(cells, cells + 4 * workers)))
    with local_client(workers) as client:
        for name, texts in (("warm", warm), (f"{workers}", seeds)):
            sweep = sweep_experiment(experiment, "smoke", None, {**SMALL, "seed": texts})
            began = time.perf_counter()
            swept = compute_sweep(sweep, folder / f"{name}{workers}.zarr", client=client)
            seconds = time.perf_counter() - began
    assert bool((swept["done"] == 1).all())
    return seconds, float(swept["cell_seconds"].sum())


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
    parser.add_argument("--cells", type=int, default=CELLS, help=f"of {NAME}")
    given = parser.parse_args()
    configure_jax()
    load = os.getloadavg()[0]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = {workers: overhead(workers, folder) for workers in (0, 1, 2)}
        # In turn, one two two one, so that a busy time falls on both.
        found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        for round_, workers in enumerate((1, 2, 2, 1)):
            inner = folder / f"{round_}"
            inner.mkdir()
            found[workers].append(stages(given.cells // 2, workers, inner))
            print(workers, found[workers][-1], flush=True)
    seconds = {workers: sum(total for total, _ in runs) for workers, runs in found.items()}
    inside = {workers: sum(own for _, own in runs) for workers, runs in found.items()}

    rows = [
        [f"{workers}", f"{seconds[workers]:.1f}", f"{1e3 * inside[workers] / given.cells:.0f}",
         f"{seconds[1] / seconds[workers]:.2f}"]
        for workers in (1, 2)
    ]  # fmt: skip
    names = {0: "in this process", 1: "by 1 worker", 2: "by 2 workers"}
    text = [
        f"{given.cells} cells of `{NAME}`, made small ({', '.join(map('='.join, SMALL.items()))}), "
        "by Dask's workers on this machine, in two halves: one worker, two, two, one. When this "
        f"began, {load:.1f} processes were at work on its {os.cpu_count()} cores.",
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
