"""The Hessian's ends at a million parameters, and the end-to-end flow at several depths.

Writes `landscape.md`. Each row is a process of its own. Seconds include compiling; the peak of
memory is that of the whole process.
"""

import json
import resource
import subprocess
import sys
import time

from benchmarks.speed.measure import table, write

POINTS = ("minimum, 707 × 707 seen in full", "minimum, 1000 × 1000, 30 % seen", "saddle, 707 × 707")
DEPTHS = (2.0, 2.5, 3.0, 50.0, float("inf"))
SIDE, SPAN = 100, 20.0


def hessian(point: str) -> dict:
    """Seconds, products and memory of `hessian_extremes` at a point of depth 2."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from tacit.models import Deep
    from tacit.problems import LeastSquares, completion, full_observation
    from tacit.solvers import hessian_extremes

    jax.config.update("jax_enable_x64", True)
    full = "707" in point
    side, width, rank = (707, 707, 10) if full else (1000, 500, 10)
    rng = np.random.default_rng(0)
    U, V = (np.linalg.qr(rng.standard_normal((side, rank)))[0] for _ in range(2))
    sigma = np.linspace(2, 1, rank)
    truth = jnp.asarray((U * sigma) @ V.T)
    problem = (
        full_observation(truth)
        if full
        else completion(truth, round(0.3 * side**2), LeastSquares(), key=jax.random.key(0))
    )
    learnt = sigma * (np.arange(rank) < (5 if "saddle" in point else rank))
    left, right = np.zeros((side, width)), np.zeros((width, side))
    left[:, :rank], right[:rank] = U * np.sqrt(learnt), (V * np.sqrt(learnt)).T
    model = Deep((jnp.asarray(right), jnp.asarray(left)))
    began = time.perf_counter()
    found = hessian_extremes(problem, model, negatives=1)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "parameters": 2 * side * width,
        "seconds": seconds,
        "memory": peak,
        "products": found.products,
        "smallest": found.smallest,
        "largest": found.largest,
        "error": max(found.smallest_error, found.largest_error),
    }


def flow(depth: float) -> dict:
    """Seconds a gradient of the end-to-end flow, warm, at one depth."""
    import jax
    import jax.numpy as jnp

    from tacit.algebra import low_rank_matrix
    from tacit.dynamics import EndToEndFlow
    from tacit.models import Direct
    from tacit.problems import LeastSquares, completion

    jax.config.update("jax_enable_x64", True)
    truth = low_rank_matrix((SIDE, SIDE), 5, "float64", key=jax.random.key(0))
    problem = completion(truth, 5_000, LeastSquares(), key=jax.random.key(1))
    start = Direct.initialise((SIDE, SIDE), init_scale=0.1, dtype="float64", key=jax.random.key(2))
    rule = EndToEndFlow(depth, rtol=1e-6, atol=1e-8)
    advance = jax.jit(rule.advance)
    span = jnp.asarray(SPAN / (4 if depth == float("inf") else depth) / 40)
    arguments = (problem, start, rule.init(problem, start), span)
    jax.block_until_ready(advance(*arguments))
    each = []
    for _ in range(5):
        began = time.perf_counter()
        _, clock = jax.block_until_ready(advance(*arguments))
        each.append((time.perf_counter() - began) / int(clock.step))
    return {"gradients": int(clock.step), "each": sorted(each)[2]}


def in_process(kind: str, what: str) -> dict:
    """A measurement in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.speed.landscape", kind, what]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, and write `landscape.md`."""
    points = []
    for point in POINTS:
        found = in_process("hessian", point)
        points.append(
            [
                point,
                f"{found['parameters']:,}",
                f"{found['seconds']:.1f}",
                f"{found['memory']:.2f}",
                f"{found['products']}",
                f"{found['smallest']:.3g}",
                f"{found['largest']:.4g}",
                f"{found['error']:.1e}",
            ]
        )
    flows = []
    for depth in DEPTHS:
        found = in_process("flow", str(depth))
        flows.append([f"{depth:g}", f"{1e3 * found['each']:.2f}", f"{found['gradients']}"])
    text = [
        "`hessian_extremes` of depth 2 in float64 (rank 10; at the saddle five values are not "
        "learnt, and whether one direction is negative is asked for). Seconds with imports done "
        "and nothing compiled; peak memory of the process. Aim at 10⁶ parameters: 30 s, 1 GiB.",
        "",
        *table(
            ["point", "parameters", "seconds", "GiB", "products", "λ_min", "λ_max", "error"], points
        ),
        "",
        f"`EndToEndFlow` of a {SIDE} × {SIDE} matrix with 5,000 entries seen, float64: time of a "
        "gradient with its singular value decomposition, warm, median of five.",
        "",
        *table(["depth", "ms a gradient", "gradients"], flows),
    ]
    write("landscape", "The landscape, and depth without layers", text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(
            json.dumps(
                hessian(sys.argv[2]) if sys.argv[1] == "hessian" else flow(float(sys.argv[2]))
            )
        )
    else:
        main()
