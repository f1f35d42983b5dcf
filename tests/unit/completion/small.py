"""Small data for the tests of completion, of few shapes, so that few programs are compiled."""

from functools import partial

import jax
import numpy as np

from tacit import completion
from tacit.completion import (
    CanonicalFactors,
    DeepFactors,
    Factors,
    SeparableGaussian,
    TrainFactors,
    TreeFactors,
    TubalNorm,
    TuckerFactors,
    UnfoldingNorms,
    Windows,
)
from tacit.completion.tasks import make_tasks

complete = partial(completion.complete, budget=3600.0)
"""With time enough: on a busy machine, compiling alone can take the minute of the default."""

KEY = jax.random.key(0)
TABLE, CUBE = (40, 24), (20, 18, 3)
NOISE = 0.1

METHODS = {
    "factors": Factors(6),
    "windows": Windows((0, 1)),
    "unfoldings": UnfoldingNorms(),
    "gaussian": SeparableGaussian(),
    "tubal": TubalNorm((0, 2, 1)),
    "tucker": TuckerFactors((2, 2, 2), centred=True),
    "train": TrainFactors((2, 2), centred=True),
    "tree": TreeFactors((2, 2, 2), centred=True),
    "cp": CanonicalFactors((3,), centred=True),
    "deep": DeepFactors(2, 6, longest=200),
}
"""One of each family that is trained, for a table or a cube."""


def table(seed=0, missing=0.3, shape=TABLE):
    """Rank two with a little noise, and where it is missing."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((shape[0], 2)) @ rng.standard_normal((2, shape[1]))
    return truth + NOISE * rng.standard_normal(shape), rng.random(shape) < missing


def cube(seed=0, missing=0.3, shape=CUBE, noise=0.0):
    """Smooth in rows and columns, with a phase for each band; of rank two along any mode."""
    r, c = np.mgrid[: shape[0], : shape[1]] / 6
    bands = np.random.default_rng(seed).permutation(shape[2])
    truth = np.stack([np.sin(r + c + band) for band in bands], axis=-1)
    rng = np.random.default_rng(seed + 1)
    holes = rng.random(shape) < missing
    return truth + noise * rng.standard_normal(shape), holes


def task_of(truth, missing, axes):
    """The first task of such data."""
    values, weights = np.where(missing, 0.0, truth), (~missing).astype(float)
    return make_tasks(values, weights, axes, robust=np.inf, dtype="float32")[0]


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))
