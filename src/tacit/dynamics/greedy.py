"""Greedy low-rank learning: one direction at a time, each descended to convergence."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.core import Tracer

from tacit._typing import (
    Any,
    Array,
    BoolScalar,
    Float,
    IntScalar,
    Measurements,
    RealScalar,
    ScalarLike,
)
from tacit.algebra import Factored, TopPair, top_eigenpair
from tacit.algebra.tree_math import norm
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics.levenberg import LevenbergMarquardt, bend
from tacit.models import AbstractFactorisation, Deep, Symmetric
from tacit.problems import Problem


class GreedyState(NamedTuple):
    """Its clock, directions added, λ₁ and λ₂ of the last −∇ℓ that was looked at, and ‖∇ℓ(0)‖₂."""

    clock: Clock
    directions: IntScalar
    first: RealScalar
    second: RealScalar
    reference: RealScalar


class GreedyLowRank(AbstractDynamics):
    """X_{r+1} = where descent from X_r + ε u vᵀ ends, u vᵀ the top pair of −∇ℓ(X_r) [li2021].

    One step of the schedule is one stage: a step is one more rank. The model begins at zero
    (`Symmetric.zeros`, `Deep.zeros`); a stage fills one more column of it, √ε u of `Symmetric`,
    ε^{1/L} in every factor of `Deep`, and moves by `inner` until it rests. Columns not yet filled
    stay exactly zero. Where σ₁(∇ℓ) ≤ tolerance · ‖∇ℓ(0)‖₂, or no column is left, the model moves no
    more. Top pairs come from products with ∇ℓ; where `mv_factored` forms no matrix, this does not.

    Gradient flow from a start that shrinks to zero follows these stages, if each λ₁ is simple; the
    size `None` does not wait for it to leave the saddle, and goes to the least loss along u vᵀ.
    For `Symmetric` the pair is the top eigenpair of the symmetric part. Time is the number of inner
    steps.

    Args:
        inner: how a stage descends; a dynamics that counts steps. `GradientDescent` with a small
            size is the paper's road. Levenberg–Marquardt is the fast one, to the same minima where
            the data determine them; where they are few its long steps may end at another.
        size: ε > 0, or `None` for the step along u vᵀ.
        tolerance: share of ‖∇ℓ(0)‖₂ at which no more directions are added; `None` for √eps.
        settled: a stage ends where ‖∇_θ L‖ / ‖∂ℓ/∂r‖ is this share of its largest value in the
            stage, or ‖∂ℓ/∂r‖ a tenth of `tolerance` of that at zero.
        every: inner steps between two looks at that.
        max_steps: the most inner steps of a stage.

    Raises:
        ValueError: if `inner` runs in time, or a known number is not positive.
    """

    inner: AbstractDynamics = LevenbergMarquardt()
    size: ScalarLike | None = None
    tolerance: ScalarLike | None = None
    settled: ScalarLike = 3e-2
    every: int = eqx.field(static=True, default=1)
    max_steps: int = eqx.field(static=True, default=1000)

    def __check_init__(self):
        if not self.inner.runs_in_steps:
            raise ValueError(
                f"GreedyLowRank: inner must count steps; {type(self.inner).__name__} runs in time"
            )
        for name in ("size", "tolerance", "settled", "every", "max_steps"):
            value = getattr(self, name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"GreedyLowRank: {name} must be positive, got {value}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> GreedyState:
        """No direction; the norms are found by the first stage.

        Raises:
            ValueError: if the model is another one, or not zero, or the problem has a penalty.
        """
        self.inner.init(problem, model)
        if not isinstance(model, Symmetric) and not (isinstance(model, Deep) and model.depth > 1):
            raise ValueError(
                "GreedyLowRank moves Symmetric models, and Deep ones of depth 2 or more, not "
                f"{type(model).__name__}"
            )
        if problem.penalty is not None:
            raise ValueError("GreedyLowRank: the problem has a penalty; it takes the loss alone")
        leaves = jax.tree.leaves(model)
        if not any(isinstance(leaf, Tracer) or not jnp.any(leaf) for leaf in leaves):
            raise ValueError(f"GreedyLowRank starts at zero: use {type(model).__name__}.zeros(...)")
        clock = Clock.at_start(model)
        zero = jnp.zeros((), clock.time.dtype)
        return GreedyState(clock, jnp.zeros((), jnp.int32), zero, zero, zero)

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: GreedyState, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, GreedyState]:
        """Take `gap` stages."""

        def stage(_: Any, carry: tuple[Any, GreedyState]) -> tuple[Any, GreedyState]:
            return self._stage(problem, *carry)

        return jax.lax.fori_loop(0, gap, stage, (model, state))

    def _stage(self, problem: Problem, model: Any, state: GreedyState) -> tuple[Any, GreedyState]:
        assert isinstance(model, Symmetric | Deep)
        residual = problem.residual(model)
        slope = jax.grad(problem.loss)(residual, problem.weights)
        dtype = slope.dtype
        tolerance = jnp.asarray(
            jnp.finfo(dtype).eps ** 0.5 if self.tolerance is None else self.tolerance, dtype
        )
        pair = _steepest(problem, slope, model, tolerance * state.reference / 10)
        reference = jnp.where(state.clock.step == 0, pair.first, state.reference)
        adds = (pair.first > tolerance * reference) & (state.directions < _width(model))
        thin = _rank_one(pair, model)
        if self.size is None:
            size = _along(problem, residual, slope, problem.operator.mv_factored(thin))
        else:
            size = jnp.asarray(self.size, dtype)
        grown = _with_direction(model, thin, size, state.directions)
        start = jax.tree.map(lambda new, old: jnp.where(adds, new, old), grown, model)
        at_zero = jax.grad(problem.loss)(-problem.y, problem.weights)
        model, taken = self._settle(problem, start, adds, tolerance * jnp.linalg.norm(at_zero) / 10)
        clock = Clock(state.clock.step + 1, state.clock.time + taken.astype(dtype))
        directions = state.directions + adds.astype(jnp.int32)
        return model, GreedyState(clock, directions, pair.first, pair.second, reference)

    def _settle(
        self, problem: Problem, model: Any, moves: BoolScalar, negligible: RealScalar
    ) -> tuple[Any, IntScalar]:
        """Inner steps until the model rests, and how many; none unless `moves`."""

        def pull(model: Any) -> tuple[RealScalar, RealScalar]:
            residual, pulled = jax.vjp(problem.residual, model)
            slope = jax.grad(problem.loss)(residual, problem.weights)
            length = jnp.linalg.norm(slope)
            return norm(pulled(slope)[0]) / jnp.where(length > 0, length, 1), length

        def unfinished(carry: tuple) -> Any:
            _, _, (share, length), largest, taken = carry
            rests = (share <= self.settled * largest) | (length <= negligible)
            return moves & ~rests & (taken < self.max_steps)

        def steps(carry: tuple) -> tuple:
            model, state, _, largest, taken = carry
            model, state = self.inner.advance(problem, model, state, self.every)
            found = pull(model)
            return model, state, found, jnp.maximum(largest, found[0]), taken + self.every

        found = pull(model)
        begin = (model, self.inner.init(problem, model), found, found[0], jnp.zeros((), jnp.int32))
        begin = jax.tree.map(jnp.asarray, begin)
        model, _, _, _, taken = jax.lax.while_loop(unfinished, steps, begin)
        return model, taken


def _steepest(
    problem: Problem, slope: Measurements, model: Symmetric | Deep, floor: RealScalar
) -> TopPair:
    """Top eigenpair of −(G + Gᵀ)/2, or of the symmetric dilation of −G, whose pairs are G's own.

    G = A* slope is met through its products alone.
    """
    m, n = problem.operator.shape

    def products(left: Float[Array, " m"], right: Float[Array, " n"]) -> tuple[Any, Any]:
        thin = problem.operator.adjoint_factored(-slope, Factored(left[:, None], right[None, :]))
        return thin.left[:, 0], thin.right[0]

    def symmetric(v: Float[Array, " n"]) -> Float[Array, " n"]:
        image, coimage = products(v, v)
        return (image + coimage) / 2

    def dilated(z: Float[Array, " _"]) -> Float[Array, " _"]:
        return jnp.concatenate(products(z[:m], z[m:]))

    square = isinstance(model, Symmetric)
    start = jax.random.normal(jax.random.key(0), (n if square else m + n,), slope.dtype)
    # The pair is wrong to first order in this, its value to second.
    accuracy = jnp.finfo(slope.dtype).eps ** 0.25
    return top_eigenpair(symmetric if square else dilated, start, tolerance=accuracy, floor=floor)


def _rank_one(pair: TopPair, model: Symmetric | Deep) -> Factored:
    """u vᵀ of the pair, with unit u and v."""
    if isinstance(model, Symmetric):
        return Factored(pair.vector[:, None], pair.vector[None, :])
    m = model.factors[-1].shape[0]
    u, v = pair.vector[:m], pair.vector[m:]
    return Factored((u / jnp.linalg.norm(u))[:, None], (v / jnp.linalg.norm(v))[None, :])


def _along(
    problem: Problem, residual: Measurements, slope: Measurements, seen: Measurements
) -> RealScalar:
    """Step t along the measurements seen: Newton's, halved until the loss falls by a quarter of it.

    Where the loss is straight there, the first trial is what the data could ask for at most.
    """
    downhill = -jnp.vdot(slope, seen)
    curvature = jnp.vdot(seen, bend(problem, residual, seen))
    most = jnp.linalg.norm(residual) / jnp.linalg.norm(seen)
    newton = downhill / jnp.where(curvature > 0, curvature, 1)
    first = jnp.where((curvature > 0) & (newton < most), newton, most)
    loss = problem.loss(residual, problem.weights)

    def too_long(t: RealScalar) -> Any:
        there = problem.loss(residual + t * seen, problem.weights)
        return (there > loss - t * downhill / 4) & (t > jnp.finfo(t.dtype).eps * first)

    return jax.lax.while_loop(too_long, lambda t: t / 2, first)


def _with_direction(model: Any, thin: Factored, size: RealScalar, at: IntScalar) -> Any:
    """The model with size · u vᵀ in its column `at`, balanced over its factors."""
    u, v = thin.left[:, 0], thin.right[0]
    if isinstance(model, Symmetric):
        return Symmetric(model.factor.at[:, at].set(jnp.sqrt(size) * u))
    root = size ** (1 / model.depth)
    first, *between, last = model.factors
    return Deep(
        (
            first.at[at].set(root * v),
            *(factor.at[at, at].set(root) for factor in between),
            last.at[:, at].set(root * u),
        )
    )


def _width(model: Symmetric | Deep) -> int:
    """Directions that the model has room for."""
    if isinstance(model, Symmetric):
        return model.factor.shape[1]
    return min(factor.shape[0] for factor in model.factors[:-1])
