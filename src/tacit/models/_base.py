"""The contract of a factorisation: a module that is its own parameters."""

from abc import abstractmethod
from typing import TypeVar

import equinox as eqx
import lineax as lx

from tacit._typing import Target
from tacit.algebra import AbstractTensorFormat, Factored


class AbstractFactorisation(eqx.Module):
    """A parametrised target X(θ), where θ is the module itself.

    Every array leaf is a parameter, so `jax.grad(problem.objective)(model)` is a velocity of the
    same type as the model, and goes unchanged into a scan or an ODE solver.
    """

    @abstractmethod
    def __call__(self) -> Target:
        """The target X(θ)."""

    def jacobian(self) -> lx.JacobianLinearOperator:
        """Derivative J = ∂X/∂θ as a lineax operator from models to targets.

        `J @ J.T` is the end-to-end preconditioner of the theory: under gradient flow
        Ẋ = −J Jᵀ ∇ℓ(X) [arora2019].
        """
        return lx.JacobianLinearOperator(lambda model, _: model(), self)


Model = TypeVar("Model", bound=AbstractFactorisation)
"""One kind of factorisation, for functions that return the kind they were given."""


class AbstractThinFactorisation(AbstractFactorisation):
    """A factorisation of a matrix that can be held as two factors without forming the matrix."""

    @abstractmethod
    def factored(self) -> Factored:
        """The matrix X(θ) as left · right."""


class AbstractTensorFactorisation(AbstractFactorisation):
    """A factorisation of a tensor of any order whose entries are read from the factors."""

    @abstractmethod
    def factored(self) -> AbstractTensorFormat:
        """The tensor X(θ), held as factors, its layers multiplied together."""

    def __call__(self) -> Target:
        """The tensor, formed."""
        return self.factored().dense()
