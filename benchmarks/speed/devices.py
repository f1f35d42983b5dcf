"""Ratings over several devices against one program on the same cores: time a sweep, and memory.

    python -m benchmarks.speed.devices                   # 10⁷ ratings, as devices.md has it
    python -m benchmarks.speed.devices --count 300000    # fewer, for trials; prints, writes nothing

Devices are XLA's host devices, so that no speed is to be had: what is measured is what it costs to
share out the work. Each measurement is a process, or two, of its own, which read only the ratings
that are theirs.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.speed.measure import HERE, table, write

COUNT, WIDTH, PARTS = 10_000_000, 32, 4
SLOWER, LIGHTER = 1.15, 0.65
"""Targets: time over that of one program, and memory of each of two processes over that of one."""
FORMS = {
    "one program": (1, 1),
    "2 devices of one process": (1, 2),
    "4 devices of one process": (1, 4),
    "2 processes of 1 device": (2, 1),
    "2 processes of 2 devices": (2, 2),
}
"""Processes, and devices of each."""


def main() -> None:
    """Measure, and write `devices.md`; with `--rank`, be one of the processes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="ratings")
    parser.add_argument(
        "--sweeps", type=int, default=6, help="of a fit, the first of which compiles"
    )
    parser.add_argument("--rounds", type=int, default=3, help="in which each form has its turn")
    parser.add_argument("--rank", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rank is not None:
        fit_part(json.loads(given.rank))
        return

    found: dict[str, list[dict[str, Any]]] = {name: [] for name in FORMS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shape = generate(folder, given.count)
        for turn in range(given.rounds):
            names = list(FORMS)
            for form in names[turn % len(names) :] + names[: turn % len(names)]:
                found[form].append(measure(folder, shape, FORMS[form], given.sweeps))
                print(form, found[form][-1], flush=True)

    text = report(found, given, shape)
    if given.count == COUNT:
        write("devices", "Ratings over devices", text)
        (HERE / "devices.json").write_text(json.dumps(found, indent=1) + "\n")
    else:
        print("\n".join(text))


def generate(folder: Path, count: int) -> tuple[int, int]:
    """Ratings of rank 8 and noise, as many of each user as of MovieLens', in a file for each block.

    Returns:
        Number of users and of items.
    """
    rng = np.random.default_rng(0)
    users = -(-max(count // 143, 400) // PARTS) * PARTS
    items = max(count // 940, 300)
    shares = rng.permutation((np.arange(items) + 0.02 * items) ** -1.2)
    ends = np.cumsum(shares / shares.sum())
    styles = rng.standard_normal((items, 8), np.float32)
    for part in range(PARTS):
        block = users // PARTS
        degree = 20 + rng.pareto(1.95, block)
        degree = np.maximum((degree * (count / PARTS) / degree.sum()).astype(int), 1)
        who = np.repeat(np.arange(part * block, (part + 1) * block, dtype=np.int32), degree)
        what = np.minimum(np.searchsorted(ends, rng.random(len(who))), items - 1).astype(np.int32)
        tastes = 0.2 * rng.standard_normal((block, 8), np.float32)
        stars = np.einsum("er,er->e", tastes[who - part * block], styles[what])
        stars += 3.5 + 0.4 * rng.standard_normal(len(who), np.float32)
        np.savez(folder / f"part{part}.npz", users=who, items=what, stars=stars)
    return users, items


def measure(
    folder: Path, shape: tuple[int, int], form: tuple[int, int], sweeps: int
) -> dict[str, Any]:
    """Seconds of a sweep and the greatest peak of a process, in MB.

    Args:
        folder: of the parts.
        shape: users and items.
        form: processes, and devices of each.
        sweeps: of the fit.
    """
    processes, devices = form
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    words = {"folder": str(folder), "shape": shape, "sweeps": sweeps, "port": port}
    words |= {"processes": processes, "devices": devices}
    flags = f"--xla_force_host_platform_device_count={devices}"
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.speed.devices",
                "--rank",
                json.dumps({**words, "rank": rank}),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags},
        )
        for rank in range(processes)
    ]
    try:
        printed = [process.communicate(timeout=3600)[0] for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    ranks = [json.loads(text.splitlines()[-1]) for text in printed]
    return {
        "sweep": max(rank["sweep"] for rank in ranks),
        "peak": max(rank["peak"] for rank in ranks),
        "bare": max(rank["bare"] for rank in ranks),
        "before": max(rank["before"] for rank in ranks),
        "noise": ranks[0]["noise"],
    }


def fit_part(given: dict[str, Any]) -> None:
    """Read this process's share, fit, and print what it took."""
    import jax

    if given["processes"] > 1:
        jax.distributed.initialize(f"127.0.0.1:{given['port']}", given["processes"], given["rank"])
    from tacit.cli.settings import configure_jax
    from tacit.completion import complete_ratings
    from tacit.runs import device_mesh

    configure_jax()
    count = given["processes"] * given["devices"]
    mesh = device_mesh() if count > 1 else None
    jax.device_get(jax.numpy.zeros(8) + 1)
    bare = peak()

    share = PARTS // given["processes"]
    own = range(given["rank"] * share, (given["rank"] + 1) * share)
    files = [np.load(Path(given["folder"]) / f"part{part}.npz") for part in own]
    columns = [
        np.concatenate([file[name] for file in files]) for name in ("users", "items", "stars")
    ]
    began, times = time.perf_counter(), []
    fit = complete_ratings(
        *columns,
        tuple(given["shape"]),
        width=WIDTH,
        sweeps=given["sweeps"],
        tolerance=0,
        mesh=mesh,
        report=lambda *_: times.append(time.perf_counter()),
        key=jax.random.key(0),
    )
    found = {"sweep": median(np.diff(times).tolist()), "peak": peak(), "bare": bare}
    print(json.dumps({**found, "before": times[0] - began, "noise": fit.noise}))


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def report(
    found: dict[str, list[dict[str, Any]]], given: argparse.Namespace, shape: tuple[int, int]
) -> list[str]:
    """The table, and what was aimed for.

    Args:
        found: the measurements of each form.
        given: the settings.
        shape: users and items.
    """
    first = found["one program"]
    alone = median(run["sweep"] for run in first)
    memory = median(run["peak"] for run in first)
    rows = []
    for name, runs in found.items():
        sweep, peaks = median(r["sweep"] for r in runs), median(r["peak"] for r in runs)
        rows.append([
            name, f"{sweep:.3f}", f"{sweep / alone:.2f}",
            f"{median(r['before'] for r in runs):.1f}", f"{peaks:.0f}", f"{peaks / memory:.2f}",
            f"{runs[0]['noise']:.5f}",
        ])  # fmt: skip
    four = median(run["sweep"] for run in found["4 devices of one process"]) / alone
    two = median(run["peak"] for run in found["2 processes of 1 device"]) / memory
    bare = median(run["bare"] for run in first)
    head = ["", "s a sweep", "times one", "s until the first is done", "MB", "of one", "noise"]
    return [
        f"{given.count:,} generated ratings of {shape[0]:,} users and {shape[1]:,} items, width "
        f"{WIDTH}; the median sweep of {given.sweeps}, the first left out, and the median of "
        f"{given.rounds} fits, in rounds in which each form has its turn. All forms have the same "
        f"{os.cpu_count()} cores. MB is the peak of a process, the greater of two; a process that "
        f"has imported Tacit and read nothing has {bare:.0f}.",
        "",
        *table(head, rows),
        "",
        f"Four devices take {four:.2f} times one program (target: {SLOWER:.2f} at most); each of "
        f"two processes has {two:.2f} of its memory (target: {LIGHTER:.2f} at most).",
    ]


if __name__ == "__main__":
    main()
