"""The exact recursion of descent from identical factors."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.core import Tracer

from tacit._typing import Any, Array, Float, Matrix, RealScalar, ScalarLike
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Deep
from tacit.problems import LeastSquares, Problem


class RecursionState(NamedTuple):
    """Its clock, the eigenvalues d of every factor, and those λ and the vectors Q of the target."""

    clock: Clock
    factor_eigenvalues: Float[Array, " n"]
    target_eigenvalues: Float[Array, " n"]
    eigenvectors: Float[Array, "n n"]


class EigenvalueRecursion(AbstractDynamics):
    """d ← d − η d^{L−1}(d^L − λ): descent on ½‖W_L ⋯ W_1 − Ŵ‖_F² from W_j(0) = α I [chou2024].

    With Ŵ = Q diag(λ) Qᵀ all factors stay Q diag(d) Qᵀ, so a step costs O(n), whatever the depth.
    It is `GradientDescent(step)` to rounding, for a `Deep` model started by `identity` on a fully
    observed symmetric target.
    """

    step: ScalarLike

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"EigenvalueRecursion: step must be positive, got {self.step}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> RecursionState:
        """Diagonalise the target.

        Raises:
            ValueError: if the model, the loss or the target is not of the kind above.
        """
        target = _symmetric_target(problem)
        if not isinstance(model, Deep):
            raise ValueError(f"EigenvalueRecursion moves Deep models, not {type(model).__name__}")
        first = model.factors[0]
        diagonal = jnp.diagonal(first)
        _refuse_unless(
            all(factor.shape == target.shape for factor in model.factors)
            and _equal(first, diagonal[0] * jnp.eye(*first.shape, dtype=first.dtype))
            and all(_equal(factor, first) for factor in model.factors),
            "the factors must all be one multiple of the identity; "
            "use Deep.initialise(..., initialiser=identity)",
        )
        eigenvalues, eigenvectors = jnp.linalg.eigh(target)
        return RecursionState(Clock.at_start(model), diagonal, eigenvalues, eigenvectors)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: RecursionState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, RecursionState]:
        """Take `gap` steps of the recursion, then form the factors once."""
        del problem
        assert isinstance(model, Deep)
        depth = model.depth
        eta = jnp.asarray(self.step, state.clock.time.dtype)

        def body(_: Any, d: Float[Array, " n"]) -> Float[Array, " n"]:
            return recursion_step(d, state.target_eigenvalues, eta, depth)

        d = jax.lax.fori_loop(0, gap, body, state.factor_eigenvalues)
        factor = (state.eigenvectors * d[None, :]) @ state.eigenvectors.T
        moved = eqx.tree_at(lambda deep: deep.factors, model, (factor,) * depth)
        clock = Clock(state.clock.step + gap, state.clock.time + eta * jnp.asarray(gap, eta.dtype))
        return moved, state._replace(clock=clock, factor_eigenvalues=d)


def recursion_step(
    d: Float[Array, " n"], eigenvalues: Float[Array, " n"], step: ScalarLike, depth: int
) -> Float[Array, " n"]:
    """One step d − η d^{L−1}(d^L − λ) for the factor eigenvalues d.

    Args:
        d: eigenvalues of the factors, all alike.
        eigenvalues: λ of the target, in the same order.
        step: η.
        depth: L ≥ 1.
    """
    return d - step * d ** (depth - 1) * (d**depth - eigenvalues)


def _symmetric_target(problem: Problem) -> Matrix:
    """The target Ŵ of a full observation under ½‖·‖²."""
    m, *rest = problem.operator.shape
    _refuse_unless(
        rest == [m]
        and isinstance(problem.loss, LeastSquares)
        and problem.weights is None
        and problem.penalty is None
        and problem.operator.size == m * m,
        "it needs every entry of a square target, LeastSquares, no weights and no penalty; "
        "use full_observation(target)",
    )
    target = problem.operator.adjoint(problem.y)
    seen_once = problem.operator.adjoint(jnp.ones_like(problem.y))
    _refuse_unless(_equal(seen_once, jnp.ones_like(target)), "each entry must be seen exactly once")
    _refuse_unless(_equal(target, target.T), "the target must be symmetric")
    return target


def _equal(A: Matrix, B: Matrix) -> bool:
    """Whether A = B to rounding; inside a compiled sweep, where it cannot be known, true."""
    gap: RealScalar = jnp.max(jnp.abs(A - B)) - 1e-6 * jnp.max(jnp.abs(B))
    return isinstance(gap, Tracer) or bool(gap <= 0)


def _refuse_unless(condition: bool, reason: str) -> None:
    if not condition:
        raise ValueError(f"EigenvalueRecursion: {reason}")
