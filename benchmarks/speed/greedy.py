"""Greedy low-rank learning on a large matrix: the whole path of ranks, in a process of its own.

Writes `greedy.md`. Seconds include compiling; the peak of memory is that of the whole process.
"""

import json
import resource
import subprocess
import sys
import time

from benchmarks.speed.measure import table, write

SIDE, RANK, SHARE = 2_000, 10, 0.08


def measured(dtype: str) -> dict:
    """Seconds, error and memory of one path, its matrix never formed."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from tacit.dynamics import GreedyLowRank
    from tacit.models import Deep
    from tacit.observers import loss
    from tacit.operators import Entries
    from tacit.problems import LeastSquares, Problem
    from tacit.runs import Schedule, run

    jax.config.update("jax_enable_x64", dtype == "float64")
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, SIDE, RANK))
    place = np.sort(rng.choice(SIDE * SIDE, round(SHARE * SIDE * SIDE), replace=False))
    rows, columns = np.divmod(place, SIDE)
    y = jnp.asarray(np.einsum("ia,ia->i", left[rows], right[columns]), dtype)
    began = time.perf_counter()
    problem = Problem(Entries(rows, columns, (SIDE, SIDE), dtype), y, LeastSquares())
    model = Deep.zeros((SIDE, SIDE), depth=2, width=RANK, dtype=dtype)
    found = run(problem, model, GreedyLowRank(), Schedule.every(1, RANK), (loss,))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    error = np.linalg.norm(np.asarray(found.model()) - left @ right.T) / np.linalg.norm(
        left @ right.T
    )
    return {"seconds": seconds, "memory": peak, "error": error, "steps": found.time.tolist()}


def in_process(dtype: str) -> dict:
    """`measured` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.speed.greedy", dtype]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, and write `greedy.md`."""
    rows = []
    for dtype in ("float64", "float32"):
        found = in_process(dtype)
        rows.append(
            [
                dtype,
                f"{found['seconds']:.1f}",
                f"{found['memory']:.2f}",
                f"{found['error']:.1e}",
                f"{found['steps'][-1]:.0f}",
            ]
        )
    text = [
        f"`GreedyLowRank` from zero to rank {RANK}: a {SIDE} × {SIDE} matrix of that rank, "
        f"{SHARE:.0%} of its entries, no noise. Seconds with imports done and nothing compiled; "
        "peak memory of the process, before the dense matrix is formed to compare; relative error "
        "in the Frobenius norm. Aim in float64: 20 s, 1 GiB, 1e-6.",
        "",
        *table(["precision", "seconds", "GiB", "error", "inner steps"], rows),
    ]
    write("greedy", "Greedy low-rank learning", text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
