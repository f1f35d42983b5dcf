"""Iterated truncation along a path of ranks: how oceanographers fill the gaps of their fields."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, IntScalar, ScalarLike
from tacit.algebra import truncate_singular_values
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Direct
from tacit.problems import LeastSquares, Problem


class DINEOFState(NamedTuple):
    """Its clock, the rank k in use, and the iterations that it has had."""

    clock: Clock
    rank: IntScalar
    iterations: IntScalar


class DINEOF(AbstractDynamics):
    """X ← T_k(X − A*(A X − y)), the rank k growing along a path [beckers2003].

    T_k keeps the k largest singular values: of the anomalies of a field, days by places, the k
    leading empirical orthogonal functions. For `Entries` the inner step fills the holes with what
    those say of them. When an iteration changes X by less than `tolerance` (relative), or after
    `longest` of them, k is raised by one and the iteration goes on from there. Watched by
    `held_out` with `keep="best"`, a run chooses k, as the method does by cross-validation. Time is
    the number of steps. It is an explicit counterpart: a rank is searched, none emerges.

    Args:
        rank: k at the start.
        most: k never grows beyond.
        tolerance: relative change below which k grows.
        longest: most iterations of one k.

    Raises:
        ValueError: if a known argument is not positive, or the start lies beyond the end.
    """

    rank: int = eqx.field(static=True, default=1)
    most: int = eqx.field(static=True, default=50)
    tolerance: ScalarLike = 1e-3
    longest: int = eqx.field(static=True, default=300)

    def __check_init__(self):
        for name in ("rank", "most", "tolerance", "longest"):
            value = getattr(self, name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"DINEOF: {name} must be positive, got {value}")
        if self.most < self.rank:
            raise ValueError(f"DINEOF: rank {self.rank} is beyond the most, {self.most}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> DINEOFState:
        """The rank at the head of the path.

        Raises:
            ValueError: if the model is not `Direct`, or the problem has another loss, weights or a
                penalty.
        """
        if not isinstance(model, Direct):
            raise ValueError(f"DINEOF moves Direct models, not {type(model).__name__}")
        is_plain = problem.weights is None and problem.penalty is None
        if not isinstance(problem.loss, LeastSquares) or not is_plain:
            raise ValueError("DINEOF needs the LeastSquares loss, without weights or a penalty")
        return DINEOFState(Clock.at_start(model), jnp.asarray(self.rank), jnp.asarray(0))

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: DINEOFState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, DINEOFState]:
        """Take `gap` iterations."""
        gradient = jax.grad(problem.loss_at)

        def body(_: Any, carry: tuple[Array, Any, Any]) -> tuple[Array, Any, Any]:
            X, rank, iterations = carry
            moved = truncate_singular_values(X - gradient(X), rank)
            size = jnp.maximum(jnp.linalg.norm(moved), jnp.finfo(moved.dtype).tiny)
            is_still = jnp.linalg.norm(moved - X) < self.tolerance * size
            is_done = is_still | (iterations + 1 >= self.longest)
            higher = jnp.where(is_done, jnp.minimum(rank + 1, self.most), rank)
            return moved, higher, jnp.where(is_done, 0, iterations + 1)

        assert isinstance(model, Direct)
        start = (model.array, state.rank, state.iterations)
        X, rank, iterations = jax.lax.fori_loop(0, gap, body, start)
        step = state.clock.step + gap
        clock = Clock(step, step.astype(state.clock.time.dtype))
        moved = eqx.tree_at(lambda direct: direct.array, model, X)
        return moved, DINEOFState(clock, rank, iterations)
