"""Factors with a variance: J Jᵀ and symmetries."""

from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit import models

from .base import draw
from .model_case import ModelCase


def _gaussians(rows: int, full: bool, dtype: Any, scale: float = 1.0) -> models.Gaussians:
    """Two factors and a bias a row, with a law."""
    root = scale * draw((rows, 3, 3), dtype, seed=rows)
    variance = jnp.asarray(np.asarray(root) @ np.asarray(root).swapaxes(1, 2), dtype)
    diagonal = np.diagonal(variance, axis1=1, axis2=2)
    return models.Gaussians(
        scale * draw((rows, 3), dtype, seed=rows + 1), variance if full else jnp.asarray(diagonal)
    )


def gaussian_factors(full: bool, dtype: Any, scale: float = 1.0) -> models.GaussianFactors:
    sides = (_gaussians(rows, full, dtype, scale) for rows in (5, 4))
    return models.GaussianFactors(*sides, jnp.full(4, 2, dtype))


def _gaussian_preconditioner(
    model: models.GaussianFactors,
) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = G (V Vᵀ + 1 1ᵀ) + (U Uᵀ + 1 1ᵀ) G: variances and precision have no part in X."""
    U, V = (np.asarray(side.factor) for side in (model.rows, model.columns))

    def closed_form(G: jax.Array) -> jax.Array:
        return jnp.asarray(np.asarray(G) @ (V @ V.T + 1) + (U @ U.T + 1) @ np.asarray(G))

    return closed_form


def _gaussian_symmetries(model: models.GaussianFactors) -> list[models.GaussianFactors]:
    """U T and V T⁻ᵀ for an invertible T; the biases one up and one down."""
    T = 2 * np.eye(2) + draw((2, 2)) / 3
    sides = model.rows.turned(T), model.columns.turned(jnp.asarray(np.linalg.inv(T).T))
    turned = models.GaussianFactors(*sides, model.precision)
    means = model.rows.mean.at[:, -1].add(1), model.columns.mean.at[:, -1].add(-1)
    shifted = eqx.tree_at(lambda m: (m.rows.mean, m.columns.mean), model, means)
    return [turned, shifted]


GAUSSIAN_FACTORS = [
    ModelCase(
        f"Gaussian factors with {name}",
        partial(gaussian_factors, full),
        (5, 4),
        _gaussian_preconditioner,
        _gaussian_symmetries,
    )
    for name, full in (("variances", False), ("covariances", True))
]
