"""Tables with missing entries: data that ship with packages, and generated ones."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from skimage import data
from sklearn.datasets import load_digits

SEED = 0


class Task(NamedTuple):
    """A table to fill: what is observed, what is scored, and whether noise has heavy tails."""

    name: str
    truth: NDArray
    noisy: NDArray
    observed: NDArray[np.bool_]
    heavy: bool = False

    def table(self) -> NDArray:
        """The values at hand, NaN elsewhere."""
        return np.where(self.observed, self.noisy, np.nan)


def low_rank(decibels: float) -> tuple[NDArray, NDArray]:
    """Rank 5, 300 × 200, entries of variance 1, and itself with Gaussian noise."""
    rng = np.random.default_rng(SEED)
    truth = rng.standard_normal((300, 5)) @ rng.standard_normal((5, 200)) / np.sqrt(5)
    return truth, truth + 10 ** (-decibels / 20) * rng.standard_normal(truth.shape)


def heavy_tailed() -> tuple[NDArray, NDArray]:
    """200 samples × 300 genes: rank 4 and gene means, of variance 1 each, with 0.5 · Student t₂."""
    rng = np.random.default_rng(SEED)
    truth = rng.standard_normal((200, 4)) @ rng.standard_normal((4, 300)) / 2
    truth += rng.standard_normal(300)
    return truth, truth + 0.5 * rng.standard_t(2, truth.shape)


def digits() -> tuple[NDArray, NDArray]:
    """`load_digits`, 1797 × 64, grey levels 0 to 16."""
    values = np.asarray(load_digits(return_X_y=True)[0], float)
    return values, values


def faces() -> tuple[NDArray, NDArray]:
    """`lfw_subset`, 200 pictures of 25 × 25 as rows, grey levels 0 to 1."""
    values = data.lfw_subset().reshape(200, -1).astype(float)
    return values, values


FAMILIES: dict[str, tuple[Callable[[], tuple[NDArray, NDArray]], tuple[int, ...]]] = {
    "low rank, 20 dB": (functools.partial(low_rank, 20), (10, 30, 60)),
    "low rank, 5 dB": (functools.partial(low_rank, 5), (10, 30, 60)),
    "digits": (digits, (30, 50, 80)),
    "faces": (faces, (30, 60, 80)),
    "heavy tails": (heavy_tailed, (30, 60)),
}


def tasks() -> list[Task]:
    """Every family at every share of observed entries, in per cent."""
    found = []
    for family, (make, shares) in FAMILIES.items():
        truth, noisy = make()
        for share in shares:
            observed = np.random.default_rng(SEED).random(truth.shape) < share / 100
            name = f"{family}, {share} % observed"
            found.append(Task(name, truth, noisy, observed, family == "heavy tails"))
    return found
