"""The least tensor correlated total variation that fits the observed entries."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import IntScalar, RealScalar, ScalarLike, Sequence, Target
from tacit.algebra import AbstractTransform, Fourier
from tacit.algebra.sequential_map import sequential_map
from tacit.dynamics import _admm
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._orientation import refuse_unless_oriented, shrink_oriented
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class TCTV(AbstractDynamics):
    """The explicit min (1/γ) Σ_d ‖∇_d X‖_⊛ subject to X = y where observed [wang2023tctv].

    ∇_d is the periodic forward difference along mode d, γ the number of modes d, and ‖·‖_⊛ the
    tensor nuclear norm of `TNN`. X itself is found in the Fourier domain and held to a copy that
    fits the data, which is the model. As in `TNN`, the penalty μ grows, and X comes to rest after
    about 100 steps. Time is the number of steps.

    Args:
        orientation: an order of the modes, two sides and then the tubes, as in `TNN`; for pictures
            (0, 2, 1) and (1, 2, 0) are the good ones.
        directions: modes along which to take differences.
        transform: transform of the tubes, with M Mᴴ = c I.
        penalty: μ at the start, as in `TNN`.
        growth: factor of μ from step to step, at least 1.

    Raises:
        ValueError: if the directions are none or repeated, a known penalty is not positive, or a
            known growth is below 1.
    """

    orientation: tuple[int, ...] | None = eqx.field(static=True, default=None)
    directions: tuple[int, ...] = eqx.field(static=True, default=(0, 1))
    transform: AbstractTransform = Fourier()
    penalty: ScalarLike = 1.0
    growth: ScalarLike = 1.1

    def __check_init__(self):
        _admm.refuse_unless_growing("TCTV", self.penalty, self.growth)
        _admm.refuse_unless_distinct("TCTV", self.directions)

    def init(self, problem: Problem, model: AbstractFactorisation) -> _admm.AdmmState:
        """Duals of zero, and the penalty at its start.

        Raises:
            ValueError: if the model is not `Direct`, the problem is anything but entries that are
                observed or not, or the orientation, the directions or the transform do not fit
                their tensor.
        """
        shape = problem.operator.shape
        factor = refuse_unless_oriented("TCTV", shape, self.orientation, self.transform)
        _admm.refuse_unless_modes("TCTV", self.directions, shape)
        count = len(self.directions)
        return _admm.start("TCTV", problem, model, count, self.penalty, factor**-0.5 / count)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: _admm.AdmmState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, _admm.AdmmState]:
        """Take `gap` steps; the model satisfies the constraint after each."""
        seen, directions = _admm.observed(problem), self.directions
        share = 1 / len(directions)

        def step(
            X: Target, duals: _admm.Duals, mu: RealScalar, number: IntScalar
        ) -> tuple[Target, Target, _admm.Duals]:
            del number
            # X is stationary after its update, which says what the multiplier of Z = X is.
            multiplier = -_gradient_adjoint(duals, directions)
            Z = seen.imposed(X + multiplier / mu)
            moved = zip(_gradient(X, directions), duals, strict=True)
            splits = sequential_map(
                lambda V: shrink_oriented(V, share / mu, self.orientation, self.transform),
                [V + dual / mu for V, dual in moved],
            )
            pulls = [split - dual / mu for split, dual in zip(splits, duals, strict=True)]
            X = _solved(Z - multiplier / mu + _gradient_adjoint(pulls, directions), directions)
            raised = (
                dual + mu * (V - split)
                for V, split, dual in zip(_gradient(X, directions), splits, duals, strict=True)
            )
            return Z, X, tuple(raised)

        return _admm.advance(step, model, state, self.growth, gap)

    def clock(self, state: _admm.AdmmState) -> Clock:
        """Steps, and again steps."""
        return state.clock


def _gradient(X: Target, directions: Sequence[int]) -> list[Target]:
    """∇_d X for each direction, periodic forward differences."""
    return [jnp.roll(X, -1, d) - X for d in directions]


def _gradient_adjoint(fields: Sequence[Target], directions: Sequence[int]) -> Target:
    """Σ_d ∇_dᵀ V_d."""
    terms = [jnp.roll(V, 1, d) - V for d, V in zip(directions, fields, strict=True)]
    return sum(terms[1:], start=terms[0])


def _solved(V: Target, directions: Sequence[int]) -> Target:
    """(I + Σ_d ∇_dᵀ ∇_d)⁻¹ V: a division in the Fourier domain."""
    *others, last = directions
    eigenvalues = np.ones((1,) * V.ndim)
    for d in directions:
        side = V.shape[d]
        along = 2 - 2 * np.cos(2 * np.pi * np.arange(side // 2 + 1 if d == last else side) / side)
        eigenvalues = eigenvalues + np.expand_dims(along, [e for e in range(V.ndim) if e != d])
    spectrum = jnp.fft.rfft(V, axis=last)
    for d in others:
        spectrum = jnp.fft.fft(spectrum, axis=d)
    spectrum = spectrum / jnp.asarray(eigenvalues, V.dtype).astype(spectrum.dtype)
    for d in others:
        spectrum = jnp.fft.ifft(spectrum, axis=d)
    return jnp.fft.irfft(spectrum, V.shape[last], axis=last)
