"""Learning the covariances of a Gaussian tensor from some of its entries."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.sparse.linalg import cg

from tacit._typing import Any, Array, Callable, Float, PRNGKey, ScalarLike, Sequence, Target
from tacit.algebra import ModeMatrix, multilinear
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, GaussianTensor, Roots
from tacit.operators import TensorEntries
from tacit.problems import LeastSquares, Problem

_LEAST = 1e-6
"""Least eigenvalue of the second moments, relative to the greatest: single precision."""


class EmState(NamedTuple):
    """Its clock, and α, whose image under the covariance is the expectation."""

    clock: Clock
    dual: Target


class MonteCarloEM(AbstractDynamics):
    """One sweep draws Z from its law given the data, and makes of its moments the covariances.

    With C the covariance of X, w the weights and Ω the observed entries, y = P_Ω X + noise of
    variance v/w, so that the expectation of X is C P_Ωᵀ α with

        (P_Ω C P_Ωᵀ + v/w) α = y,

    and a draw of Z given y is z + Aᵀ P_Ωᵀ (P_Ω C P_Ωᵀ + v/w)⁻¹ (y − P_Ω A z − e) with z and e drawn
    from what was believed before [papandreou2010]. Both are solved by conjugate gradients, for C is
    a product mode by mode, preconditioned by what the inverse would be were everything observed.
    The second moment S_k of the draw along mode k says what the covariance should be:
    A_k ← A_k S_k^{1/2} [wei1990], drawn towards a multiple of I as if by n_k fibres more, and v is
    the mean square of w^{1/2} (y − P_Ω X). Every mode has as many fibres as the others have
    entries, so that one draw a sweep is enough. Time is the number of sweeps.

    Args:
        key: of the draws.
        tolerance: relative residual at which conjugate gradients of a draw stop; those of the
            expectation at a tenth of it.
        most: their number, at most, and five times as many for the expectation; draws by fewer bias
            the covariances.
    """

    key: PRNGKey
    tolerance: ScalarLike = 1e-2
    most: ScalarLike = 100

    def init(self, problem: Problem, model: AbstractFactorisation) -> EmState:
        """α of zero.

        Raises:
            ValueError: if the model is not a `GaussianTensor`, or the problem has another operator
                than `TensorEntries` of all entries, another loss than `LeastSquares`, or a penalty.
        """
        if not isinstance(model, GaussianTensor):
            raise ValueError(f"MonteCarloEM moves GaussianTensor, not {type(model).__name__}")
        operator = problem.operator
        if not isinstance(operator, TensorEntries) or problem.y.size != model.expectation.size:
            raise ValueError(
                "MonteCarloEM needs TensorEntries of every entry, those that are missing with "
                "weight 0"
            )
        if not isinstance(problem.loss, LeastSquares) or problem.penalty is not None:
            raise ValueError("MonteCarloEM needs the LeastSquares loss and no penalty")
        return EmState(Clock.at_start(model), jnp.zeros_like(model.expectation))

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: EmState, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, EmState]:
        """Take `gap` sweeps, and then find the expectation."""
        assert isinstance(model, GaussianTensor)
        shape = model.expectation.shape
        ones = jnp.ones_like(problem.y)
        weights = (ones if problem.weights is None else problem.weights).reshape(shape)
        y = problem.y.reshape(shape)

        def sweep(number: Any, model: GaussianTensor) -> GaussianTensor:
            key = jax.random.fold_in(self.key, state.clock.step + number)
            system = _System.of(model, weights)
            draws = system.posterior_draw(y, self.tolerance, self.most, key)
            return _learnt(model, draws, y, weights)

        def expected(model: GaussianTensor) -> tuple[GaussianTensor, Target]:
            system = _System.of(model, weights)
            dual = system.solve(y, self.tolerance / 10, 5 * self.most, start=state.dual)
            mean = system.covariance(dual)
            return GaussianTensor(mean, model.parts, model.noise), dual

        model = jax.lax.fori_loop(0, gap, sweep, model)
        model, dual = jax.lax.cond(
            jnp.asarray(gap) > 0, expected, lambda model: (model, state.dual), model
        )
        step = state.clock.step + gap
        clock = Clock(step, step.astype(state.clock.time.dtype))
        return model, EmState(clock, dual)


class _System(NamedTuple):
    """(P_Ω C P_Ωᵀ + v/w) on tensors that are zero outside Ω.

    Attributes:
        parts: the roots of C.
        seen: 1 on Ω, 0 elsewhere.
        noise: v/w on Ω, 0 elsewhere.
        covariance: C.
        precondition: what would be the inverse if Ω were everything and parts but the first noise.
    """

    parts: tuple[Roots, ...]
    seen: Target
    noise: Target
    covariance: Callable[[Target], Target]
    precondition: Callable[[Target], Target]

    @classmethod
    def of(cls, model: GaussianTensor, weights: Target) -> "_System":
        seen = (weights > 0).astype(weights.dtype)
        noise = jnp.where(weights > 0, model.noise / jnp.where(weights > 0, weights, 1), 0)
        squares = [tuple(map(_square, roots)) for roots in model.parts]

        def covariance(X: Target) -> Target:
            return sum(multilinear(X, matrices) for matrices in squares)  # pyright: ignore

        # The first part is diagonal in a basis of its own; the others count as noise there.
        values, bases = zip(*(jnp.linalg.eigh(matrix) for matrix in squares[0]), strict=True)
        rest = sum((_variances(K, weights) for K in squares[1:]), noise)
        # Of Ω alone, a small part of everything, the inverse is smaller by that share.
        level = jnp.sum(rest * seen) / jnp.sum(seen) / jnp.mean(seen)
        spectrum = _outer([jnp.maximum(value, 0) for value in values]) + level
        transposed = [basis.T for basis in bases]

        def precondition(X: Target) -> Target:
            return seen * multilinear(multilinear(X, transposed) / spectrum, bases)

        return cls(model.parts, seen, noise, covariance, precondition)

    def solve(
        self, y: Target, tolerance: ScalarLike, most: ScalarLike, start: Target | None = None
    ) -> Target:
        """(P_Ω C P_Ωᵀ + v/w)⁻¹ P_Ω y by preconditioned conjugate gradients."""

        def product(x: Target) -> Target:
            return self.seen * self.covariance(x) + self.noise * x

        found, _ = cg(
            product,
            self.seen * y,
            x0=start,
            tol=tolerance,  # pyright: ignore[reportArgumentType]  # traced
            maxiter=most,
            M=self.precondition,
        )
        return found

    def posterior_draw(
        self, y: Target, tolerance: ScalarLike, most: ScalarLike, key: PRNGKey
    ) -> list[Target]:
        """White Z_p of each part, given y: a draw from the prior, corrected by what it misses."""
        of_noise, *keys = jax.random.split(key, 1 + len(self.parts))
        white = [_normal(own, y) for own in keys]
        prior = sum(multilinear(z, roots) for z, roots in zip(white, self.parts, strict=True))
        error = jnp.sqrt(self.noise) * _normal(of_noise, y)
        dual = self.solve(y - prior - error, tolerance, most)
        return [
            z + multilinear(dual, [None if A is None else A.T for A in roots])
            for z, roots in zip(white, self.parts, strict=True)
        ]


def _learnt(
    model: GaussianTensor, draws: list[Target], y: Target, weights: Target
) -> GaussianTensor:
    """The model whose covariances are the second moments of a draw."""
    X = sum(multilinear(z, roots) for z, roots in zip(draws, model.parts, strict=True))
    number = jnp.sum((weights > 0).astype(y.dtype))
    noise = jnp.sum(weights * (y - X) ** 2) / number
    parts = [_improved(roots, z) for roots, z in zip(model.parts, draws, strict=True)]
    return GaussianTensor(model.expectation, tuple(parts), noise)


def _improved(roots: Roots, white: Target) -> Roots:
    """Each root times the root of the draw's second moment, by which the draw is divided."""
    improved: list[ModeMatrix] = []
    for mode, root in enumerate(roots):
        change: list[ModeMatrix] = [None] * white.ndim
        if root is not None and root.ndim == 1:
            others = tuple(other for other in range(white.ndim) if other != mode)
            scale = jnp.sqrt(jnp.mean(white**2, axis=others))
            improved.append(root * scale)
            change[mode] = 1 / scale
        elif root is not None:
            fibres = jnp.moveaxis(white, mode, 0).reshape(len(root), -1)
            n, count = fibres.shape
            moment = fibres @ fibres.T
            moment = (moment + jnp.trace(moment) / count * jnp.eye(n, dtype=moment.dtype)) / (
                count + n
            )
            values, basis = jnp.linalg.eigh(moment)
            scales = jnp.sqrt(jnp.maximum(values, _LEAST * values[-1]))
            improved.append(root @ ((basis * scales[None, :]) @ basis.T))
            change[mode] = (basis / scales[None, :]) @ basis.T
        else:
            improved.append(None)
        white = multilinear(white, change)
    return tuple(improved)


def _normal(key: PRNGKey, like: Target) -> Target:
    # In single precision, so that the draws are the same in both.
    return jax.random.normal(key, like.shape, jnp.float32).astype(like.dtype)


def _square(root: ModeMatrix) -> ModeMatrix:
    if root is None:
        return None
    return root**2 if root.ndim == 1 else root @ root.T


def _variances(matrices: Sequence[ModeMatrix], like: Target) -> Target:
    """Variance of every entry under a product of covariances."""
    diagonals = [
        jnp.ones(side, like.dtype) if K is None else (K if K.ndim == 1 else jnp.diagonal(K))
        for K, side in zip(matrices, like.shape, strict=True)
    ]
    return _outer(diagonals)


def _outer(vectors: Sequence[Float[Array, " _"]]) -> Target:
    product = jnp.ones((), vectors[0].dtype)
    for vector in vectors:
        product = jnp.tensordot(product, vector, axes=0)
    return product
