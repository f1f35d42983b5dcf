"""Gradient descent on two factors, each preconditioned by the other."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Inexact, RealScalar, ScalarLike
from tacit.algebra.ridge import Ridge
from tacit.algebra.sequential_map import sequential_map
from tacit.algebra.transforms import apart, refuse_unless_unitary, together, tube_lengths
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Deep, Tubal
from tacit.problems import Problem


class ScaledDescent(AbstractDynamics):
    """L ← L − η ∇_L (Rᵀ R + λ I)⁻¹ and R ← R − η ∇_R (Lᵀ L + λ I)⁻¹ of X = L Rᵀ.

    Both at once it is ScaledGD [tong2021], whose rate does not know the condition number of X. For
    λ = 0 the path of X is the same from (L, R) and from (L Q, R Q⁻ᵀ); the width must then be the
    rank. A small λ > 0 makes a wide model and a small start work [xu2023]: directions stronger than
    λ are learnt alike fast, weaker ones as slowly as by descent. `alternating`, R sees the L that
    has just moved; of tubal tensors, X = L * Rᵀ with slices in the place of matrices, it is
    alternating preconditioned descent [liu2025]. For any operator and loss. Time is t = η k.

    Args:
        step: η > 0; up to about ½ where A* A is close to the identity on low-rank matrices, for
            which the entries of a fraction p need weights 1/p. Alternating, up to about 1.
        damping: λ ≥ 0, in units of the singular values of X, or of its slices.
        alternating: move R after L, by its gradient there, instead of both at once.

    Raises:
        ValueError: if a known step is not positive, or a known damping is negative.
    """

    step: ScalarLike
    damping: ScalarLike = 0.0
    alternating: bool = eqx.field(static=True, default=False)

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"ScaledDescent: step must be positive, got {self.step}")
        if isinstance(self.damping, int | float) and not self.damping >= 0:
            raise ValueError(f"ScaledDescent: damping must not be negative, got {self.damping}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> Clock:
        """The clock alone.

        Raises:
            ValueError: if the model is neither `Deep` of depth 2 nor `Tubal`, or the transform is
                no multiple of a unitary one.
        """
        del problem
        if isinstance(model, Tubal):
            refuse_unless_unitary("ScaledDescent", model.transform, tube_lengths(model.left))
        elif not isinstance(model, Deep) or model.depth != 2:
            raise ValueError(
                "ScaledDescent moves two factors: Deep models of depth 2, X = U V, or Tubal, "
                "X = U * Vᵀ"
            )
        return Clock.at_start(model)

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: Clock, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, Clock]:
        """Take `gap` steps."""
        eta, damping = (jnp.asarray(x, state.time.dtype) for x in (self.step, self.damping))
        gradient = jax.grad(lambda pair: problem.objective(_joined(model, pair)))

        def body(_: Any, pair: _Pair) -> _Pair:
            left, right = pair
            if self.alternating:
                (along,) = _preconditioned(model, [(gradient(pair).left, right)], damping)
                left = left - eta * along
                of_right = gradient(_Pair(left, right)).right
                (along,) = _preconditioned(model, [(of_right, left)], damping)
                return _Pair(left, right - eta * along)
            slope = gradient(pair)
            both = [(slope.right, left), (slope.left, right)]
            along_right, along_left = _preconditioned(model, both, damping)
            return _Pair(left - eta * along_left, right - eta * along_right)

        moved = jax.lax.fori_loop(0, gap, body, _split(model))
        elapsed = eta * jnp.asarray(gap, eta.dtype)
        return _joined(model, moved), Clock(jnp.asarray(state.step + gap), state.time + elapsed)


class _Pair(NamedTuple):
    """L and R of X = L Rᵀ or L * Rᵀ, as high as X and as wide as the model each."""

    left: Float[Array, "m r *k"]
    right: Float[Array, "n r *k"]


def _split(model: AbstractFactorisation) -> _Pair:
    if isinstance(model, Tubal):
        return _Pair(model.left, model.right)
    assert isinstance(model, Deep)
    V, U = model.factors
    return _Pair(U, V.T)


def _joined(model: AbstractFactorisation, pair: _Pair) -> Deep | Tubal:
    """A model of the kind of `model` with these factors."""
    if isinstance(model, Tubal):
        return Tubal(pair.left, pair.right, model.transform)
    return Deep((pair.right.T, pair.left))


def _preconditioned(
    model: AbstractFactorisation,
    pairs: list[tuple[Float[Array, "_ r *k"], Float[Array, "_ r *k"]]],
    damping: RealScalar,
) -> list[Float[Array, "_ r *k"]]:
    """G (Fᵀ F + λ I)⁻¹ of each gradient G and other factor F, slice by slice of tensors."""
    if not isinstance(model, Tubal):
        return sequential_map(lambda pair: _divide(pair[0], pair[1], damping), pairs)

    transform, tubes = model.transform, tube_lengths(model.left)
    classes = transform.classes(tubes)
    slices = [
        part
        for pair in pairs
        for part in zip(*(apart(transform.forward(T), classes) for T in pair), strict=True)
    ]
    solved = sequential_map(lambda pair: _divide(pair[0], pair[1], damping), slices)
    # As many batches of slices of each tensor: real ones, and complex ones if there are any.
    count = len(solved) // len(pairs)
    return [
        transform.inverse(together(solved[at : at + count], classes), tubes)
        for at in range(0, len(solved), count)
    ]


def _divide(
    gradient: Inexact[Array, "*s m r"], other: Inexact[Array, "*s n r"], damping: RealScalar
) -> Inexact[Array, "*s m r"]:
    gram = jnp.conj(other).mT @ other
    return jnp.conj(Ridge.of(gram, damping).solve(jnp.conj(gradient).mT)).mT
