"""Ratings as triplets: MovieLens 100K where it is at hand, and ratings of any number generated."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOVIELENS = Path(__file__).parents[3] / "shared" / "data" / "ml-100k.tsv"
USERS, ITEMS, RATINGS = 69_878, 10_677, 10_000_000
"""Of MovieLens 10M."""
LEAST = 1000
"""Items at least: nobody should have rated most of them."""
RANK, DECAY, SIGNAL, NOISE, BIAS, CENTRE = 20, 0.7, 0.5, 0.4, 0.3, 3.5
FEWEST, TAIL = 20, 1.95
"""A user's ratings: 20 and a Lomax variable of this index (MovieLens: median 69, mean 143)."""
OFFSET, POWER = 150 / 10_677, 1.55
"""An item at quantile q is drawn with weight (q + offset)^(-power)."""


class Triplets(NamedTuple):
    """Ratings: who, what and how much."""

    users: NDArray
    items: NDArray
    ratings: NDArray

    def at(self, which: NDArray) -> "Triplets":
        """The ratings at an index or mask."""
        return Triplets(self.users[which], self.items[which], self.ratings[which])


class Truth(NamedTuple):
    """What generated ratings come from: (users, 20), (items, 20) with strengths, and biases."""

    user_factors: NDArray
    item_factors: NDArray
    user_bias: NDArray
    item_bias: NDArray


class Generated(NamedTuple):
    """Ratings to learn from, ratings held out, and the truth."""

    train: Triplets
    test: Triplets
    truth: Truth


def movielens() -> Triplets:
    """MovieLens 100K; ids count from 0."""
    columns = np.loadtxt(MOVIELENS, dtype=np.int64, usecols=(0, 1, 2), delimiter="\t").T
    users, items = (np.unique(ids, return_inverse=True)[1].astype(np.int32) for ids in columns[:2])
    return Triplets(users, items, columns[2].astype(np.float32))


def sides(count: int) -> tuple[int, int]:
    """Users and items of so many ratings: in proportion, so that degrees stay."""
    share = count / RATINGS
    return round(USERS * share), max(round(ITEMS * share), LEAST)


def generated(count: int, seed: int) -> Generated:
    """Ratings 3.5 + b_u + c_i + ∑_j s_j u_j v_j + noise on distinct pairs, a tenth held out.

    s_j ∝ j^(−0.7), 20 of them; the sum has standard deviation 0.5, noise 0.4, each bias 0.3. Not
    rounded and not clipped.
    """
    rng = np.random.default_rng(seed)
    shape = sides(count)
    strengths = np.arange(1, RANK + 1) ** -DECAY
    strengths *= SIGNAL / np.linalg.norm(strengths)
    factors = [rng.standard_normal((side, RANK), np.float32) for side in shape]
    biases = [rng.normal(0, BIAS, side).astype(np.float32) for side in shape]
    truth = Truth(factors[0], factors[1] * strengths.astype(np.float32), *biases)
    users, items = _pairs(*shape, count, rng)
    ratings = np.empty(count, np.float32)
    for first in range(0, count, 1_000_000):
        part = slice(first, min(first + 1_000_000, count))
        who, what = users[part], items[part]
        ratings[part] = CENTRE + truth.user_bias[who] + truth.item_bias[what]
        ratings[part] += np.einsum("er,er->e", truth.user_factors[who], truth.item_factors[what])
        ratings[part] += NOISE * rng.standard_normal(len(who), np.float32)
    order = rng.permutation(count).astype(np.int32)
    every = Triplets(users, items, ratings)
    cut = count // 10
    return Generated(every.at(order[cut:]), every.at(order[:cut]), truth)


def _pairs(users: int, items: int, count: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    degrees = rng.permutation(_degrees(users, int(0.6 * items), count))
    weights = rng.permutation(((np.arange(items) + 0.5) / items + OFFSET) ** -POWER)
    scale = (1 / weights).astype(np.float32)
    chosen = np.empty(count, np.int32)
    first = 0
    for degree in degrees:
        # The smallest of exponential variables are a draw without replacement by weight.
        times = rng.standard_exponential(items, np.float32) * scale
        chosen[first : first + degree] = np.argpartition(times, degree)[:degree]
        first += degree
    return np.repeat(np.arange(users, dtype=np.int32), degrees), chosen


def _degrees(users: int, most: int, count: int) -> NDArray:
    tail = ((np.arange(users) + 0.5) / users) ** (-1 / TAIL) - 1
    low, high = 0.0, float(count)
    for _ in range(100):
        middle = (low + high) / 2
        enough = np.minimum(FEWEST + middle * tail, most).sum() > count
        low, high = (low, middle) if enough else (middle, high)
    degrees = np.minimum(FEWEST + low * tail, most).astype(int)
    short = count - degrees.sum()
    degrees[users - short :] += 1
    return degrees
