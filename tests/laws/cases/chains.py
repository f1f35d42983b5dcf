"""Chains of matrices: J Jᵀ and the symmetries of `Deep` and `Symmetric`."""

from collections.abc import Callable
from functools import partial, reduce
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tacit import models

from .base import draw
from .model_case import ModelCase


def deep(shape: tuple[int, int], widths: tuple[int, ...], dtype: Any) -> models.Deep:
    sides = (shape[1], *widths, shape[0])
    return models.Deep(
        tuple(draw((upper, lower), dtype, seed=lower) for lower, upper in pairwise(sides))
    )


def _product(factors: Any, side: int) -> np.ndarray:
    """The product of a chain by numpy, first factor first; the identity of the side if empty."""
    return reduce(lambda below, factor: factor @ below, map(np.asarray, factors), np.eye(side))


def deep_preconditioner(model: models.Deep) -> Callable[[jax.Array], jax.Array]:
    """Σ_j (W_L ⋯ W_{j+1}) (W_L ⋯ W_{j+1})ᵀ G (W_{j−1} ⋯ W_1)ᵀ (W_{j−1} ⋯ W_1)."""
    factors = model.factors

    def closed_form(G: jax.Array) -> jax.Array:
        total = np.zeros(G.shape)
        for j in range(len(factors)):
            above = _product(factors[j + 1 :], factors[j].shape[0])
            below = _product(factors[:j], factors[0].shape[1])
            total = total + above @ above.T @ np.asarray(G) @ below.T @ below
        return jnp.asarray(total, G.dtype)

    return closed_form


def _deep_symmetries(model: models.Deep) -> list[models.Deep]:
    """(W_{j+1} Q⁻¹, Q W_j) for a random invertible Q at every inner width."""
    twins = []
    for j, (lower, upper) in enumerate(pairwise(map(np.asarray, model.factors))):
        side = lower.shape[0]
        Q = 2 * np.eye(side) + np.random.default_rng(j).random((side, side)) / side
        changed = list(model.factors)
        changed[j] = jnp.asarray(Q @ lower)
        changed[j + 1] = jnp.asarray(upper @ np.linalg.inv(Q))
        twins.append(models.Deep(tuple(changed)))
    return twins


def _symmetric_preconditioner(model: models.Symmetric) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = (G + Gᵀ) U Uᵀ + U Uᵀ (G + Gᵀ)."""
    square = np.asarray(model.factor) @ np.asarray(model.factor).T

    def closed_form(G: jax.Array) -> jax.Array:
        doubled = np.asarray(G) + np.asarray(G).T
        return jnp.asarray(doubled @ square + square @ doubled)

    return closed_form


def _symmetric_symmetries(model: models.Symmetric) -> list[models.Symmetric]:
    """U Q with Q orthogonal."""
    side = model.factor.shape[1]
    Q, _ = np.linalg.qr(draw((side, side)))
    return [models.Symmetric(jnp.asarray(np.asarray(model.factor) @ Q))]


def _deep_case(name: str, shape: tuple[int, int], widths: tuple[int, ...]) -> ModelCase:
    build = partial(deep, shape, widths)
    return ModelCase(f"deep, {name}", build, shape, deep_preconditioner, _deep_symmetries)


CHAINS = [
    ModelCase(
        "symmetric",
        lambda dtype: models.Symmetric(draw((4, 3), dtype)),
        (4, 4),
        _symmetric_preconditioner,
        _symmetric_symmetries,
    ),
    _deep_case("depth 1", (3, 4), ()),
    _deep_case("depth 2", (4, 3), (3,)),
    _deep_case("depth 3, wide then narrow", (4, 5), (6, 2)),
    _deep_case("depth 4, narrow then wide", (5, 3), (2, 3, 7)),
]
