"""Spectral maps and networks against PyTorch with autodiff through its SVD.

Writes `spectral.md`.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("JAX_ENABLE_X64", "1")

import time

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import torch

from benchmarks.speed.measure import Seconds, interleaved, micro, table, write
from benchmarks.speed.torch_loops import on_threads
from benchmarks.speed.torch_spectral import map_and_gradient, network
from tacit.algebra import spectral_map, tanh
from tacit.dynamics import CompactFlow, GradientDescent
from tacit.models import SpectralNetwork
from tacit.observers import loss
from tacit.operators import Dense, SharedBasis
from tacit.problems import LeastSquares, MeanSquared, sensing, shared_sensing
from tacit.runs import Schedule, run, sweep

NETS = (((2, 2, 2, 2), 10, 75, 1e-3), ((4, 8, 16), 28, 470, 5e-5))
"""Widths, side, measurements, step (of the mean square)."""
SHAPES = ((64, 10), (16, 28), (16, 64), (4, 256))
RUNS, RUN_STEPS = (5, 10), 200
ROUNDS = 40


def start(widths, side, count, dtype):
    """A problem like the mis-specified one of the paper, and a small Gaussian start."""
    U = np.random.default_rng(0).random((side, 6))
    X = U @ U.T / np.trace(U @ U.T)
    problem = sensing(
        jnp.asarray(X, dtype), count, float(side), MeanSquared(), key=jax.random.key(0)
    )
    model = SpectralNetwork.gaussian(
        (side, side), widths, init_scale=1e-3, dtype=dtype, key=jax.random.key(1)
    )
    return problem, model


def apart(calls) -> dict[str, Seconds]:
    """Two threads of torch go on spinning after a call: those calls come last, apart."""
    alone = {name: call for name, call in calls.items() if not name.endswith(" 2")}
    paired = {name: call for name, call in calls.items() if name not in alone}
    return interleaved(alone, ROUNDS, budget=10) | interleaved(paired, ROUNDS, budget=5)


def given(problem, model):
    """The same as numpy arrays, for PyTorch."""
    assert isinstance(problem.operator, Dense)
    arrays = (model.left, model.right, tuple(model.mixers), problem.operator.arrays, problem.y)
    return jax.tree.map(np.array, arrays)


def step_rows(dtype) -> list[list[str]]:
    """Microseconds a step of each network."""
    rows = []
    for widths, side, count, rate in NETS:
        problem, model = start(widths, side, count, dtype)
        rule, steps = GradientDescent(rate), 100 if side < 20 else 10
        state = rule.init(problem, model)
        advance = eqx.filter_jit(
            lambda problem, model, state, gap, rule=rule: rule.advance(problem, model, state, gap)[
                0
            ]
        )
        gap = jnp.asarray(steps)
        calls = {
            "Tacit": lambda a=advance, p=problem, m=model, s=state, g=gap: jax.block_until_ready(
                a(p, m, s, g).left
            )
        }
        for threads in (1, 2):
            loop = network(*given(problem, model), rate)
            calls[f"torch {threads}"] = on_threads(threads, loop, steps)
        found = apart(calls)
        best = [min(found[f"torch {t}"][i] for t in (1, 2)) for i in (0, 1)]
        rows.append(
            [
                f"[{', '.join(map(str, widths))}], n = {side}, p = {count}",
                dtype,
                *(f"{micro(t.least / steps)} / {micro(t.middle / steps)}" for t in found.values()),
                f"{best[0] / found['Tacit'].least:.1f} / {best[1] / found['Tacit'].middle:.1f}",
            ]
        )
    return rows


def map_rows(dtype) -> list[list[str]]:
    """Microseconds of value and gradient of ⟨Γ(X), C⟩, by every road and rival."""
    rows = []
    rng = np.random.default_rng(0)
    for count, side in SHAPES:
        X = (rng.standard_normal((count, side, side)) / (2 * side**0.5)).astype(dtype)
        C = rng.standard_normal(X.shape).astype(dtype)
        given_X, given_C = jnp.asarray(X), jnp.asarray(C)

        def by_svd(X):
            U, s, Vt = jnp.linalg.svd(X, full_matrices=False)
            return (U * jnp.tanh(s)[..., None, :]) @ Vt

        def timed(function, C=given_C, X=given_X):
            program = jax.jit(jax.value_and_grad(lambda X: jnp.sum(function(X) * C)))
            return lambda: jax.block_until_ready(program(X))

        calls = {
            "products": timed(lambda X: spectral_map(tanh, X, "products")),
            "gram": timed(lambda X: spectral_map(tanh, X, "gram")),
            "svd": timed(lambda X: spectral_map(tanh, X, "svd")),
            "jnp": timed(by_svd),
        }
        for threads in (1, 2):
            calls[f"torch {threads}"] = on_threads(threads, map_and_gradient(X, C), 1)
        found = apart(calls)
        ours = found["products"]
        rivals = [min(found[n][i] for n in ("jnp", "torch 1", "torch 2")) for i in (0, 1)]
        rows.append(
            [
                f"{count} × ({side}×{side})",
                dtype,
                *(f"{micro(t.least)} / {micro(t.middle)}" for t in found.values()),
                " / ".join(f"{rival / own:.1f}" for rival, own in zip(rivals, ours, strict=True)),
            ]
        )
    return rows


def fifty(dtype="float32") -> list[str]:
    """Seconds of 5 rates × 10 seeds of the first network: one program, in sequence, PyTorch."""
    widths, side, count, rate = NETS[0]
    problem, _ = start(widths, side, count, dtype)
    rates = jnp.asarray(rate * 2.0 ** -np.arange(RUNS[0]), dtype)
    schedule = Schedule(np.array([0, RUN_STEPS]))

    def model_of(seed):
        return SpectralNetwork.gaussian(
            (side, side), widths, init_scale=1e-3, dtype=dtype, key=jax.random.key(seed)
        )

    def fit(rate, seed):
        return run(problem, model_of(seed), GradientDescent(rate), schedule).records["loss"][-1]

    program = jax.jit(lambda rates, seeds: sweep(fit, rate=rates, seed=seeds))
    seeds = jnp.arange(RUNS[1])
    models = [model_of(int(seed)) for seed in seeds]

    def sequence():
        for rate in rates:
            for model in models:
                jax.block_until_ready(
                    run(problem, model, GradientDescent(rate), schedule).model.left
                )

    def pytorch():
        torch.set_num_threads(1)
        for rate in np.asarray(rates):
            for model in models:
                network(*given(problem, model), float(rate))(RUN_STEPS)

    found = interleaved(
        {
            "one program": lambda: jax.block_until_ready(program(rates, seeds)),
            "in sequence": sequence,
            "torch": pytorch,
        },
        3,
        budget=90,
    )
    one = found["one program"].least
    return [
        *(f"{t.least:.2f}" for t in found.values()),
        f"{found['torch'].least / one:.1f}",
        f"{found['in sequence'].least / one:.1f}",
    ]


def compact() -> list[str]:
    """Seconds to one end state at d = 100: descent of the network, and the compact flow."""
    side = 100
    truth = jnp.diag(jnp.linspace(1.0, 0.1, side))
    problem = shared_sensing(truth, 150, 1 / side**0.5, LeastSquares(), key=jax.random.key(0))
    assert isinstance(problem.operator, SharedBasis)
    bases = problem.operator.left, problem.operator.right
    model = SpectralNetwork.aligned(bases, (2, 2), key=jax.random.key(1))
    span, step = 0.5, 2e-4
    flow = CompactFlow(rtol=1e-6, atol=1e-8)
    timed = {}
    for name, rule, schedule in (
        ("descent", GradientDescent(step), Schedule(np.array([0, round(span / step)]))),
        ("compact flow", flow, Schedule(np.array([0.0, span]))),
    ):
        run(problem, model, rule, schedule, (loss,))
        began = time.perf_counter()
        found = run(problem, model, rule, schedule, (loss,))
        timed[name] = time.perf_counter() - began, float(found["loss"][-1]), found.model()
    X, Y = timed["descent"][2], timed["compact flow"][2]
    return [
        f"{timed['descent'][0]:.2f}",
        f"{timed['compact flow'][0]:.3f}",
        f"{timed['descent'][0] / timed['compact flow'][0]:.0f}",
        f"{timed['descent'][1]:.1e}, {timed['compact flow'][1]:.1e}",
        f"{float(jnp.linalg.norm(X - Y) / jnp.linalg.norm(Y)):.1e}",
    ]


def main() -> None:
    """Measure, and write `spectral.md`."""
    kinds = ("float32", "float64")
    roads = ["products", "gram", "svd", "jnp svd", "torch, 1", "torch, 2"]
    write(
        "spectral",
        "Spectral maps and networks",
        [
            "For torch the number is its threads. The matrices are normal with ‖X‖₂ near 1, so "
            "that the products serve; `jnp svd` is autodiff through `jnp.linalg.svd`, as torch's "
            "is through `torch.linalg.svd`. Least / median over interleaved calls.",
            "",
            "## A step of descent, microseconds",
            "",
            *table(
                ["network", "type", "Tacit", "torch, 1", "torch, 2", "best torch over Tacit"],
                [row for kind in kinds for row in step_rows(kind)],
                words=2,
            ),
            "",
            "Targets: 10 for the first, 8 for the second.",
            "",
            "## Value and gradient of a spectral map, microseconds",
            "",
            *table(
                ["matrices", "type", *roads, "best rival over products"],
                [row for kind in kinds for row in map_rows(kind)],
                words=2,
            ),
            "",
            "Target: 3 in every row.",
            "",
            f"## Fifty runs of {RUN_STEPS} steps of the first network, seconds",
            "",
            *table(
                ["one program", "in sequence", "torch, 1", "torch over one", "sequence over one"],
                [fifty()],
                words=0,
            ),
            "",
            "Targets: 10 and 1. Compiled before; torch's runs one after another.",
            "",
            "## To the end state at d = 100, seconds",
            "",
            *table(
                ["descent", "compact flow", "ratio", "losses", "difference of X, relative"],
                [compact()],
                words=0,
            ),
            "",
            "Target: 50. Both compiled before; widths [2, 2], 150 measurements, to t = 0.5.",
        ],
        extra=("torch",),
    )


if __name__ == "__main__":
    main()
