"""Problems that several laws are held on."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tacit import problems

from .base import KEY, draw


def small_completion(loss: problems.AbstractLoss | None = None) -> problems.Problem:
    """Twelve entries of a 5 × 4 matrix of rank one."""
    truth = draw((5, 1)) @ draw((1, 4), seed=8)
    return problems.completion(truth, 12, loss or problems.LeastSquares(), key=KEY)


def symmetric_target(eigenvalues: Any) -> jax.Array:
    """A symmetric matrix with the given eigenvalues."""
    Q, _ = np.linalg.qr(draw((len(eigenvalues), len(eigenvalues))))
    target = (Q * np.array(eigenvalues)) @ Q.T
    return jnp.asarray((target + target.T) / 2)
