"""The rows of step.md, spectral.md, images' time and scale.md on an accelerator, in ten minutes.

    benchmarks/gpu.sh          # on a machine with one
    benchmarks/gpu.sh --toy    # toy sizes, on any machine: a dry run

Prints, and writes nothing: what is printed goes into the pages by hand. Each part is printed as
soon as it is measured, so that a run that is cut short has said what it knows.
"""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("JAX_ENABLE_X64", "1")

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.speed.measure import interleaved, micro, table
from tacit.algebra import spectral_map, tanh
from tacit.completion import complete, complete_ratings
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.operators import Entries
from tacit.problems import MeanSquared, Problem
from tacit.runs import device_mesh

SHAPES = ((64, 10), (16, 28), (16, 64), (4, 256))
"""Matrices and their side, as in spectral.md."""


def step(toy: bool) -> list[str]:
    """Microseconds a step of the depth-3 factorisation of step.md."""
    side, steps = (20, 10) if toy else (100, 200)
    rows = []
    for dtype in ("float32", "float64"):
        rng = np.random.default_rng(0)
        truth = rng.standard_normal((side, 5)) @ rng.standard_normal((5, side))
        truth = (truth * side / np.linalg.norm(truth)).astype(dtype)
        observed = rng.random((side, side)) < 0.3
        operator = Entries.from_mask(observed, truth.dtype)
        problem = Problem(operator, operator.mv(jnp.asarray(truth)), MeanSquared())
        factors = [0.3 * rng.standard_normal((side, side)) / side**0.5 for _ in range(3)]
        model = Deep(tuple(jnp.asarray(factor, dtype) for factor in factors))
        rule = GradientDescent(0.1)
        given = problem, model, rule.init(problem, model), jnp.asarray(steps)
        advance = eqx.filter_jit(lambda *given, rule=rule: rule.advance(*given)[0])
        call = partial(_finished, advance, *given)
        rows.append([f"{side} × {side}, {dtype}", *_times({"it": call}, steps)])
    return table(["a step", "least, µs", "median, µs"], rows)


def spectral(toy: bool) -> list[str]:
    """Microseconds of a spectral map with its gradient."""
    rows = []
    for count, side in SHAPES[:1] if toy else SHAPES:
        X = jnp.asarray(np.random.default_rng(0).standard_normal((count, side, side)), jnp.float32)

        @jax.jit
        def gradient(X: Any) -> Any:
            return jax.grad(lambda X: jnp.sum(spectral_map(tanh, X) ** 2))(X)

        call = partial(_finished, gradient, X)
        rows.append([f"{count} of {side} × {side}", *_times({"it": call}, 1)])
    return table(["spectral map and its gradient", "least, µs", "median, µs"], rows)


def images(toy: bool) -> list[str]:
    """Seconds and quality of a photograph with half its pixels missing."""
    from skimage.data import camera
    from skimage.transform import resize

    rows = []
    for side in (32,) if toy else (256, 512):
        truth = resize(camera() / 255.0, (side, side), anti_aliasing=True)
        missing = np.random.default_rng(0).random(truth.shape) < 0.5
        holes = np.where(missing, np.nan, truth)
        for turn in ("first", "second"):
            began = time.perf_counter()
            filled = complete(
                holes, kind="picture", budget=5.0 if toy else 40.0, key=jax.random.key(0)
            ).filled
            seconds = time.perf_counter() - began
            error = np.mean((np.asarray(filled) - truth)[missing] ** 2)
            rows.append(
                [f"{side} × {side}, {turn}", f"{seconds:.1f}", f"{-10 * np.log10(error):.1f}"]
            )
    return table(["camera, half missing", "seconds", "dB on what was missing"], rows)


def ratings(toy: bool) -> list[str]:
    """Seconds of a sweep over generated ratings, on one device and on all."""
    count = 20_000 if toy else 10_000_000
    rng = np.random.default_rng(0)
    users, items = count // 143, max(count // 940, 100)
    rows = np.sort(rng.integers(users, size=count))
    columns = np.minimum(rng.pareto(1.2, count) * items / 20, items - 1).astype(np.int32)
    left, right = (rng.standard_normal((side, 8), np.float32) for side in (users, items))
    values = 0.3 * np.einsum("er,er->e", left[rows], right[columns])
    values += 0.4 * rng.standard_normal(count, np.float32)
    lines = []
    for name, mesh in (("one device", None), (f"a mesh of {jax.device_count()}", device_mesh())):
        times: list[float] = []
        complete_ratings(
            rows,
            columns,
            values,
            (users, items),
            sweeps=5,
            tolerance=0,
            mesh=mesh,
            report=lambda *_, times=times: times.append(time.perf_counter()),
            key=jax.random.key(0),
        )
        sweep = float(np.median(np.diff(times)))
        lines.append([f"{count:,} ratings, {name}", f"{sweep:.3f}", f"{1e9 * sweep / count:.2f}"])
    return table(["width 32", "seconds a sweep", "ns a rating"], lines)


def _finished(program: Callable[..., Any], *given: Any) -> None:
    jax.block_until_ready(jax.tree.leaves(program(*given)))


def _times(calls: dict[str, Callable[[], object]], steps: int) -> list[str]:
    (found,) = interleaved(calls, 30, budget=10).values()
    return [micro(found.least / steps), micro(found.middle / steps)]


def main() -> None:
    """Measure part by part, the most wanted first."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="toy sizes: a dry run")
    given = parser.parse_args()
    kinds = {device.device_kind for device in jax.devices()}
    print(f"{jax.device_count()} × {', '.join(kinds)}; jax {jax.__version__}", flush=True)
    for part in (ratings, step, spectral, images):
        began = time.perf_counter()
        try:
            lines = part(given.toy)
        except Exception as error:  # the other parts still have something to say
            lines = [f"{part.__name__} failed: {type(error).__name__}: {error}"[:500]]
        seconds = time.perf_counter() - began
        print("\n".join(["", f"## {part.__name__} ({seconds:.0f} s)", "", *lines]), flush=True)


if __name__ == "__main__":
    main()
