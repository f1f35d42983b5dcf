"""Descent on a deep factorisation, whole and compressed to the coordinates in which it moves.

Writes `compressed.md`. All entries of a target of rank 10 are seen, orthogonal start, float64.
"""

import time

from benchmarks.speed.measure import interleaved, table, write

RANK, START, STEP, STEPS = 10, 1e-6, 0.2, 2_000
CASES = ((100, 2), (100, 3), (100, 4), (300, 3))
"""Side and depth."""


def make(side: int, depth: int):
    """The problem and the start."""
    import jax
    import jax.numpy as jnp

    from tacit.algebra import orthogonal_frame
    from tacit.models import Deep, orthogonal
    from tacit.problems import full_observation

    keys = jax.random.split(jax.random.key(0), 3)
    left, right = (orthogonal_frame((side, RANK), "float64", key=key) for key in keys[:2])
    truth = (left * jnp.linspace(1, 0.5, RANK)[None, :]) @ right.T
    start = Deep.initialise(
        (side, side),
        depth=depth,
        init_scale=START,
        initialiser=orthogonal,
        dtype="float64",
        key=keys[2],
    )
    return full_observation(truth), start


def measure(side: int, depth: int) -> list[str]:
    """A row: seconds of both, how many times sooner, and how far apart they end."""
    import jax
    import jax.numpy as jnp

    from tacit.dynamics import GradientDescent
    from tacit.problems import compress
    from tacit.runs import jit

    problem, start = make(side, depth)
    compress(problem, start)
    began = time.perf_counter()
    small = compress(problem, start)
    preparing = time.perf_counter() - began

    rule = GradientDescent(STEP)
    go = jit(
        lambda problem, start: rule.advance(problem, start, rule.init(problem, start), STEPS)[0]
    )
    calls = {
        "whole": lambda: jax.block_until_ready(go(problem, start).factors),
        "compressed": lambda: jax.block_until_ready(go(small.problem, small.model).factors),
    }
    times = interleaved(calls, 6, 90.0)

    whole, found = go(problem, start)(), small.expand(go(small.problem, small.model))()
    apart = float(jnp.linalg.norm(whole - found) / jnp.linalg.norm(problem.truth))
    slow, quick = (times[name].least for name in calls)
    return [
        f"{side} × {side}, depth {depth}",
        f"{small.model.factors[0].shape[0]}",
        f"{slow:.3f}",
        f"{quick:.3f}",
        f"{slow / quick:.0f}",
        f"{preparing:.3f}",
        f"{apart:.0e}",
    ]


def main() -> None:
    """Measure, and write `compressed.md`."""
    import jax

    with jax.enable_x64(True):
        rows = [measure(*case) for case in CASES]
    text = [
        f"{STEPS:,} steps of descent of a target of rank {RANK} that is seen whole, from an "
        f"orthogonal start of scale {START:g}, float64, in one compiled call: least seconds of "
        "six, how many times sooner the compressed layers are there (target 5), seconds of "
        "`compress` itself, once for a run, and the distance of the two ends relative to the "
        "target.",
        "",
        *table(
            ["model", "side compressed", "whole", "compressed", "ratio", "`compress`", "apart"],
            rows,
        ),
    ]
    write("compressed", "Compressed training", text)


if __name__ == "__main__":
    main()
