"""Time to a recovered matrix: depth 3, 100 × 100, rank 5, 2,000 entries, by each road.

Writes `deep.md`. A road is timed in a process of its own, from arrays in memory to a mean square
error of 1e-3 over all entries, with everything imported: cold, nothing is compiled and the compile
cache is empty; cached, another process finds the cache that the first one filled; warm, the same
process does the same again, and then two other draws.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import table, write

SIDE, RANK, COUNT, DEPTH, SCALE = 100, 5, 2000, 3, 1e-3
"""The problem of arora2019 with 2,000 entries, all in float32."""
RATE, EVERY, MOST = 1e-3, 100, 100_000
"""Group RMSprop: its step, steps between two looks at the error, and the most of them."""
BOUND = 1e-3
DRAWS = 3
SPAN, HORIZON, TOLERANCES = 500.0, 20_000.0, (1e-3, 1e-4)
"""Flows: time between two looks, the most of it, relative and absolute tolerance."""
WIDTH, SIZE, DESCENT = 10, 1e-2, {2: 20.0, 3: 4.0}
"""Greedy: directions at most, their size at the start, and the step of descent by depth."""


def draw(seed: int) -> tuple[Any, ...]:
    """Truth of mean square 1, the rows and columns observed, and Gaussian factors."""
    import numpy as np

    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((SIDE, RANK)) @ rng.standard_normal((RANK, SIDE))
    truth *= SIDE / np.linalg.norm(truth)
    rows, columns = np.divmod(np.sort(rng.choice(SIDE**2, COUNT, replace=False)), SIDE)
    size = SCALE ** (1 / DEPTH) / SIDE**0.5
    factors = [size * rng.standard_normal((SIDE, SIDE)) for _ in range(DEPTH)]
    single = [factor.astype(np.float32) for factor in factors]
    return single, truth.astype(np.float32), rows, columns


def by_torch() -> Callable[..., tuple[float, float]]:
    """Group RMSprop around autograd, on the better of one and two threads."""
    import torch

    from benchmarks.speed.torch_rmsprop import better_threads, follow

    threads = better_threads(*draw(0), RATE)
    torch.set_num_threads(threads)
    print(threads, file=sys.stderr)
    return lambda *given: follow(*given, RATE, BOUND, EVERY, MOST)


def by_tacit(road: str) -> Callable[..., tuple[float, float]]:
    """One of the roads through `run`, which stops at the bound."""
    import diffrax
    import jax
    import jax.numpy as jnp

    from tacit.dynamics import (
        EndToEndFlow,
        GradientDescent,
        GradientFlow,
        GreedyLowRank,
        GroupRMSprop,
        balanced_product,
    )
    from tacit.models import Deep, balanced
    from tacit.observers import reconstruction_error
    from tacit.operators import Entries
    from tacit.problems import MeanSquared, Problem
    from tacit.runs import Below, Schedule, run

    def rmsprop(factors):
        model = Deep(tuple(map(jnp.asarray, factors)))
        return model, GroupRMSprop(RATE), Schedule.every(EVERY, MOST)

    def flow(factors):
        model = Deep(tuple(map(jnp.asarray, factors)))
        rule = GradientFlow(*TOLERANCES, solver=diffrax.Bosh3())
        return model, rule, Schedule.every(SPAN, HORIZON)

    def end_to_end(factors):
        del factors
        start = Deep.initialise(
            (SIDE, SIDE), depth=DEPTH, init_scale=SCALE, initialiser=balanced, key=jax.random.key(0)
        )
        rule = EndToEndFlow(float(DEPTH), *TOLERANCES, solver=diffrax.Bosh3())
        return balanced_product(start, 1e-4), rule, Schedule.every(SPAN, HORIZON)

    def greedy(depth):
        def make(factors):
            del factors
            model = Deep.zeros((SIDE, SIDE), depth=depth, width=WIDTH)
            inner = GradientDescent(DESCENT[depth])
            rule = GreedyLowRank(inner, SIZE, every=10, max_steps=5000)
            return model, rule, Schedule.every(1, WIDTH)

        return make

    make = {
        "rmsprop": rmsprop,
        "flow": flow,
        "end_to_end": end_to_end,
        "greedy3": greedy(3),
        "greedy2": greedy(2),
    }[road]

    def follow(factors, truth, rows, columns):
        operator, X = Entries(rows, columns, truth.shape, truth.dtype), jnp.asarray(truth)
        problem = Problem(operator, operator.mv(X), MeanSquared(), truth=X)
        stop = Below("reconstruction_error", BOUND)
        found = run(problem, *make(factors), (reconstruction_error,), stop=stop)
        # Descent and flow count gradients in `step`; a greedy run counts stages there.
        counted = found.time if road.startswith("greedy") else found.step
        return float(counted[-1]), float(found["reconstruction_error"][-1])

    return follow


def measured(road: str, again: bool) -> list[dict[str, float]]:
    """Seconds, gradients and final error: of the first draw, and if `again` of all once more."""
    follow = by_torch() if road == "torch" else by_tacit(road)
    found = []
    for seed in (0, *(range(DRAWS) if again else ())):
        given = draw(seed)
        began = time.perf_counter()
        gradients, error = follow(*given)
        seconds = time.perf_counter() - began
        found.append({"seconds": seconds, "gradients": gradients, "error": error})
    return found


def in_process(road: str, cache: Path, again: bool = False) -> tuple[list[dict], str]:
    """`measured` in a fresh process with that compile cache; and what it says of its threads."""
    given = {
        "EQX_ON_ERROR": "nan",  # or programs of diffrax are not kept
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "benchmarks.speed.deep", road, *(["again"] if again else [])]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | given
    )
    return json.loads(done.stdout), done.stderr.strip()


ROADS = {
    "torch": "PyTorch, group RMSprop",
    "rmsprop": "Tacit, group RMSprop: the same steps",
    "flow": "Tacit, `GradientFlow` from the same start",
    "end_to_end": "Tacit, `EndToEndFlow`, a balanced start",
    "greedy3": "Tacit, `GreedyLowRank`, depth 3",
    "greedy2": "Tacit, `GreedyLowRank`, depth 2",
}


def row(name: str, cold: dict, cached: dict, warm: dict, road: str) -> list[str]:
    """Seconds, gradients, draws that reached the bound, and ratios over those."""
    reached = [at for at, one in enumerate(warm[road]) if one["error"] <= BOUND]
    times = [cold[road]["seconds"], cached[road]["seconds"]]
    rival = [cold["torch"]["seconds"]] * 2
    for found, which in ((times, road), (rival, "torch")):
        spent = sum(warm[which][at]["seconds"] for at in reached)
        found.append(spent / len(reached) if reached else float("nan"))
    return [
        name,
        *(f"{time:.2f}" for time in times),
        " / ".join(f"{one['gradients']:.0f}" for one in warm[road]),
        f"{len(reached)} of {DRAWS}",
        *(f"{long / short:.1f}" for long, short in zip(rival, times, strict=True)),
    ]


def main() -> None:
    """Measure, and write `deep.md`."""
    cold, cached, warm, loads, threads = {}, {}, {}, {}, ""
    with tempfile.TemporaryDirectory() as folder:
        for road in ROADS:
            cache, before = Path(folder) / road, os.getloadavg()[0]
            (cold[road], *warm[road]), said = in_process(road, cache, again=True)
            threads = said if road == "torch" else threads
            cached[road] = cold[road] if road == "torch" else in_process(road, cache)[0][0]
            loads[road] = max(before, os.getloadavg()[0])
    rows = [
        [*row(name, cold, cached, warm, road), f"{loads[road]:.1f}"] for road, name in ROADS.items()
    ]
    head = ["road", "cold", "cached", "warm", "gradients", "reached"]
    text = [
        f"Seconds until the mean square error over all entries is at most {BOUND:g}: a matrix of "
        f"rank {RANK}, {SIDE} × {SIDE}, entries of mean square 1, {COUNT:,} of them seen, float32; "
        f"depth {DEPTH}, end-to-end scale {SCALE:g}. With imports done; *cold*: compiling counts, "
        "nothing is cached; *cached*: a fresh process with the compile cache that the first one "
        f"filled; *warm*: again in the same process, mean of those of {DRAWS} draws that reached "
        "the bound. Then the gradients of each draw (those of rejected steps too), the draws that "
        "reached it, and how many times sooner than PyTorch on the same draws. Targets: 10 by flow "
        "or greedy, 1.5 by the same steps.",
        "",
        f"torch ran on {threads} thread(s), the better by the median of short bursts. Group "
        f"RMSprop steps by {RATE:g}, and its error is looked at every {EVERY} steps; flows are of "
        f"Bogacki and Shampine with tolerances {TOLERANCES[0]:g} and {TOLERANCES[1]:g}; greedy "
        f"stages descend by steps of {DESCENT[3]:g} and {DESCENT[2]:g} at depths 3 and 2, chosen "
        "by hand, and the error is looked at after each.",
        "",
        "*load*: of the machine, the mean of a minute, before or after the row, whichever is more. "
        "Above 2 it was busy with other work: believe the ratios more than the seconds.",
        "",
        *table([*head, "cold ×", "cached ×", "warm ×", "load"], rows),
    ]
    write("deep", "Time to a recovered matrix", text, extra=("torch", "diffrax"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1], "again" in sys.argv[2:])))
    else:
        main()
