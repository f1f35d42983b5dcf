"""One step of descent: a depth-3, 100 × 100 factorisation, against JAX and PyTorch by hand.

Writes `step.md`. A step is six products of 100 × 100 matrices, 12 million floating-point
operations; the last table says what one such product costs, which no step can undercut by much.
"""

import os

os.environ.setdefault("JAX_ENABLE_X64", "1")

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import torch

from benchmarks.speed.measure import Seconds, interleaved, micro, table, write
from benchmarks.speed.torch_loops import loops, on_threads
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.operators import Entries
from tacit.problems import MeanSquared, Problem
from tacit.runs import Schedule, run

SIDE, DEPTH, RANK = 100, 3, 5
STEP = 0.1
STEPS = {1: 200, 2: 10}
"""Steps of one timed call by threads: short, so that some calls meet no other work. Two threads
wait for each other on a busy machine, so their calls are shorter still, to their advantage."""
ROUNDS = 120
FLOP = 6 * 2 * SIDE**3
THREADS = (1, 2)
START = "`run` of no steps, once a run"
AUTOGRAD, OPTIMISER = ("index", "mask"), ("optimiser",)


def task(dtype: str, count: int):
    """Factors, truth, and the rows and columns of `count` observed entries."""
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((SIDE, RANK)) @ rng.standard_normal((RANK, SIDE))
    truth *= SIDE / np.linalg.norm(truth)
    rows, columns = np.divmod(np.sort(rng.choice(SIDE**2, count, replace=False)), SIDE)
    factors = [0.3 * rng.standard_normal((SIDE, SIDE)) / SIDE**0.5 for _ in range(DEPTH)]
    return [factor.astype(dtype) for factor in factors], truth.astype(dtype), rows, columns


def tacit_ways(factors, truth, rows, columns):
    """`GradientDescent.advance`, which `run` compiles, and a `run` of no steps: what a run adds."""
    operator = Entries(rows, columns, truth.shape, truth.dtype)
    problem = Problem(operator, operator.mv(jnp.asarray(truth)), MeanSquared())
    model = Deep(tuple(jnp.asarray(factor) for factor in factors))
    rule = GradientDescent(STEP)
    state = rule.init(problem, model)
    advance = eqx.filter_jit(lambda *given: rule.advance(*given)[0])
    steps, still = jnp.asarray(STEPS[1]), Schedule(np.zeros(1, int))
    return (
        lambda: jax.block_until_ready(advance(problem, model, state, steps).factors),
        lambda: jax.block_until_ready(run(problem, model, rule, still).model.factors),
    )


def jax_scan(factors, truth, rows, columns):
    """The same steps by hand in `lax.scan`."""
    start = [jnp.asarray(factor) for factor in factors]
    index = jnp.asarray(rows), jnp.asarray(columns)
    y = jnp.asarray(truth)[index]

    def loss(W):
        return jnp.mean(((W[2] @ (W[1] @ W[0]))[index] - y) ** 2)

    def step(W, _):
        return [w - STEP * g for w, g in zip(W, jax.grad(loss)(W), strict=True)], None

    program = jax.jit(lambda W: jax.lax.scan(step, W, length=STEPS[1])[0])
    return lambda: jax.block_until_ready(program(start))


def steps(dtype: str, count: int) -> dict[str, Seconds]:
    """Seconds a step, each way, and of a `run` of no steps."""
    given = task(dtype, count)
    advance, start = tacit_ways(*given)
    calls = {"Tacit": advance, "JAX by hand": jax_scan(*given), START: start}
    sizes = {"Tacit": STEPS[1], "JAX by hand": STEPS[1], START: 1}
    for name, make in loops(*given).items():
        for threads in THREADS:
            label = f"torch, {name}, {threads}"
            calls[label] = on_threads(threads, make(STEP), STEPS[threads])
            sizes[label] = STEPS[threads]
    # Threads of torch go on spinning for a while after a call: those calls come last, apart.
    alone = {name: call for name, call in calls.items() if not name.endswith(", 2")}
    paired = {name: call for name, call in calls.items() if name not in alone}
    found = interleaved(alone, ROUNDS) | interleaved(paired, ROUNDS, budget=30)
    return {name: Seconds(*(t / sizes[name] for t in found[name])) for name in calls}


def best_torch(found: dict[str, Seconds], which: int, names: tuple[str, ...] = AUTOGRAD) -> float:
    """Least time among the loops named and thread counts, by minimum (0) or median (1)."""
    return min(found[f"torch, {name}, {threads}"][which] for name in names for threads in THREADS)


