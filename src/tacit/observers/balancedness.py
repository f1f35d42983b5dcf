"""Balance of a deep factorisation, the quantity that gradient flow conserves."""

import jax
import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar, ScalarLike
from tacit.models import AbstractFactorisation, Deep
from tacit.observers._base import Law, Observer
from tacit.problems import Problem


def _balance(model: AbstractFactorisation) -> tuple[Float[Array, "_ _"], ...]:
    """Matrices W_{j+1}ᵀ W_{j+1} − W_j W_jᵀ, one for each inner width."""
    if not isinstance(model, Deep):
        raise ValueError(f"balance is defined for Deep factorisations, not {type(model).__name__}")
    return tuple(
        upper.T @ upper - lower @ lower.T
        for lower, upper in zip(model.factors, model.factors[1:], strict=False)
    )


def _balancedness(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t, problem
    none = jnp.zeros((), jax.tree.leaves(model)[0].dtype)
    return jnp.stack([none, *(jnp.linalg.norm(gap) for gap in _balance(model))]).max()


balance = Law(_balance, "balance_drift", "drift of W_{j+1}ᵀW_{j+1} − W_jW_jᵀ")
balancedness = Observer(
    _balancedness, "balancedness", "imbalance max_j ‖W_{j+1}ᵀW_{j+1} − W_jW_jᵀ‖_F"
)
"""Largest imbalance over the inner widths; zero for depth one, which has none."""
