"""Alignment of the loss gradient with the singular vectors of the target."""

import jax
import jax.numpy as jnp

from tacit._typing import RealScalar, ScalarLike
from tacit.models import AbstractFactorisation
from tacit.observers._base import Observer
from tacit.problems import Problem


def _alignment(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    X = model()
    U, _, Vt = jnp.linalg.svd(X, full_matrices=False)
    rotated = U.T @ jax.grad(problem.loss_at)(X) @ Vt.T
    total = jnp.sum(rotated**2)
    return jnp.where(total > 0, jnp.sum(jnp.diagonal(rotated) ** 2) / total, 1)


alignment = Observer(_alignment, "alignment", "share of Uᵀ∇ℓ(X)V on its diagonal")
"""‖diag(Uᵀ∇ℓV)‖² / ‖Uᵀ∇ℓV‖_F²; it is 1 where singular vectors are stationary [arora2019]."""