def step_tables(settings: list[tuple[str, int]]) -> list[str]:
    """Times of every way, then the ratios that the targets are about."""
    results = {setting: steps(*setting) for setting in settings}
    ways = list(next(iter(results.values())))
    columns = [f"{dtype}, {count} entries" for dtype, count in settings]
    times = [
        [
            way,
            *(
                f"{micro(found[way].least)} / {micro(found[way].middle)}"
                for found in results.values()
            ),
        ]
        for way in ways
    ]
    ratios = [
        [
            label,
            *(f"{of(found, 0):.2f} / {of(found, 1):.2f}" for found in results.values()),
        ]
        for label, of in (
            ("JAX by hand over Tacit (target 1)", lambda f, i: f["JAX by hand"][i] / f["Tacit"][i]),
            ("best torch over Tacit (target 2.5)", lambda f, i: best_torch(f, i) / f["Tacit"][i]),
            (
                "torch's optimiser over Tacit",
                lambda f, i: best_torch(f, i, OPTIMISER) / f["Tacit"][i],
            ),
        )
    ]
    rates = [
        "Tacit, billion operations a second",
        *(f"{FLOP / found['Tacit'].least / 1e9:.0f}" for found in results.values()),
    ]
    return [
        "## Microseconds a step, least / median",
        "",
        "For torch the last number is its threads; *best torch* is the better of `index` and "
        "`mask` on 1 or 2 threads: autograd, update in place. `optimiser` (the textbook's "
        "`zero_grad`, `backward`, `SGD.step`) and `by hand` (the gradient written out, no "
        "autograd) are for information. Where the least and the median are far apart, the "
        "machine was busy with other work.",
        "",
        *table(["", *columns], times),
        "",
        "## Ratios, of least / of median times",
        "",
        *table(["", *columns], [*ratios, rates]),
    ]


def products(dtype: str, shape: tuple[int, int, int]) -> list[str]:
    """Billion operations a second of one product, in torch and in XLA's three orientations."""
    m, k, n = shape
    operations = 2 * m * k * n
    repeats = max(2, int(4e7 // operations))
    rng = np.random.default_rng(0)
    left, right = (
        rng.standard_normal((m, k)).astype(dtype),
        rng.standard_normal((k, n)).astype(dtype),
    )
    calls = {}
    for threads in THREADS:
        a, b = torch.tensor(left), torch.tensor(right)
        out = torch.empty((m, n), dtype=a.dtype)

        def multiply(count, a=a, b=b, out=out):
            for _ in range(count):
                torch.mm(a, b, out=out)

        calls[f"torch {threads}"] = on_threads(threads, multiply, repeats)
    for name, axes in (("A B", (1, 0)), ("A Bᵀ", (1, 1)), ("Aᵀ B", (0, 0))):
        a = jnp.asarray(left if axes[0] else left.T)
        b = jnp.asarray(right.T if axes[1] else right)

        @jax.jit
        def xla(a, b, axes=axes):
            def body(_, carry):
                # Each product depends on the one before, or XLA would make it once.
                a, _ = carry
                c = jax.lax.dot_general(a, b, (((axes[0],), (axes[1],)), ((), ())))
                return a.at[0, 0].set(c[0, 0]), c

            return jax.lax.fori_loop(0, repeats, body, (a, jnp.zeros((m, n), a.dtype)))[1]

        calls[name] = lambda xla=xla, a=a, b=b: jax.block_until_ready(xla(a, b))
    found = interleaved(calls, ROUNDS)
    return [f"{operations * repeats / time.least / 1e9:.0f}" for time in found.values()]


def product_table() -> list[str]:
    """What one product costs here."""
    shapes = ((100, 100, 100), (256, 256, 256), (256, 128, 256))
    rows = [
        [f"{m}×{k} by {k}×{n}", dtype, *products(dtype, (m, k, n))]
        for m, k, n in shapes
        for dtype in ("float32", "float64")
    ]
    head = ["product", "type", "torch, 1 thread", "torch, 2", "XLA A B", "XLA A Bᵀ", "XLA Aᵀ B"]
    return [
        "## One product, billion operations a second",
        "",
        f"A step is six products of {SIDE} × {SIDE}: {FLOP / 1e6:.0f} million operations, over "
        f"{6 * 3 * SIDE**2 * 4 / 1e3:.0f} kB (float32) read and written, all of it in the cache. "
        "At this size XLA runs a float32 product on one thread.",
        "",
        *table(head, rows, words=2),
    ]


def main() -> None:
    """Measure, and write `step.md`."""
    settings = [("float32", 2000), ("float32", 5000), ("float64", 2000), ("float64", 5000)]
    write(
        "step",
        "A step of descent, depth 3, 100 × 100",
        [*step_tables(settings), "", *product_table()],
        extra=("torch",),
    )


if __name__ == "__main__":
    main()
