"""Measurements of a linear mix of channels that stand side by side."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Int, Measurements, Target
from tacit.operators._base import AbstractMeasurement


class ChannelMix(AbstractMeasurement):
    """A(X) with X_c = Σ_k mixing[c, k] Z_k, of the target Z = [Z_1 | … | Z_C], m × C·n.

    A picture completed in luma and chroma, but measured in red, green and blue, is one: the
    operator A sees the colours [R | G | B], the model and its penalty work on Z.
    """

    operator: AbstractMeasurement
    mixing: Float[Array, "C C"]

    def __check_init__(self):
        columns, channels = self.operator.shape[-1], self.mixing.shape[0]
        if len(self.operator.shape) != 2 or columns % channels:
            raise ValueError(
                f"ChannelMix: a target of shape {self.operator.shape} is not {channels} blocks of "
                "equal width side by side"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of Z, which is that of X."""
        return self.operator.shape

    @property
    def size(self) -> int:
        """Number p of measurements."""
        return self.operator.size

    @property
    def dtype(self) -> np.dtype:
        """Type of the inner operator."""
        return self.operator.dtype

    def mv(self, vector: Target) -> Measurements:
        """Measurements of the mixed channels."""
        return self.operator.mv(_mixed(self.mixing, vector))

    def adjoint(self, y: Measurements) -> Target:
        """Adjoint of A, its channels mixed by the transpose."""
        return _mixed(self.mixing.T, self.operator.adjoint(y))

    def take(self, index: Int[np.ndarray, " q"]) -> "ChannelMix":
        """The measurements listed."""
        return ChannelMix(self.operator.take(index), self.mixing)


def _mixed(mixing: Float[Array, "C C"], Z: Target) -> Target:
    # Sums of whole planes: a product with a small matrix in the middle axis is 15 times slower.
    planes = jnp.split(Z, mixing.shape[0], axis=1)
    rows = [
        sum(weight * plane for weight, plane in zip(row, planes, strict=True)) for row in mixing
    ]
    return jnp.concatenate(rows, axis=1)
