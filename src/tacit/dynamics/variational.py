"""Natural gradient descent on the posterior of the factors, row by row and column by column."""

import math
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.core import Tracer

from tacit._typing import Any, Array, Float, Measurements, ScalarLike
from tacit.algebra import DenseRows, RaggedRows, ShardedRows
from tacit.dynamics._balance import prior_precisions, turned
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._half_step import half_step
from tacit.models import AbstractFactorisation, GaussianFactors
from tacit.operators import Entries, ShardedEntries
from tacit.problems import LeastSquares, Problem

_QUIETEST = 1e-3
"""Least noise, relative to the root mean square of the data: single precision knows no less."""
_BORROWED = 4.0
"""Entries of the common noise that the noise of a column is estimated with."""


Grouped = RaggedRows | DenseRows | ShardedRows


class VariationalState(NamedTuple):
    """Its clock, the entries grouped by row and by column, and the priors' precisions."""

    clock: Clock
    by_row: Grouped
    by_column: Grouped
    of_rows: Float[Array, " w"]
    of_columns: Float[Array, " w"]


class VariationalBayes(AbstractDynamics):
    """One sweep minimises the free energy over the posterior of all rows, then of all columns.

    With y_ij = u_i · v_j + b_i + c_j + ε, ε of variance 1/τ, and priors of precision α on every
    coordinate, the free energy F(q) of a law q of independent normal coordinates is quadratic in
    the means of one side, so that a unit step of natural gradient descent is exact: for row i

        A_i = τ Σ_j w_ij E[v_j v_jᵀ] + diag(α),  mean_i = A_i⁻¹ τ Σ_j w_ij (y_ij − c_j) E[v_j],
        variance_i = 1 / diag(A_i),

    or covariance_i = A_i⁻¹ if q keeps the covariances of the coordinates of a row. The entries are
    grouped by row and by column once, at the start. Where all entries of the matrix are listed in
    row-major order, those of weight 0 being missing, rows are regressed by products of whole
    matrices, and only then may covariances be kept. Where they are `ShardedEntries`, each device
    regresses its own rows, and the sums of a column are added up over the devices.

    It is descent preconditioned by curvature. Small or weak rows move less, as under a flow stopped
    early; nothing is penalised, but the variance of v_j counts as misfit, and that alone switches
    off the coordinates that the data do not speak for [nakajima2010, raiko2007]. After each sweep
    the coordinates are turned so that both sides have one and the same diagonal second moment,
    strongest first, τ and α are estimated afresh, and time is the number of sweeps.

    Depth is that of a chain of factors in balance, where a component of strength σ moves by a
    metric σ^{2 − 2/L} [arora2018]: the prior variances, estimated for each component, are drawn
    towards their mean with the share 2/L in the logarithm. At depth 2 all components share one
    prior, the nuclear norm's; at infinite depth each has its own. Between the two, priors are not
    those of least F, which a sweep may then raise a little, seen: by 4e-4 of its value at depth 4.

    Args:
        depth: L ≥ 2, or infinity.
        row_bias: whether rows have a bias.
        column_bias: whether columns have one.
        own_noise: whether each column has a noise of its own.
        noise_step: share, in the logarithm, by which τ moves to its estimate in a sweep. From a
            model of little noise small steps are annealing: components appear, at first too many,
            before they are switched off, where large ones leave weak components at the saddle.
        robust: δ in standard deviations of the noise beyond which a residual counts linearly, by
            weights min(1, δ/|ε|√τ) [huber1981]; infinity for none.

    Raises:
        ValueError: if the depth is below 2, or δ is not positive.
    """

    depth: ScalarLike = math.inf
    row_bias: bool | Array = True
    column_bias: bool | Array = True
    own_noise: bool | Array = False
    noise_step: ScalarLike = 1.0
    robust: float | int = eqx.field(static=True, default=math.inf)

    def __check_init__(self):
        if isinstance(self.depth, int | float) and not self.depth >= 2:
            raise ValueError(f"VariationalBayes: depth must be at least 2, got {self.depth}")
        if not self.robust > 0:
            raise ValueError(f"VariationalBayes: robust must be positive, got {self.robust}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> VariationalState:
        """The entries grouped, and priors as wide as the data.

        Raises:
            ValueError: if the model is not `GaussianFactors`, or the problem has another operator
                than `Entries`, another loss than `LeastSquares`, or a penalty; if covariances are
                to be kept and not every entry is listed; or if some are, and inside `jit`, where
                their places are not known.
        """
        if not isinstance(model, GaussianFactors):
            raise ValueError(f"VariationalBayes moves GaussianFactors, not {type(model).__name__}")
        if not isinstance(problem.operator, Entries | ShardedEntries):
            raise ValueError("VariationalBayes needs observed Entries of a matrix")
        if not isinstance(problem.loss, LeastSquares) or problem.penalty is not None:
            raise ValueError("VariationalBayes needs the LeastSquares loss and no penalty")
        by_row, by_column = _grouped(problem.operator)
        if model.rows.is_full and not isinstance(by_row, DenseRows):
            raise ValueError(
                "VariationalBayes keeps covariances only where all entries of the matrix are "
                "listed in row-major order; give those that are missing the weight 0"
            )
        ones = jnp.ones_like(model.rows.mean[0])
        return VariationalState(Clock.at_start(model), by_row, by_column, ones, ones)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: VariationalState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, VariationalState]:
        """Take `gap` sweeps."""
        weights = jnp.ones_like(problem.y) if problem.weights is None else problem.weights

        def body(_: Any, carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
            return self._sweep(problem, weights, state, *carry)

        assert isinstance(model, GaussianFactors)
        start = (model, state.of_rows, state.of_columns)
        model, of_rows, of_columns = jax.lax.fori_loop(0, gap, body, start)
        step = state.clock.step + gap
        clock = Clock(step, step.astype(state.clock.time.dtype))
        return model, state._replace(clock=clock, of_rows=of_rows, of_columns=of_columns)

    def _sweep(
        self,
        problem: Problem,
        weights: Measurements,
        grouped: VariationalState,
        model: GaussianFactors,
        of_rows: Float[Array, " w"],
        of_columns: Float[Array, " w"],
    ) -> tuple[GaussianFactors, Float[Array, " w"], Float[Array, " w"]]:
        operator = problem.operator
        assert isinstance(operator, Entries | ShardedEntries)
        if math.isfinite(self.robust):
            weights = weights * self._trust(problem, model)
        scaled = weights * model.precision[operator.columns]
        rows, seen_rows, _ = half_step(
            grouped.by_row, problem.y, scaled, model.columns, of_rows, bias=self.row_bias
        )
        columns, seen_columns, misfit = half_step(
            grouped.by_column, problem.y, scaled, rows, of_columns, bias=self.column_bias
        )
        rows, columns = turned(rows, columns, seen_rows, seen_columns)
        of_rows = prior_precisions(rows, seen_rows, self.depth)
        of_columns = prior_precisions(columns, seen_columns, self.depth)
        estimated = self._precision(problem, misfit / model.precision, seen_columns)
        moved = jnp.asarray(self.noise_step, estimated.dtype)
        precision = model.precision ** (1 - moved) * estimated**moved
        return GaussianFactors(rows, columns, precision), of_rows, of_columns

    def _precision(
        self, problem: Problem, misfit: Float[Array, " n"], count: Float[Array, " n"]
    ) -> Float[Array, " n"]:
        """1/σ² from the expected squares of the residuals, of each column or of all."""
        square = jnp.sum(problem.y**2) / _number(problem)
        floor = _QUIETEST**2 * jnp.where(square > 0, square, 1)
        misfit = misfit / _kept_share(self.robust)
        common = jnp.sum(misfit) / jnp.sum(count)
        own = (misfit + _BORROWED * common) / (count + _BORROWED)
        return 1 / jnp.maximum(jnp.where(self.own_noise, own, common), floor)

    def _trust(self, problem: Problem, model: GaussianFactors) -> Measurements:
        """Huber's weights of the residuals."""
        operator = problem.operator
        assert isinstance(operator, Entries | ShardedEntries)
        deviations = jnp.abs(problem.residual(model)) * jnp.sqrt(model.precision[operator.columns])
        return jnp.minimum(1, self.robust / jnp.maximum(deviations, self.robust))


def _number(problem: Problem) -> ScalarLike:
    """Number of entries."""
    if isinstance(problem.operator, ShardedEntries):
        return jnp.sum(problem.operator.counts).astype(problem.y.dtype)
    return problem.y.shape[0]


def _grouped(entries: Entries | ShardedEntries) -> tuple[Grouped, Grouped]:
    """The entries by row and by column."""
    m, n = entries.shape
    if isinstance(entries, ShardedEntries):
        block = m // entries.mesh.size
        own = {k: (i - k * block, j) for k, (i, j) in entries.own_entries().items()}
        by_row = ShardedRows.of(entries.mesh, own, block, are_spread=False)
        own = {k: (j, i) for k, (i, j) in own.items()}
        return by_row, ShardedRows.of(entries.mesh, own, n, are_spread=True)
    # Sorted, no two alike, and as many as there are: no need to look at where they are.
    if entries.size == m * n and entries.is_sorted and entries.is_unique:
        return DenseRows((m, n)), DenseRows((m, n), by_column=True)
    if isinstance(entries.rows, Tracer):
        raise ValueError(
            "VariationalBayes groups its entries at the start, by where they are; call `init` "
            "outside jit"
        )
    by_row = RaggedRows.of(entries.rows, entries.columns, m)
    return by_row, RaggedRows.of(entries.columns, entries.rows, n)


def _kept_share(robust: float | int) -> float:
    """E[min(1, δ/|z|) z²] = erf(δ/√2) of a standard normal z: what the weights leave of σ²."""
    return math.erf(robust / math.sqrt(2))
