"""The gradient of a thin model on very many entries: seconds and peak memory of three ways.

Writes `entries.md`. Each row is a process of its own, so that its peak memory is its own.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.speed.measure import table, write

WIDTH = 32
CASES = ((6_000, 1_000_000), (20_000, 10_000_000))
WAYS = {
    "scan": "`Entries.mv_factored`, chunk by chunk",
    "gather": "gathered at once, plain autodiff",
    "dense": "the matrix formed, then read",
}
CALLS = 5


def measured(way: str, side: int, count: int) -> dict:
    """Seconds of a gradient and memory in MiB above what its data take, in this process."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from tacit.algebra import Factored
    from tacit.operators import Entries

    rng = np.random.default_rng(0)
    place = np.unique(rng.integers(0, side * side, count))
    operator = Entries(*np.divmod(place, side), (side, side))
    left, right, y = (
        jnp.asarray(rng.standard_normal(shape, np.float32))
        for shape in ((side, WIDTH), (WIDTH, side), place.shape)
    )
    read = {
        "scan": lambda op, target: op.mv_factored(target),
        "gather": lambda op, target: target.entries(op.rows, op.columns),
        "dense": lambda op, target: op.mv(target.dense()),
    }[way]

    def objective(factors, op, y):
        return jnp.sum((read(op, Factored(*factors)) - y) ** 2) / 2

    gradient = jax.jit(jax.grad(objective))
    times = []
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten (Linux)
    before = _memory("VmRSS")
    for _ in range(1 + CALLS):
        began = time.perf_counter()
        jax.block_until_ready(gradient((left, right), operator, y))
        times.append(time.perf_counter() - began)
    return {"seconds": min(times[1:]), "memory": _memory("VmHWM") - before}


def _memory(which: str) -> float:
    """Resident memory in MiB: now (VmRSS) or at its peak (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / 2**10
    raise ValueError(f"no {which} in /proc/self/status")


def in_process(way: str, side: int, count: int) -> dict:
    """`measured` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.speed.entries", way, str(side), str(count)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, and write `entries.md`."""
    rows = []
    for side, count in CASES:
        for way, label in WAYS.items():
            found = in_process(way, side, count)
            rows.append(
                [
                    f"{side}×{side}, {count:.0e} entries".replace("e+0", "e"),
                    label,
                    f"{found['seconds']:.2f}",
                    f"{found['memory']:.0f}",
                ]
            )
    text = [
        f"One gradient of ½ Σ r² with respect to both factors, width {WIDTH}, float32: the least "
        f"of {CALLS} calls, and the peak of memory above factors, indices and measurements.",
        "",
        *table(["matrix", "way", "seconds", "MiB"], rows, words=2),
    ]
    write("entries", "Gradient of a thin model", text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
