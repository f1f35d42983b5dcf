"""What `arora2019_theorem` asks, and where its flows begin."""

import jax
import jax.numpy as jnp

from tacit._typing import (
    Matrix,
    Measurements,
    PRNGKey,
)
from tacit.algebra import low_rank_matrix
from tacit.experiments.arora2019_theorem.config import Config
from tacit.models import Deep, Direct, balanced
from tacit.problems import Problem, full_observation


def make_problem(config: Config, rows: int) -> Problem:
    """A share of the entries of a low-rank truth, each other with a weight of zero."""
    truth, (m, n) = _truth(config, rows), (rows, config.side)
    count = round(config.share * m * n)
    seen = jax.random.choice(_key(config, 1), m * n, (count,), replace=False)
    weights = jnp.zeros(m * n, config.dtype).at[seen].set(1)
    return _weigh(truth, weights)


def make_aligned_problem(config: Config) -> tuple[Problem, Direct]:
    """Every entry observed, and a start with the singular vectors of the truth."""
    truth = _truth(config, config.side)
    U, _, Vt = jnp.linalg.svd(truth)
    spectrum = config.init_scale * jnp.linspace(1.25, 0.75, config.side)
    weights = jnp.ones(config.side**2, config.dtype)
    return _weigh(truth, weights), Direct((U * spectrum[None, :]) @ Vt)


def make_layers(config: Config, rows: int, depth: int) -> Deep:
    """Return balanced factors, whose product is `make_product` at every depth.

    Args:
        config: The experiment's settings.
        rows: Those of the matrix, which has `side` columns.
        depth: Number of factors.
    """
    return Deep.initialise(
        (rows, config.side),
        depth=depth,
        init_scale=config.init_scale,
        initialiser=balanced,
        dtype=config.dtype,
        key=_key(config, 2),
    )


def make_product(config: Config, rows: int) -> Direct:
    """The product of `make_layers`."""
    return Direct.initialise(
        (rows, config.side),
        init_scale=config.init_scale,
        initialiser=balanced,
        dtype=config.dtype,
        key=_key(config, 2),
    )


def _key(config: Config, number: int) -> PRNGKey:
    return jax.random.fold_in(jax.random.key(config.seed), number)


def _truth(config: Config, rows: int) -> Matrix:
    return low_rank_matrix((rows, config.side), config.rank, config.dtype, key=_key(config, 0))


def _weigh(truth: Matrix, weights: Measurements) -> Problem:
    """½ Σ w (W − W★)²: weights make one program of all that is observed."""
    full = full_observation(truth)
    return Problem(full.operator, full.y, full.loss, weights)
