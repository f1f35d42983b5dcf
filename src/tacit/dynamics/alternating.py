"""Alternating least squares: each factor solved exactly while the other stands still."""

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Matrix, RealScalar, ScalarLike
from tacit.algebra.ridge import Ridge
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, Deep
from tacit.operators import Entries
from tacit.problems import LeastSquares, Problem

_CHUNK = 1 << 22
"""Numbers held at a time by the normal equations of a block of rows."""

Table = tuple[Float[Array, "m n"], Float[Array, "m n"]]
"""Σ w and Σ w y of each entry of the matrix, zero where nothing was seen."""


class AlternatingLeastSquares(AbstractDynamics):
    """U, then V, by least squares on min ½ Σ w (y − u·v)² + ½ λ (‖U‖² + ‖V‖²), X = U V.

    A step solves a system of the model's width for each row, then for each column [zhou2008]; the
    objective never rises. As ‖X‖_* = min ½ (‖U‖² + ‖V‖²), wherever the width does not bind the
    minimum is that of `SoftImpute` with the same λ [hastie2015]. Damping adds ½ δ ‖change‖² to each
    half-step, a proximal point. Time is the number of steps.

    Args:
        ridge: λ > 0; or 0, if there is damping.
        damping: δ ≥ 0.
        by_degree: multiply λ by the total weight of each row and column, so that what was seen
            often is shrunk as much as what was seen once.

    Raises:
        ValueError: if a known argument is negative, or both are zero.
    """

    ridge: ScalarLike
    damping: ScalarLike = 0.0
    by_degree: bool = eqx.field(static=True, default=False)

    def __check_init__(self):
        known = [x for x in (self.ridge, self.damping) if isinstance(x, int | float)]
        if not all(x >= 0 for x in known) or (len(known) == 2 and not any(known)):
            raise ValueError(
                "AlternatingLeastSquares: ridge and damping must not be negative, nor both zero, "
                f"got {self.ridge} and {self.damping}"
            )

    def init(self, problem: Problem, model: AbstractFactorisation) -> Clock:
        """The clock alone.

        Raises:
            ValueError: if the model is not `Deep` of depth 2, the operator is not `Entries`, or
                the problem has another loss, or a penalty.
        """
        if not isinstance(model, Deep) or model.depth != 2:
            raise ValueError("AlternatingLeastSquares moves Deep models of depth 2, X = U V")
        if not isinstance(problem.operator, Entries):
            raise ValueError(
                "AlternatingLeastSquares solves row by row, so it needs Entries, not "
                f"{type(problem.operator).__name__}; ScaledDescent takes any operator"
            )
        if not isinstance(problem.loss, LeastSquares) or problem.penalty is not None:
            raise ValueError(
                "AlternatingLeastSquares needs the LeastSquares loss and no penalty of its own"
            )
        return Clock.at_start(model)

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: Clock, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, Clock]:
        """Take `gap` steps, each of rows and then of columns."""
        assert isinstance(model, Deep)
        weights, sums = _table(problem)

        def body(_: Any, factors: tuple[Array, Array]) -> tuple[Array, Array]:
            V, U = factors
            U = self._solved((weights, sums), V, U)
            return self._solved((weights.T, sums.T), U.T, V.T).T, U

        V, U = model.factors
        factors = jax.lax.fori_loop(0, gap, body, (V, U))
        step = state.step + gap
        return Deep(factors), Clock(step, jnp.asarray(step).astype(state.time.dtype))

    def objective(self, problem: Problem, model: Deep) -> RealScalar:
        """½ Σ w (y − u·v)² + ½ Σ λ_i ‖u_i‖² + ½ Σ λ_j ‖v_j‖², which no step raises."""
        weights, _ = _table(problem)
        V, U = model.factors
        rows, columns = self._ridges(weights), self._ridges(weights.T)
        ridge = jnp.sum(rows * jnp.sum(U**2, axis=1)) + jnp.sum(columns * jnp.sum(V**2, axis=0))
        return problem.data_loss(model) + ridge / 2

    def _ridges(self, weights: Matrix) -> Float[Array, " m"]:
        """λ of each row; one that was never seen counts as seen once."""
        ridge = jnp.asarray(self.ridge, weights.dtype)
        degree = weights.sum(axis=1)
        return ridge * jnp.where(self.by_degree & (degree > 0), degree, 1)

    def _solved(
        self, table: Table, V: Float[Array, "r n"], U: Float[Array, "m r"]
    ) -> Float[Array, "m r"]:
        """The rows that minimise against V, a block of them at a time: memory stays bounded."""
        (m, rank), n = U.shape, V.shape[1]
        length = min(m, max(1, _CHUNK // (rank * n)))
        damping = jnp.asarray(self.damping, U.dtype)

        def solve_block(block: tuple) -> Float[Array, "_ r"]:
            weights, wanted, added = block
            gram = (weights[:, None, :] * V[None]).reshape(-1, n) @ V.T
            ridge = Ridge.of(gram.reshape(-1, rank, rank), added[:, None])
            return ridge.solve(wanted[..., None])[..., 0]

        weights, sums = table
        rows = (weights, sums @ V.T + damping * U, self._ridges(weights) + damping)
        # Of a row of padding the system is the identity.
        blocks = [
            jnp.pad(
                part, ((0, -m % length), *((0, 0),) * (part.ndim - 1)), constant_values=fill
            ).reshape(-1, length, *part.shape[1:])
            for part, fill in zip(rows, (0, 0, 1), strict=True)
        ]
        # Not batched, for two factorisations of batches at once may wait for each other for ever.
        return jax.lax.map(solve_block, tuple(blocks)).reshape(-1, rank)[:m]


def _table(problem: Problem) -> Table:
    weights = jnp.ones_like(problem.y) if problem.weights is None else problem.weights
    return problem.operator.adjoint(weights), problem.operator.adjoint(weights * problem.y)
