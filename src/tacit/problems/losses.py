"""Losses of the residual r = A X − y, with optional non-negative weights w."""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Measurements, RealScalar, ScalarLike


class AbstractLoss(eqx.Module):
    """A function of the residual and the observation weights."""

    @abstractmethod
    def __call__(self, residual: Measurements, weights: Measurements | None) -> RealScalar:
        """Loss of the residual; `None` stands for weights of one."""


class LeastSquares(AbstractLoss):
    """ℓ = ½ Σ w_i r_i², the loss of the theory's dynamics."""

    def __call__(self, residual: Measurements, weights: Measurements | None) -> RealScalar:
        """Half the weighted sum of squares."""
        return _weighted_sum(residual**2, weights) / 2


class MeanSquared(AbstractLoss):
    """ℓ = Σ w_i r_i² / Σ w_i, the loss of [arora2019]: no factor one half."""

    def __call__(self, residual: Measurements, weights: Measurements | None) -> RealScalar:
        """Weighted mean of squares."""
        return _weighted_sum(residual**2, weights) / _total(residual, weights)


class Huber(AbstractLoss):
    """ℓ = Σ w_i h(r_i) / Σ w_i, h(r) = r² for |r| ≤ δ and δ (2|r| − δ) beyond.

    It is `MeanSquared` for residuals within δ and linear for outliers.
    """

    delta: float | RealScalar = 1.0

    def __check_init__(self):
        if isinstance(self.delta, int | float) and not self.delta > 0:
            raise ValueError(f"Huber: delta must be positive, got {self.delta}")

    def __call__(self, residual: Measurements, weights: Measurements | None) -> RealScalar:
        """Weighted mean of the Huber function."""
        # clip(r)·(2 r − clip(r)) is r² inside and δ(2|r| − δ) outside: no branch to differentiate.
        clipped = jnp.clip(residual, -self.delta, self.delta)
        values = clipped * (2 * residual - clipped)
        return _weighted_sum(values, weights) / _total(residual, weights)


def _weighted_sum(values: Measurements, weights: Measurements | None) -> RealScalar:
    return jnp.sum(values) if weights is None else jnp.sum(weights * values)


def _total(residual: Measurements, weights: Measurements | None) -> ScalarLike:
    return residual.shape[0] if weights is None else jnp.sum(weights)
