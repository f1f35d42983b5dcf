"""Penalties: pure functions of the target that are added to the loss."""

import equinox as eqx

from tacit._typing import Callable, RealScalar, Target
from tacit.algebra import laplacian_energy


class Smoothness(eqx.Module):
    """weight · E(X), E a smoothness energy: `laplacian_energy`, `dirichlet_energy` or
    `hessian_variation`.

    The weight is a leaf, so that trying another one compiles nothing.
    """

    weight: float | RealScalar
    energy: Callable[[Target], RealScalar] = eqx.field(static=True, default=laplacian_energy)
    channels: int = eqx.field(static=True, default=1)

    def __check_init__(self):
        if isinstance(self.weight, int | float) and not self.weight >= 0:
            raise ValueError(f"Smoothness: weight must not be negative, got {self.weight}")

    def __call__(self, X: Target) -> RealScalar:
        """Weighted energy of X, or of its channels that stand side by side as m × C·n."""
        if self.channels > 1:
            X = X.reshape(X.shape[0], self.channels, -1)
        return self.weight * self.energy(X)
