"""Transforms along the tubes given by real matrices: cosine, Haar, any invertible, learned."""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Float
from tacit.algebra.transforms import AbstractTransform, SliceClasses, Tubes

_SINGULAR = 1e8


class AbstractMatrixTransform(AbstractTransform):
    """A transform given by one real invertible matrix for each tube mode: all slices are real."""

    @abstractmethod
    def matrices(self, tubes: Tubes) -> list[np.ndarray]:
        """Matrix of each tube mode, in float64."""

    @abstractmethod
    def inverses(self, tubes: Tubes) -> list[np.ndarray]:
        """Inverse of each matrix."""

    def forward(self, T: Float[Array, "m n *k"]) -> Float[Array, "s m n"]:
        """Slices of T̄ = T ×₃ M₃ ×₄ M₄ ⋯."""
        m, n, *tubes = T.shape
        for matrix in reversed(self.matrices(tuple(tubes))):
            T = jnp.tensordot(jnp.asarray(matrix, T.dtype), T, axes=(1, T.ndim - 1))
        return T.reshape(-1, m, n)

    def inverse(self, slices: Float[Array, "s m n"], tubes: Tubes) -> Float[Array, "m n *k"]:
        """The tensor with the given slices."""
        T = slices.reshape(*tubes, *slices.shape[1:])
        for matrix in self.inverses(tubes):
            T = jnp.tensordot(T, jnp.asarray(matrix, T.dtype), axes=(0, 1))
        return T

    def conjugate(self, T: Float[Array, "m n *k"]) -> Float[Array, "m n *k"]:
        """T itself, whose slices are real."""
        return T

    def classes(self, tubes: Tubes) -> SliceClasses:
        """Every slice stands for itself."""
        each = np.arange(int(np.prod(tubes)))
        none = np.zeros(0, int)
        return SliceClasses(each, none, each, np.zeros(each.size, bool), each.reshape(tubes))


class Cosine(AbstractMatrixTransform):
    """The orthonormal discrete cosine transform (type II), for tubes of any length."""

    def matrices(self, tubes: Tubes) -> list[np.ndarray]:
        """M_{jl} = √(2/k) cos(π j (2l + 1) / 2k), the first row over √2."""
        return [_cosines(length) for length in tubes]

    def inverses(self, tubes: Tubes) -> list[np.ndarray]:
        """The transposes."""
        return [matrix.T for matrix in self.matrices(tubes)]

    def unitary_factor(self, tubes: Tubes) -> float:
        """M Mᵀ = I."""
        return 1.0


class Haar(AbstractMatrixTransform):
    """The orthonormal Haar wavelet transform, for tubes whose lengths are powers of two."""

    def matrices(self, tubes: Tubes) -> list[np.ndarray]:
        """Mean first, then differences of ever shorter halves."""
        for length in tubes:
            if length & (length - 1):
                raise ValueError(
                    f"Haar: tube length {length} is no power of two; pad, or use Cosine"
                )
        return [_haar(length) for length in tubes]

    def inverses(self, tubes: Tubes) -> list[np.ndarray]:
        """The transposes."""
        return [matrix.T for matrix in self.matrices(tubes)]

    def unitary_factor(self, tubes: Tubes) -> float:
        """M Mᵀ = I."""
        return 1.0


class Linear(AbstractMatrixTransform):
    """Given real invertible matrices, one for each tube mode; orthogonal ones included.

    They are constants, known before anything is compiled, and not leaves.
    """

    _contents: tuple[bytes, ...] = eqx.field(static=True)
    lengths: Tubes = eqx.field(static=True)

    def __init__(self, *matrices: Any):
        """Transform the first tube mode by the first matrix, and so on.

        Raises:
            ValueError: if a matrix is complex, not square or not finite, or its condition number
                exceeds 10⁸, so that single precision knows no inverse.
        """
        if not matrices:
            raise ValueError("Linear: no matrix given; give one for each tube mode")
        for matrix in map(np.asarray, matrices):
            if np.iscomplexobj(matrix):
                raise ValueError(
                    "Linear: a complex matrix has complex results; use Fourier or a real one"
                )
            if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
                raise ValueError(f"Linear: shape {matrix.shape} is not that of a square matrix")
            condition = np.linalg.cond(matrix) if np.all(np.isfinite(matrix)) else np.nan
            if not condition < _SINGULAR:
                raise ValueError(
                    f"Linear: the matrix is not invertible, its condition number is {condition:.3g}"
                )
        self._contents = tuple(np.asarray(matrix, np.float64).tobytes() for matrix in matrices)
        self.lengths = tuple(np.shape(matrix)[0] for matrix in matrices)

    def matrices(self, tubes: Tubes) -> list[np.ndarray]:
        """The matrices given."""
        if tubes != self.lengths:
            raise ValueError(f"Linear: made for tubes of lengths {self.lengths}, got {tubes}")
        return [
            np.frombuffer(content).reshape(length, length)
            for content, length in zip(self._contents, self.lengths, strict=True)
        ]

    def inverses(self, tubes: Tubes) -> list[np.ndarray]:
        """Their inverses."""
        return [np.linalg.inv(matrix) for matrix in self.matrices(tubes)]

    def unitary_factor(self, tubes: Tubes) -> float | None:
        """The product of the c of M Mᵀ = c I, if all have one to 10⁻⁶ (single precision)."""
        factor = 1.0
        for matrix in self.matrices(tubes):
            gram = matrix @ matrix.T
            c = float(np.trace(gram)) / len(gram)
            if not np.allclose(gram, c * np.eye(len(gram)), rtol=0, atol=1e-6 * c):
                return None
            factor *= c
        return factor


def learned_transform(T: Float[Array | np.ndarray, "m n *k"]) -> Linear:
    """The orthogonal transform of the data: M_i = Uᵀ, U Σ Vᵀ the unfolding along tube mode i.

    Slices then come in the order of their energy, and all energy of a tensor whose tubes span few
    dimensions is in the first [song2020]. It takes numbers that are known, outside `jax.jit`.

    Raises:
        ValueError: if the order is below 3, or a number is not finite.
    """
    values = np.asarray(T, np.float64)
    if values.ndim < 3 or not np.all(np.isfinite(values)):
        raise ValueError(
            f"learned_transform: needs finite numbers of order ≥ 3, got shape {values.shape}"
        )
    unfoldings = [
        np.moveaxis(values, mode, 0).reshape(values.shape[mode], -1)
        for mode in range(2, values.ndim)
    ]
    bases = [
        np.linalg.svd(flat, full_matrices=flat.shape[0] > flat.shape[1])[0] for flat in unfoldings
    ]
    return Linear(*(basis.T for basis in bases))


def _cosines(length: int) -> np.ndarray:
    row, column = np.indices((length, length))
    matrix = np.sqrt(2 / length) * np.cos(np.pi * row * (2 * column + 1) / (2 * length))
    matrix[0] /= np.sqrt(2)
    return matrix


def _haar(length: int) -> np.ndarray:
    matrix = np.ones((1, 1))
    while len(matrix) < length:
        means, differences = np.kron(matrix, [1, 1]), np.kron(np.eye(len(matrix)), [1, -1])
        matrix = np.concatenate([means, differences]) / np.sqrt(2)
    return matrix
