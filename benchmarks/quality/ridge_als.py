"""Alternating least squares with ridge and biases in plain numpy: what others are measured by.

    r_ui ≈ mean + b_u + c_i + ⟨p_u, q_i⟩, with λ (‖p‖² + ‖q‖² + ‖b‖² + ‖c‖²) as the penalty.

Of rank 0 it is the biases alone. It shares no code with the package.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.triplets import BIAS as BIAS_DEVIATION
from benchmarks.quality.triplets import CENTRE as TRUE_CENTRE
from benchmarks.quality.triplets import NOISE, Generated, Triplets

THREADS, ROWS, FORBIDDEN = min(2, os.cpu_count() or 1), 1024, 1e12
"""Threads, rows solved at once, and a penalty that leaves nothing."""


class Grouped(NamedTuple):
    """Ratings by one side: those of row i are at starts[i]:starts[i + 1]."""

    starts: NDArray
    columns: NDArray
    values: NDArray


class Factors(NamedTuple):
    """The model; the last column of each side is its bias."""

    centre: float
    users: NDArray
    items: NDArray

    def predict(self, users: NDArray, items: NDArray) -> NDArray:
        """Ratings of pairs, computed in parts."""
        found = np.empty(len(users), np.float32)
        for first in range(0, len(users), 1_000_000):
            part = slice(first, first + 1_000_000)
            left, right = self.users[users[part]], self.items[items[part]]
            found[part] = self.centre + left[:, -1] + right[:, -1]
            found[part] += np.einsum("er,er->e", left[:, :-1], right[:, :-1])
        return found


def grouped(rows: NDArray, columns: NDArray, values: NDArray, count: int) -> Grouped:
    """Ratings sorted by row."""
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
    return Grouped(starts, columns[order], values[order])


def half_step(side: Grouped, others: NDArray, ridge: NDArray) -> NDArray:
    """The least-squares answer of every row, factors and bias together, given the other side."""
    design = others.copy()
    design[:, -1] = 1
    bias = np.ascontiguousarray(others[:, -1])
    found = np.empty((len(side.starts) - 1, others.shape[1]), np.float32)

    def solve(first: int) -> None:
        last = min(first + ROWS, len(found))
        grams = np.empty((last - first, len(ridge), len(ridge)), np.float32)
        right = np.empty((last - first, len(ridge), 1), np.float32)
        for place, row in enumerate(range(first, last)):
            part = slice(side.starts[row], side.starts[row + 1])
            columns = side.columns[part]
            seen = design[columns]
            np.matmul(seen.T, seen, out=grams[place])
            np.matmul(seen.T, (side.values[part] - bias[columns])[:, None], out=right[place])
        found[first:last] = np.linalg.solve(grams + np.diag(ridge), right)[..., 0]

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(solve, range(0, len(found), ROWS)))
    return found


def ridge_als(
    train: Triplets,
    shape: Sequence[int],
    *,
    rank: int,
    ridge: float,
    sweeps: int,
    biases: bool = True,
    seed: int = 0,
) -> Factors:
    """Sweeps over users, then items, from small random item factors."""
    centre = float(train.ratings.mean(dtype=float))
    values = (train.ratings - np.float32(centre)).astype(np.float32)
    by_user = grouped(train.users, train.items, values, shape[0])
    by_item = grouped(train.items, train.users, values, shape[1])
    items = np.zeros((shape[1], rank + 1), np.float32)
    items[:, :-1] = 0.1 * np.random.default_rng(seed).standard_normal((shape[1], rank))
    penalty = np.full(rank + 1, ridge, np.float32)
    if not biases:
        penalty[-1] = FORBIDDEN
    users = half_step(by_user, items, penalty)
    for _ in range(sweeps):
        items = half_step(by_item, users, penalty)
        users = half_step(by_user, items, penalty)
    return Factors(centre, users, items)


def oracle(data: Generated) -> Factors:
    """The best a user can be answered where mean, item factors and item biases are the true ones.

    Ridge for each user by the true variances of noise, factors (1: strengths are in the items) and
    bias: the posterior mean. Nothing that learns items from ratings can be expected below it.
    """
    train, truth = data.train, data.truth
    values = (train.ratings - TRUE_CENTRE).astype(np.float32)
    items = np.column_stack([truth.item_factors, truth.item_bias])
    ridge = np.full(items.shape[1], NOISE**2, np.float32)
    ridge[-1] /= BIAS_DEVIATION**2
    side = grouped(train.users, train.items, values, len(truth.user_bias))
    return Factors(TRUE_CENTRE, half_step(side, items, ridge), items)
