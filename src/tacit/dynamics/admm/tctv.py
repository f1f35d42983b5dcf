"""The least tensor correlated total variation that fits the observed entries."""

import equinox as eqx

from tacit._typing import IntScalar, RealScalar, ScalarLike, Target
from tacit.algebra import AbstractTransform, Fourier
from tacit.algebra.differences import (
    periodic_gradient,
    periodic_gradient_adjoint,
    solve_periodic_differences,
)
from tacit.algebra.sequential_map import sequential_map
from tacit.algebra.tensor_shrinkage import refuse_unless_oriented, shrink_oriented
from tacit.dynamics._base import AbstractDynamics
from tacit.dynamics.admm import splitting
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
        splitting.refuse_unless_growing("TCTV", self.penalty, self.growth)
        splitting.refuse_unless_distinct("TCTV", self.directions)

    def init(self, problem: Problem, model: AbstractFactorisation) -> splitting.AdmmState:
        """Duals of zero, and the penalty at its start.

        Raises:
            ValueError: if the model is not `Direct`, the problem is anything but entries that are
                observed or not, or the orientation, the directions or the transform do not fit
                their tensor.
        """
        shape = problem.operator.shape
        factor = refuse_unless_oriented("TCTV", shape, self.orientation, self.transform)
        splitting.refuse_unless_modes("TCTV", self.directions, shape)
        count = len(self.directions)
        return splitting.start("TCTV", problem, model, count, self.penalty, factor**-0.5 / count)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: splitting.AdmmState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, splitting.AdmmState]:
        """Take `gap` steps; the model satisfies the constraint after each."""
        seen, directions = splitting.observed(problem), self.directions
        share = 1 / len(directions)

        def step(
            X: Target, duals: splitting.Duals, mu: RealScalar, number: IntScalar
        ) -> tuple[Target, Target, splitting.Duals]:
            del number
            # X is stationary after its update, which says what the multiplier of Z = X is.
            multiplier = -periodic_gradient_adjoint(duals, directions)
            Z = seen.imposed(X + multiplier / mu)
            moved = zip(periodic_gradient(X, directions), duals, strict=True)
            splits = sequential_map(
                lambda V: shrink_oriented(V, share / mu, self.orientation, self.transform),
                [V + dual / mu for V, dual in moved],
            )
            pulls = [split - dual / mu for split, dual in zip(splits, duals, strict=True)]
            X = solve_periodic_differences(
                Z - multiplier / mu + periodic_gradient_adjoint(pulls, directions), directions
            )
            raised = (
                dual + mu * (V - split)
                for V, split, dual in zip(
                    periodic_gradient(X, directions), splits, duals, strict=True
                )
            )
            return Z, X, tuple(raised)

        return splitting.advance(step, model, state, self.growth, gap)
