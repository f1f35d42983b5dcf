"""A sweep in one program against runs in sequence, and one iteration of SoftImpute.

Writes `loops.md`.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.speed.measure import interleaved, table, write
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GradientDescent, SoftImpute
from tacit.models import Deep, Direct
from tacit.problems import LeastSquares, completion
from tacit.runs import Schedule, run, sweep

SEEDS, STEPS = 10, 500
ITERATIONS = 10
ROUNDS = 7


def sweep_row(side: int) -> list[str]:
    """Ten seeds of depth-3 descent, swept and in sequence."""
    key = jax.random.key(0)
    truth = low_rank_matrix((side, side), 5, key=key)
    problem = completion(truth, side * side // 4, key=key)
    schedule = Schedule.every(100, STEPS)

    def fit(key):
        model = Deep.initialise((side, side), depth=3, init_scale=1e-2, key=key)
        return run(problem, model, GradientDescent(0.1), schedule)

    keys = jax.random.split(key, SEEDS)
    compiled = jax.jit(lambda keys: sweep(fit, key=keys).model)
    found = interleaved(
        {
            "compiled": lambda: jax.block_until_ready(compiled(keys)),
            "sweep": lambda: jax.block_until_ready(sweep(fit, key=keys).model),
            "sequence": lambda: [jax.block_until_ready(fit(key).model) for key in keys],
        },
        ROUNDS,
    )
    return [
        f"{side}×{side}",
        *(f"{time.least:.2f} / {time.middle:.2f}" for time in found.values()),
        f"{found['sequence'].least / found['compiled'].least:.1f}",
    ]


def soft_impute_row(side: int) -> list[str]:
    """One iteration, half the entries observed, against the same in numpy."""
    key = jax.random.key(0)
    truth = low_rank_matrix((side, side), 5, key=key)
    problem = completion(truth, side * side // 2, LeastSquares(), key=key)
    model = Direct(jnp.zeros((side, side), jnp.float32))
    rule = SoftImpute(decay=1.0, tolerance=0.0, penalty=1.0)
    state = rule.init(problem, model)
    advance = eqx.filter_jit(lambda model: rule.advance(problem, model, state, ITERATIONS)[0])

    mask = np.zeros((side, side), bool)
    mask[np.asarray(problem.operator.rows), np.asarray(problem.operator.columns)] = True
    seen = np.where(mask, np.asarray(truth), 0)

    def by_numpy():
        X = np.zeros_like(seen)
        for _ in range(ITERATIONS):
            U, s, Vt = np.linalg.svd(np.where(mask, seen, X), full_matrices=False)
            X = (U * np.maximum(s - 1, 0)) @ Vt

    found = interleaved(
        {"tacit": lambda: jax.block_until_ready(advance(model).array), "numpy": by_numpy}, ROUNDS
    )
    ours, numpy = found["tacit"], found["numpy"]
    return [
        f"{side}×{side}",
        *(
            f"{t.least / ITERATIONS * 1e3:.1f} / {t.middle / ITERATIONS * 1e3:.1f}"
            for t in found.values()
        ),
        f"{numpy.least / ours.least:.2f}",
    ]


def main() -> None:
    """Measure, and write `loops.md`."""
    text = [
        f"## {SEEDS} seeds of {STEPS} steps, depth 3, seconds, least / median",
        "",
        "A call of `sweep` compiles its program; *compiled* is that program alone. The runs in "
        "sequence share one program, compiled before. The ratio is that of the last to the first.",
        "",
        *table(
            ["size", "compiled", "`sweep`", "in sequence", "ratio"],
            [sweep_row(side) for side in (32, 100)],
        ),
        "",
        "## One iteration of SoftImpute, milliseconds, least / median",
        "",
        *table(
            ["size", "Tacit", "numpy by hand", "ratio"],
            [soft_impute_row(side) for side in (100, 256, 512)],
        ),
    ]
    write("loops", "Sweeps and SoftImpute", text)


if __name__ == "__main__":
    main()
