"""Measurements that share their singular vectors."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Int, Matrix, Measurements
from tacit.algebra import AbstractTensorFormat, Factored
from tacit.operators._base import AbstractMeasurement


class SharedBasis(AbstractMeasurement):
    """A(X)_i = ⟨A_i, X⟩ with A_i = Φ diag(a_i) Ψᵀ: Assumption 1 of [chu2024].

    Only x = diag(Φᵀ X Ψ), the spectral coordinates of X, is seen, y = Ā x with rows a_i. A
    measurement costs two thin products and p·d operations, and no A_i is ever formed.

    Φ and Ψ have orthonormal columns; `certificates.check_assumptions` tells whether they do.
    """

    left: Float[Array, "m d"]
    right: Float[Array, "n d"]
    spectra: Float[Array, "p d"]

    def __check_init__(self):
        widths = {
            "left": self.left.shape[-1],
            "right": self.right.shape[-1],
            "spectra": self.spectra.shape[-1],
        }
        if len(set(widths.values())) > 1:
            raise ValueError(
                f"SharedBasis: left, right and spectra must have as many columns, got {widths}"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Sides (m, n) of the target."""
        return self.left.shape[0], self.right.shape[0]

    @property
    def size(self) -> int:
        """Number p of measurements."""
        return self.spectra.shape[0]

    @property
    def dtype(self) -> np.dtype:
        """Type of the bases."""
        return self.left.dtype

    def coordinates(self, X: Matrix) -> Float[Array, " d"]:
        """Spectral coordinates x = diag(Φᵀ X Ψ)."""
        return jnp.sum((self.left.T @ X) * self.right.T, axis=1)

    def target(self, x: Float[Array, " d"]) -> Matrix:
        """The matrix Φ diag(x) Ψᵀ with the spectral coordinates x."""
        return (self.left * x[None, :]) @ self.right.T

    def mv(self, vector: Matrix) -> Measurements:
        """Measurements Ā diag(Φᵀ X Ψ)."""
        return self.spectra @ self.coordinates(vector)

    def mv_factored(self, target: Factored | AbstractTensorFormat) -> Measurements:
        """Measurements of L R: diag((Φᵀ L)(R Ψ)), without forming L R."""
        if isinstance(target, AbstractTensorFormat):
            return self.mv(target.dense())
        x = jnp.sum((self.left.T @ target.left) * (target.right @ self.right).T, axis=1)
        return self.spectra @ x

    def adjoint(self, y: Measurements) -> Matrix:
        """Adjoint Φ diag(Āᵀ y) Ψᵀ."""
        return self.target(self.spectra.T @ y)

    def take(self, index: Int[np.ndarray, " q"]) -> "SharedBasis":
        """The measurements listed."""
        return eqx.tree_at(lambda operator: operator.spectra, self, self.spectra[index])
