"""General linear measurements, each with its own dense matrix."""

import numpy as np

from tacit._typing import Array, Float, Int, Measurements, Target
from tacit.operators._base import AbstractMeasurement


class Dense(AbstractMeasurement):
    """Inner products (A X)_i = ⟨A_i, X⟩ with p given arrays A_i; p·m·n numbers are held."""

    arrays: Float[Array, "p ..."]

    def __check_init__(self):
        if self.arrays.ndim < 2:
            raise ValueError(
                f"Dense: arrays has shape {self.arrays.shape}; it needs one array a measurement, "
                "shape (p, m, n)"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the target."""
        return self.arrays.shape[1:]

    @property
    def size(self) -> int:
        """Number p of measurements."""
        return self.arrays.shape[0]

    @property
    def dtype(self) -> np.dtype:
        """Type of the given arrays."""
        return self.arrays.dtype

    def mv(self, vector: Target) -> Measurements:
        """Inner products ⟨A_i, X⟩, as one matrix-vector product."""
        return self.arrays.reshape(self.size, -1) @ vector.reshape(-1)

    def adjoint(self, y: Measurements) -> Target:
        """Combination Σ_i y_i A_i."""
        return (y @ self.arrays.reshape(self.size, -1)).reshape(self.shape)

    def take(self, index: Int[np.ndarray, " q"]) -> "Dense":
        """The measurements listed."""
        return Dense(self.arrays[index])
