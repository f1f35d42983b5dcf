"""Tubal descent against numpy, and the t-product against its parts.

Writes `tubal.md`. Descent: U * Uᵀ with U of 10 × 200 × 4 from 285 Gaussian measurements, float64,
which is the setting of karnik2025_fig3. The rival is the plain loop in numpy, rfft and batched
products; both make the same steps.
"""

import numpy as np

from benchmarks.speed.measure import interleaved, micro, table, write

SIDE, TUBE, RANK, WIDTH, COUNT = 10, 4, 3, 200, 285
ALPHA, STEP, STEPS = 1e-7, 2.28e-2, 1_000
PRODUCT = (200, 200, 64)
"""The t-product of two such tensors, in float32."""


def numpy_descent(rows, y, factor):
    """`STEPS` steps of U ← U + μ A*(y − A(U * Uᵀ)) * U."""
    U = factor.copy()
    for _ in range(STEPS):
        slices = np.moveaxis(np.fft.rfft(U, axis=2), 2, 0)
        square = slices @ np.conj(slices).swapaxes(1, 2)
        X = np.fft.irfft(np.moveaxis(square, 0, 2), TUBE, axis=2)
        pull = (rows.T @ (y - rows @ X.ravel())).reshape(X.shape)
        moves = np.moveaxis(np.fft.rfft(pull, axis=2), 2, 0) @ slices
        U = U + STEP * np.fft.irfft(np.moveaxis(moves, 0, 2), TUBE, axis=2)
    return U


def descents() -> tuple[list[list[str]], float]:
    """Rows of the first table, and how far the factors of the rivals are apart, relative."""
    import jax

    from tacit.algebra import t_outer, tubal_frame
    from tacit.dynamics import GradientDescent, TubalDescent
    from tacit.models import SymmetricTubal
    from tacit.problems import tubal_sensing

    truth_key, arrays_key, start_key = jax.random.split(jax.random.key(0), 3)
    X = tubal_frame((SIDE, RANK, TUBE), dtype="float64", key=truth_key)
    problem = tubal_sensing(t_outer(X, X), COUNT, symmetrised=True, key=arrays_key)
    scale = ALPHA**2 * TUBE
    start = SymmetricTubal.initialise(
        SIDE, (TUBE,), init_scale=scale, width=WIDTH, dtype="float64", key=start_key
    )

    def by(rule):
        @jax.jit
        def follow(problem, start):
            return rule.advance(problem, start, rule.init(problem, start), STEPS)[0].factor

        return lambda: jax.block_until_ready(follow(problem, start))

    given = problem.operator.as_matrix(), problem.y, start.factor
    matrix, y, factor = (np.asarray(part) for part in given)
    calls = {
        "numpy: rfft and batched products": lambda: numpy_descent(matrix, y, factor),
        "Tacit, `GradientDescent`": by(GradientDescent(STEP / 2)),
        "Tacit, `TubalDescent`": by(TubalDescent(STEP / 2)),
    }
    ends = [np.asarray(call()) for call in calls.values()]
    apart = max(np.abs(end - ends[0]).max() for end in ends) / np.abs(ends[0]).max()
    times = interleaved(calls, 12)
    rival = times["numpy: rfft and batched products"]
    rows = [
        [
            name,
            micro(time.least / STEPS),
            micro(time.middle / STEPS),
            f"{rival.least / time.least:.1f}",
        ]
        for name, time in times.items()
    ]
    return rows, float(apart)


def products() -> list[list[str]]:
    """Rows of the second table: the whole, and its parts each alone."""
    import jax
    import jax.numpy as jnp

    from tacit.algebra import Fourier, t_product
    from tacit.algebra.tubal import slice_products

    transform, tubes = Fourier(), PRODUCT[2:]
    A, B = (jax.random.normal(jax.random.key(seed), PRODUCT, jnp.float32) for seed in (0, 1))
    forward, inverse = jax.jit(transform.forward), jax.jit(lambda C: transform.inverse(C, tubes))
    multiply, whole = jax.jit(slice_products), jax.jit(t_product)
    left, right = forward(A), forward(B)
    slices = multiply(left, right)
    calls = {
        "`t_product`": lambda: whole(A, B).block_until_ready(),
        "transform, once": lambda: forward(A).block_until_ready(),
        "products of slices": lambda: multiply(left, right).block_until_ready(),
        "transform back": lambda: inverse(slices).block_until_ready(),
        "numpy: rfft, products, irfft": lambda: _numpy_product(np.asarray(A), np.asarray(B)),
    }
    times = interleaved(calls, 12)
    parts = (
        2 * times["transform, once"].least
        + times["products of slices"].least
        + times["transform back"].least
    )
    rows = [
        [name, f"{time.least * 1e3:.1f}", f"{time.middle * 1e3:.1f}", f"{time.least / parts:.2f}"]
        for name, time in times.items()
    ]
    return [
        *rows,
        ["the parts added: two transforms, products, back", f"{parts * 1e3:.1f}", "", "1"],
    ]


def _numpy_product(A, B):
    left, right = (np.moveaxis(np.fft.rfft(T, axis=2), 2, 0) for T in (A, B))
    return np.fft.irfft(np.moveaxis(left @ right, 0, 2), PRODUCT[2], axis=2)


def main() -> None:
    """Measure, and write `tubal.md`."""
    import jax

    with jax.enable_x64(True):
        rows, apart = descents()
    text = [
        f"Microseconds a step of descent on U * Uᵀ, U of {SIDE} × {WIDTH} × {TUBE}, from {COUNT} "
        f"symmetrised Gaussian measurements, float64, in calls of {STEPS:,} steps; how many times "
        "sooner by the least times (target 10). `TubalDescent` makes the same steps in less: it "
        "holds U = V * Qᵀ with V of 10 × 10 × 4, keeps to the slices, and takes A*A as one 210 × "
        "210 matrix on tubal-symmetric tensors. Making that matrix and Q once a call is counted. "
        f"Factors after them differ by at most {apart:.0e} of the largest entry.",
        "",
        *table(["descent", "least", "median", "numpy over it"], rows),
        "",
        f"Milliseconds of one t-product of two tensors of {' × '.join(map(str, PRODUCT))}, "
        "float32, and of its parts, each compiled alone; over the sum of the parts (target 1.3).",
        "",
        *table(["product", "least", "median", "over the parts"], products()),
    ]
    write("tubal", "Tubal tensors", text)


if __name__ == "__main__":
    main()
