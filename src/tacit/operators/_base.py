"""The contract of a measurement, and lineax's questions about it answered once."""

from abc import abstractmethod

import jax
import jax.numpy as jnp
import lineax as lx
import numpy as np

from tacit._typing import Array, Float, Int, Measurements, ShapeDtypeStruct, Target
from tacit.algebra import AbstractTensorFormat, Factored


class AbstractMeasurement(lx.AbstractLinearOperator):
    """A linear map A from arrays of one shape to p numbers, with its adjoint.

    Every measurement is a lineax operator: it composes (`A @ A.T`), and lineax's solvers take it.
    It knows neither noise nor solver settings. A subclass gives `mv`, `adjoint`, `shape`, `size`
    and `dtype`; the rest follows.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of the target."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number p of measurements."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype:
        """Floating-point type of targets and measurements."""

    @abstractmethod
    def mv(self, vector: Target) -> Measurements:
        """Measurements A X of the target X."""

    @abstractmethod
    def adjoint(self, y: Measurements) -> Target:
        """Adjoint A* y, the target with ⟨A X, y⟩ = ⟨X, A* y⟩ for every X."""

    @abstractmethod
    def take(self, index: Int[np.ndarray, " q"]) -> "AbstractMeasurement":
        """The operator with only the measurements listed."""

    def mv_factored(self, target: Factored | AbstractTensorFormat) -> Measurements:
        """Measurements of a target held as factors; the default forms it."""
        return self.mv(target.dense())

    def adjoint_factored(self, y: Measurements, target: Factored) -> Factored:
        """Products (A* y) rightᵀ and leftᵀ (A* y) of the adjoint with two thin factors.

        They are the gradient of ⟨y, A(left · right)⟩, so that where `mv_factored` forms no matrix
        neither does this.
        """
        _, pull = jax.vjp(self.mv_factored, target)
        (products,) = pull(y)
        return products

    def as_matrix(self) -> Float[Array, "p size"]:
        """Matrix of A on the row-major flattened target: p × (m·n) numbers."""
        rows = jax.vmap(self.adjoint)(jnp.eye(self.size, dtype=self.dtype))
        return rows.reshape(self.size, -1)

    def transpose(self) -> lx.AbstractLinearOperator:
        """The adjoint as an operator; real arrays, so transpose and adjoint are one."""
        return lx.FunctionLinearOperator(self.adjoint, self.out_structure())

    def in_structure(self) -> ShapeDtypeStruct:
        """Shape and type of the target."""
        return ShapeDtypeStruct(self.shape, self.dtype)

    def out_structure(self) -> ShapeDtypeStruct:
        """Shape and type of the measurements."""
        return ShapeDtypeStruct((self.size,), self.dtype)


def _as_matrix_operator(operator: AbstractMeasurement) -> lx.PyTreeLinearOperator:
    matrix = operator.as_matrix().reshape(operator.size, *operator.shape)
    return lx.PyTreeLinearOperator(matrix, operator.out_structure())


def _unchanged(operator: AbstractMeasurement) -> AbstractMeasurement:
    return operator


def _no(operator: AbstractMeasurement) -> bool:
    del operator
    return False


# A measurement maps between different spaces, so every structural question has the answer no;
# it is already linear and real.
for _question in (
    lx.is_symmetric,
    lx.is_diagonal,
    lx.is_tridiagonal,
    lx.has_unit_diagonal,
    lx.is_lower_triangular,
    lx.is_upper_triangular,
    lx.is_positive_semidefinite,
    lx.is_negative_semidefinite,
):
    _question.register(AbstractMeasurement)(_no)
lx.linearise.register(AbstractMeasurement)(_unchanged)
lx.conj.register(AbstractMeasurement)(_unchanged)
lx.materialise.register(AbstractMeasurement)(_as_matrix_operator)
lx.diagonal.register(AbstractMeasurement)(lambda operator: jnp.diagonal(operator.as_matrix()))
lx.tridiagonal.register(AbstractMeasurement)(
    lambda operator: tuple(jnp.diagonal(operator.as_matrix(), k) for k in (0, -1, 1))
)
