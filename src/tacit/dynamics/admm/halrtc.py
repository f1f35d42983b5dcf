"""The least sum of nuclear norms of the unfoldings that fits the observed entries."""

from tacit._typing import ScalarLike
from tacit.algebra.tensor_shrinkage import shrink_unfolding
from tacit.dynamics._base import AbstractDynamics
from tacit.dynamics.admm import splitting
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class HaLRTC(AbstractDynamics):
    """The explicit min Σ_i w_i Σ_{j > κ_i} σ_j(X_(i)) subject to X = y where observed [liu2013].

    X_(i) is the unfolding along mode i, and κ_i = ⌈κ n_i⌉ of its n_i singular values are free: none
    for κ = 0, the sum of nuclear norms. Truncated norms do not shrink what is strong [chen2020];
    the problem is then not convex, and the growing penalty brings it to rest. By alternating
    directions of multipliers whose penalty μ grows, as in `TNN`; published errors, from a fixed μ,
    are higher. Time is the number of steps.

    Args:
        weights: w_i of each mode, not negative; `None` for equal ones that add to 1.
        penalty: μ at the start: the first threshold is ‖y‖ / `penalty`, in the mean over modes.
        growth: factor of μ from step to step, at least 1.
        kept: share κ in [0, 1) of the singular values of each unfolding that are free.

    Raises:
        ValueError: if the share is known and not in [0, 1), a known weight is negative or all are
            zero, a known penalty is not positive, or a known growth is below 1.
    """

    weights: tuple[ScalarLike, ...] | None = None
    penalty: ScalarLike = 1.0
    growth: ScalarLike = 1.1
    kept: ScalarLike = 0.0

    def __check_init__(self):
        if isinstance(self.kept, int | float) and not 0 <= self.kept < 1:
            raise ValueError(f"HaLRTC: kept must be a share in [0, 1), got {self.kept}")
        splitting.refuse_unless_growing("HaLRTC", self.penalty, self.growth)
        known = [weight for weight in self.weights or () if isinstance(weight, int | float)]
        if any(not weight >= 0 for weight in known) or (known and not any(known)):
            raise ValueError(
                f"HaLRTC: weights {self.weights} must not be negative, nor all of them zero"
            )

    def init(self, problem: Problem, model: AbstractFactorisation) -> splitting.AdmmState:
        """Duals of zero, and the penalty at its start.

        Raises:
            ValueError: if the model is not `Direct`, the problem is anything but entries that are
                observed or not, or there is not one weight for each mode of their tensor.
        """
        order = len(problem.operator.shape)
        if self.weights is not None and len(self.weights) != order:
            raise ValueError(
                f"HaLRTC: {len(self.weights)} weights for a tensor of order {order}; give one for "
                "each mode"
            )
        mean = sum(self._weights(order)) / order
        return splitting.start("HaLRTC", problem, model, order, self.penalty, mean)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: splitting.AdmmState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, splitting.AdmmState]:
        """Take `gap` steps; the model satisfies the constraint after each."""
        order = len(problem.operator.shape)
        proximals = [
            lambda V, mu, mode=mode, weight=weight: shrink_unfolding(
                V, weight / mu, self.kept, mode
            )
            for mode, weight in enumerate(self._weights(order))
        ]
        step = splitting.consensus(splitting.observed(problem), proximals)
        return splitting.advance(step, model, state, self.growth, gap)

    def _weights(self, order: int) -> tuple[ScalarLike, ...]:
        return (1 / order,) * order if self.weights is None else self.weights
