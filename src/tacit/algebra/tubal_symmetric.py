"""Coordinates of tubal-symmetric tensors T = Tᵀ: the upper triangles of their Hermitian slices."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Float, Inexact, Int, Sequence
from tacit.algebra.transforms import AbstractTransform, Tubes, refuse_unless_unitary

Parts = Sequence[Inexact[Array, "_ n n"]]


class SymmetricCoordinates(eqx.Module):
    """An isometry z of tubal-symmetric tensors of shape (n, n, *k): ‖z(T)‖ = ‖T‖_F.

    They form a space of dimension a n(n + 1)/2 + b n², with a real slices and b conjugate pairs:
    for `Fourier`, n = 10 and k = 4 it is 210. A tensor is given and returned as the slices that
    determine it, as `apart` gives them.
    """

    chosen: Int[np.ndarray, " s"]
    weights: Float[np.ndarray, " s"]
    place: Int[np.ndarray, "c n n"]
    scale: Float[np.ndarray, "c n n"]
    real: int = eqx.field(static=True)

    def __init__(self, side: int, tubes: Tubes, transform: AbstractTransform):
        factor = refuse_unless_unitary("the coordinates", transform, tubes)
        classes = transform.classes(tubes)
        real, paired = classes.real.size, classes.paired.size
        upper, strict = (np.triu(np.ones((side, side), bool), k) for k in (0, 1))
        # Real parts of all slices, then imaginary parts of the paired ones.
        mask = np.stack([upper] * (real + paired) + [strict] * paired)
        # An entry stands for its mirror image too, and a paired slice for its conjugate.
        twice = np.where(np.arange(real + 2 * paired) < real, 1, 2)
        shares = twice[:, None, None] * np.where(np.eye(side), 1, 2) / factor
        number = np.where(mask, np.cumsum(mask).reshape(mask.shape) - 1, 0)
        mirrored = np.swapaxes(number * mask, 1, 2)
        self.chosen = np.flatnonzero(mask)
        self.weights = np.sqrt(shares[mask])
        self.place = np.where(mask, number, mirrored)
        imaginary = np.arange(real + 2 * paired)[:, None, None] >= real + paired
        sign = np.where(imaginary, np.sign(mask * 1.0 - np.swapaxes(mask, 1, 2)), 1)
        self.scale = sign / np.sqrt(shares)
        self.real = real

    def read(self, parts: Parts) -> Float[Array, " s"]:
        """z of the Hermitian slices given; what is below their diagonals is not looked at."""
        columns = [jnp.real(part) for part in parts] + [jnp.imag(part) for part in parts[1:]]
        flat = jnp.concatenate([column.ravel() for column in columns])
        return flat[self.chosen] * jnp.asarray(self.weights, flat.dtype)

    def form(self, z: Float[Array, " s"]) -> Parts:
        """The slices with these coordinates."""
        columns = z[self.place] * jnp.asarray(self.scale, z.dtype)
        pairs = (len(columns) - self.real) // 2
        if not pairs:
            return (columns,)
        real, rest, imaginary = jnp.split(columns, [self.real, self.real + pairs])
        return real, jax.lax.complex(rest, imaginary)
