"""Largest principal angles between tubal subspaces along descent from small U₀ [karnik2025].

Each record is the sine ‖V_⊥ᵀ * V_t‖ for the r leading left vectors V_t of U_t, those of U_t * U_tᵀ.
What does not move is decomposed once, when the observer is made.
"""

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar, ScalarLike
from tacit.algebra import (
    AbstractTransform,
    Fourier,
    t_eigh,
    t_product,
    t_qr,
    t_svd,
    t_transpose,
    tensor_spectral_norm,
)
from tacit.algebra.transforms import tube_lengths
from tacit.models import AbstractFactorisation, SymmetricTubal
from tacit.observers._base import Observer
from tacit.observers.tubal import refuse_bad_rank, symmetric
from tacit.problems import Problem


def angle_to_spectral_tensor(
    problem: Problem, rank: int, transform: AbstractTransform = Fourier()
) -> Observer:
    """Sine of the angle between the r leading eigenvectors of L = sym A* y and of U_t * U_tᵀ.

    L is indefinite, and its leading eigenvalues are the algebraically largest of each slice:
    singular vectors would take negative ones for leading.

    Args:
        problem: whose A* y makes L.
        rank: r.
        transform: transform of the tubes.

    Raises:
        ValueError: if the rank is not in 1..n − 1.
    """
    _, V = _eigenbasis(problem, rank, transform)
    name, label = "angle_to_spectral_tensor", "sine of the angle between L_t and L"
    return Observer(_Apart(V[:, rank:], rank), name, label)


def angle_to_truth(
    truth: Float[Array, "n n *k"], rank: int, transform: AbstractTransform = Fourier()
) -> Observer:
    """Sine of the angle between the columns of the truth and the r leading ones of U_t * U_tᵀ.

    Args:
        truth: of tubal rank r.
        rank: r.
        transform: transform of the tubes.

    Raises:
        ValueError: if the rank is not in 1..n − 1.
    """
    refuse_bad_rank("angle_to_truth", rank, len(truth) - 1)
    _, V = t_eigh(truth, transform)
    name, label = "angle_to_truth", "sine of the angle between L_t and X★"
    return Observer(_Apart(V[:, rank:], rank), name, label)


def power_iterate_angle(
    problem: Problem,
    start: SymmetricTubal,
    step: ScalarLike,
    rank: int,
) -> Observer:
    """Sine of the angle between L and the power iterate Ũ_t = (I + 2η L)^{*t/η} * U₀.

    While U is small, descent with step η is this power iteration. It is evaluated in closed form
    from the eigentubes of L, whatever t, for steps with 2η L > −I.

    Args:
        problem: whose A* y makes L.
        start: U₀, with the transform of its tubes.
        step: η of the descent that is compared.
        rank: r.

    Raises:
        ValueError: if the rank is not in 1..n − 1.
    """
    transform = start.transform
    values, V = _eigenbasis(problem, rank, transform)
    # Columns of Ũ_t count up to products with orthonormal rows from the right.
    _, R = t_qr(t_transpose(start.factor, transform), transform)
    coordinates = t_product(t_transpose(V, transform), t_transpose(R, transform), transform)
    growth = jnp.log1p(2 * step * jnp.real(transform.forward(values[:, None])))
    relative = growth - growth[:, rank - 1 : rank]
    power = _PowerIterate(coordinates, relative / step, rank, transform)
    return Observer(power, "power_iterate_angle", "sine of the angle between Ũ_t and L")


class _Apart(eqx.Module):
    """‖V_⊥ᵀ * V_t‖ with V_⊥ given."""

    complement: Float[Array, "n q *k"]
    rank: int = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        model = symmetric("a principal angle", model)
        transform = model.transform
        leading = t_svd(model.factor, transform, rank=self.rank).U
        across = t_product(t_transpose(self.complement, transform), leading, transform)
        return tensor_spectral_norm(across, transform)


class _PowerIterate(eqx.Module):
    """Ũ_t in the eigenbasis of L: rows of U₀ that grow, each slice relative to its row r."""

    start: Float[Array, "n d *k"]
    rates: Float[Array, "s n 1"]
    rank: int = eqx.field(static=True)
    transform: AbstractTransform

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del model, problem
        # A row 1/√eps above row r leaves the leading subspace as it is to rounding, and would
        # drown row r if it grew further.
        highest = -jnp.log(jnp.finfo(self.rates.dtype).eps) / 2
        growth = jnp.exp(jnp.minimum(t * self.rates, highest))
        slices = self.transform.forward(self.start)
        grown = self.transform.inverse(
            growth.astype(slices.dtype) * slices, tube_lengths(self.start)
        )
        leading = t_svd(grown, self.transform, rank=self.rank).U
        return tensor_spectral_norm(leading[self.rank :], self.transform)


def _eigenbasis(
    problem: Problem, rank: int, transform: AbstractTransform
) -> tuple[Float[Array, "n *k"], Float[Array, "n n *k"]]:
    """Eigentubes and eigenvectors of L; those of A*A(X★) where there is no noise."""
    L = problem.operator.adjoint(problem.y)
    refuse_bad_rank("an angle to the spectral tensor", rank, len(L) - 1)
    return t_eigh(L, transform)
