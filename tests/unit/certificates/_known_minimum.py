"""Problems whose least nuclear norm is known, by construction."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.operators import Dense


class KnownMinimum(NamedTuple):
    """Measurements y = A X, the minimiser X, the minimum ‖X‖_*, and the ν that proves it."""

    operator: Dense
    y: jax.Array
    X: np.ndarray
    value: float
    dual: np.ndarray


def known_minimum(m: int, n: int, rank: int, size: int, seed: int = 0) -> KnownMinimum:
    """A problem whose dual was drawn first: A_1 is what makes A* ν = Σ ν_i A_i a subgradient at X.

    A* ν = U Vᵀ + U_⊥ diag(c) V_⊥ᵀ with 0 ≤ c < 0.9, and X = U diag(s) Vᵀ with 0.5 ≤ s < 2, so that
    yᵀν = ⟨X, A* ν⟩ = Σ s. No solver is involved.
    """
    random = np.random.default_rng(seed)
    U, _ = np.linalg.qr(random.standard_normal((m, m)))
    V, _ = np.linalg.qr(random.standard_normal((n, n)))
    s = random.uniform(0.5, 2, rank)
    d = min(m, n)
    spectrum = np.concatenate([np.ones(rank), random.uniform(0, 0.9, d - rank)])
    dual = random.standard_normal(size)
    arrays = random.standard_normal((size, m, n))
    subgradient = (U[:, :d] * spectrum) @ V[:, :d].T
    arrays[0] = (subgradient - np.tensordot(dual[1:], arrays[1:], axes=1)) / dual[0]
    X = (U[:, :rank] * s) @ V[:, :rank].T
    y = jnp.asarray(np.tensordot(arrays, X, axes=2))
    return KnownMinimum(Dense(jnp.asarray(arrays)), y, X, float(s.sum()), dual)


_SHAPES = [(5, 5), (6, 5), (7, 7), (8, 6), (9, 9), (10, 7), (12, 9)]

TWENTY = [
    (m, n, 1 + index % 4, size, index)
    for index in range(20)
    for m, n in [_SHAPES[index % len(_SHAPES)]]
    for size in [round(3 + (m * n / 2 - 3) * (index % 5) / 4)]
]
"""Arguments of `known_minimum`: 5×5 to 12×9, ranks 1 to 4, 3 measurements to half the entries."""

QUICK = [
    pytest.param(arguments, marks=() if number % 5 == 1 else pytest.mark.slow)
    for number, arguments in enumerate(TWENTY)
]
"""All twenty, each a shape and so a program of its own: four for `make test`, the others slow."""
