"""The least tensor nuclear norm that fits the observed entries."""

from functools import partial

import equinox as eqx

from tacit._typing import ScalarLike
from tacit.algebra import AbstractTransform, Fourier
from tacit.algebra.tensor_shrinkage import refuse_unless_oriented, shrink_oriented
from tacit.dynamics._base import AbstractDynamics
from tacit.dynamics.admm import splitting
from tacit.models import AbstractFactorisation
from tacit.problems import Problem


class TNN(AbstractDynamics):
    """The explicit min ‖X‖_⊛ subject to X = y where observed [lu2020].

    ‖X‖_⊛ = (1/c) ‖X̄‖_* is the tensor nuclear norm, `kind="mean"`. By alternating directions of
    multipliers whose penalty μ grows: thresholds 1/μ fall, and X comes to rest after about 100
    steps. That is above the minimum, however many follow: by up to 2e-3 of it at the default
    growth, the more the fewer entries are seen. At a growth of 1.02 it is less than 1e-7, after
    about 1000 steps. Time is the number of steps.

    Args:
        orientation: an order of the modes, two sides and then the tubes; `None` for that of the
            data. Of a picture (row, column, channel) that is the frontal one, with the channels for
            tubes; (0, 2, 1) has lateral slices row × channel and the columns for tubes, (1, 2, 0)
            slices column × channel and the rows for tubes.
        transform: transform of the tubes, with M Mᴴ = c I.
        penalty: μ at the start, in units of 1 / ‖ȳ‖_F: at 1 the first threshold is the norm of the
            transformed data. A higher one saves the first steps, and ends farther from the minimum.
        growth: factor of μ from step to step, at least 1.

    Raises:
        ValueError: if a known penalty is not positive, or a known growth below 1.
    """

    orientation: tuple[int, ...] | None = eqx.field(static=True, default=None)
    transform: AbstractTransform = Fourier()
    penalty: ScalarLike = 1.0
    growth: ScalarLike = 1.1

    def __check_init__(self):
        splitting.refuse_unless_growing("TNN", self.penalty, self.growth)

    def init(self, problem: Problem, model: AbstractFactorisation) -> splitting.AdmmState:
        """Dual of zero, and the penalty at its start.

        Raises:
            ValueError: if the model is not `Direct`, the problem is anything but entries that are
                observed or not, or the orientation or transform does not fit their tensor.
        """
        shape = problem.operator.shape
        factor = refuse_unless_oriented("TNN", shape, self.orientation, self.transform)
        return splitting.start("TNN", problem, model, 1, self.penalty, factor**-0.5)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: splitting.AdmmState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, splitting.AdmmState]:
        """Take `gap` steps; the model satisfies the constraint after each."""
        proximal = partial(shrink_oriented, orientation=self.orientation, transform=self.transform)
        step = splitting.consensus(splitting.observed(problem), [lambda V, mu: proximal(V, 1 / mu)])
        return splitting.advance(step, model, state, self.growth, gap)
