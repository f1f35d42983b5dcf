"""Tubal models: J Jᵀ by block-circulant matrices, and symmetries."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit import models
from tacit.algebra import Cosine, t_product, t_qr

from .base import draw
from .chains import deep_preconditioner
from .model_case import ModelCase


def _tubal_matrix(T: jax.Array) -> np.ndarray:
    """The block-circulant matrix of a tensor of order 3, by numpy."""
    values = np.asarray(T)
    k = values.shape[2]
    return np.block([[values[:, :, (j - l) % k] for l in range(k)] for j in range(k)])  # noqa: E741


def _tubal_tensor(circulant: np.ndarray, k: int) -> jax.Array:
    """The tensor whose block-circulant matrix is given: its first block column."""
    column = circulant[:, : circulant.shape[1] // k]
    return jnp.asarray(np.moveaxis(column.reshape(k, -1, column.shape[1]), 0, -1))


def _tubal_frame(side: int, k: int) -> jax.Array:
    """An orthogonal Q, Qᵀ * Q = I."""
    return t_qr(draw((side, side, k)))[0]


def _symmetric_tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = (G + Gᵀ) * U * Uᵀ + U * Uᵀ * (G + Gᵀ)."""
    U = _tubal_matrix(model.factor)

    def closed_form(G: jax.Array) -> jax.Array:
        doubled = _tubal_matrix(G) + _tubal_matrix(G).T
        return _tubal_tensor(doubled @ U @ U.T + U @ U.T @ doubled, G.shape[2])

    return closed_form


def _tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = G * V * Vᵀ + U * Uᵀ * G."""
    U, V = _tubal_matrix(model.left), _tubal_matrix(model.right)

    def closed_form(G: jax.Array) -> jax.Array:
        return _tubal_tensor(_tubal_matrix(G) @ V @ V.T + U @ U.T @ _tubal_matrix(G), G.shape[2])

    return closed_form


def _deep_tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """That of `Deep`, with the t-product for the product."""
    chain = models.Deep(tuple(jnp.asarray(_tubal_matrix(factor)) for factor in model.factors))
    of_matrices = deep_preconditioner(chain)
    return lambda G: _tubal_tensor(
        np.asarray(of_matrices(jnp.asarray(_tubal_matrix(G)))), G.shape[2]
    )


def _turned(*names: str) -> Callable[[Any], list[Any]]:
    """The same orthogonal Q behind each of the named factors of width 2, tubes of 4."""

    def symmetries(model: Any) -> list[Any]:
        factors = tuple(t_product(getattr(model, name), _tubal_frame(2, 4)) for name in names)
        return [eqx.tree_at(lambda m: tuple(getattr(m, name) for name in names), model, factors)]

    return symmetries


TUBAL_MODELS = [
    ModelCase(
        "symmetric tubal",
        lambda dtype: models.SymmetricTubal(draw((3, 2, 4), dtype)),
        (3, 3, 4),
        _symmetric_tubal_preconditioner,
        _turned("factor"),
        slow=True,
    ),
    ModelCase(
        "tubal",
        lambda dtype: models.Tubal(draw((4, 2, 4), dtype), draw((3, 2, 4), dtype, seed=8)),
        (4, 3, 4),
        _tubal_preconditioner,
        _turned("left", "right"),
        slow=True,
    ),
    ModelCase(
        "tubal of order 4, cosine",
        lambda dtype: models.Tubal(
            draw((3, 2, 2, 3), dtype), draw((2, 2, 2, 3), dtype, seed=8), Cosine()
        ),
        (3, 2, 2, 3),
    ),
    ModelCase(
        "deep tubal, depth 3",
        lambda dtype: models.DeepTubal(
            tuple(
                draw((*sides, 3), dtype, seed=at)
                for at, sides in enumerate([(2, 3), (3, 2), (4, 3)])
            )
        ),
        (4, 3, 3),
        _deep_tubal_preconditioner,
        slow=True,
    ),
    ModelCase(
        "deep tubal, depth 1",
        lambda dtype: models.DeepTubal((draw((2, 3, 3), dtype),)),
        (2, 3, 3),
        lambda model: lambda G: G,
    ),
]
