"""One picture or table as training problems that share their compiled programs."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Array, Callable, Float, PRNGKey
from tacit.algebra import hessian_variation
from tacit.completion.frame import Frame
from tacit.completion.plan import Recipe
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import HeldOut, Observer, effective_rank, loss
from tacit.observers import singular_values as spectrum
from tacit.operators import AbstractMeasurement, ChannelMix, Entries
from tacit.problems import LeastSquares, Problem, Smoothness
from tacit.runs import AbstractStop, Progress, Schedule, Trajectory, run

Mask = NDArray[np.bool_]

NARROWEST = {False: 128, True: 192}
"""Least inner width, without and with a smoothness penalty; half the shorter side if that is more.

Generous, since pictures are learnt to an effective rank of 20 to 60: halving it cost up to 0.5 dB,
doubling it gained nothing.
"""
_PLAIN_STEP, _SMOOTH_STEP, _MOMENTUM = 0.5, 0.7, 0.98
_STIFFNESS = 64.0
"""Largest eigenvalue of the squared second differences: what a unit penalty adds to curvature."""


class Task(eqx.Module):
    """The observed entries in the frame's units, with what every training run of them shares.

    Held-out entries are told apart by weights, not by shape: searching and refitting, whatever is
    held out, run the same programs.
    """

    operator: AbstractMeasurement
    y: Float[Array, " p"]
    positions: NDArray[np.intp]
    level: float
    observed_fraction: float
    channels: int

    @classmethod
    def of(cls, matrix: NDArray, observed: Mask, frame: Frame, dtype: Any) -> "Task":
        """Entries of the standardised matrix where `observed`."""
        entries = Entries.from_mask(observed, dtype)
        y = jnp.asarray(matrix[observed], dtype)
        operator: AbstractMeasurement = entries
        if frame.mixing is not None:
            operator = ChannelMix(entries, jnp.asarray(frame.mixing, dtype))
        level = float(np.linalg.norm(np.asarray(operator.adjoint(y)), 2))
        return cls(
            operator=operator,
            y=y,
            positions=np.flatnonzero(observed),
            level=level,
            observed_fraction=float(observed.mean()),
            channels=frame.channels,
        )

    def width(self, smooth: bool) -> int:
        """Inner width for training with or without a smoothness penalty."""
        shorter = min(self.operator.shape)
        return min(shorter, max(NARROWEST[smooth], shorter // 2))

    def start(self, recipe: Recipe, key: PRNGKey) -> Deep:
        """A new model of the recipe's depth, width and scale."""
        m, n = self.operator.shape
        scale = jnp.asarray(recipe.scale * self.level, self.y.dtype)
        return _drawn((m, n), recipe.depth, recipe.width, scale, self.y.dtype, key)

    def train(
        self,
        model: Deep,
        held_out: Mask | None,
        weight: float,
        schedule: Schedule,
        *,
        slowdown: float = 1.0,
        stop: AbstractStop | None = None,
        on_chunk: Callable[[Progress], None] | None = None,
        budget: float | None = None,
    ) -> Trajectory[Deep]:
        """Descend from `model`; the best model on the held-out entries is kept, if there are any.

        The steps are safe fractions of what the curvature at a fit allows, λ_max ≈ L σ^{2 − 2/L},
        and are divided by `slowdown`.
        """
        train = np.ones(self.y.shape[0], self.y.dtype)
        observers: tuple[Observer, ...] = (loss, effective_rank, spectrum)
        if held_out is not None:
            held = held_out.ravel()[self.positions]
            train = (~held).astype(self.y.dtype)
            apart = Problem(self.operator, self.y, weights=jnp.asarray(1 - train))
            observers = (HeldOut(apart), *observers)
        penalty = None
        if weight:
            penalty = Smoothness(
                jnp.asarray(weight, self.y.dtype), hessian_variation, self.channels
            )
        problem = Problem(
            self.operator, self.y, LeastSquares(), weights=jnp.asarray(train), penalty=penalty
        )
        return run(
            problem,
            model,
            self._dynamics(model.depth, weight, slowdown),
            schedule,
            observers,
            stop=stop,
            keep="last" if held_out is None else "best",
            on_chunk=on_chunk,
            budget=budget,
            chunk=2,
        )

    def _dynamics(self, depth: int, weight: float, slowdown: float) -> GradientDescent:
        curvature = depth / 2 * self.level ** (2 - 2 / depth) * slowdown
        if not weight:
            return GradientDescent(_PLAIN_STEP / curvature)
        stiffness = 1 + _STIFFNESS * weight / self.observed_fraction
        return GradientDescent(_SMOOTH_STEP / (stiffness * curvature), _MOMENTUM, nesterov=True)


@eqx.filter_jit
def _drawn(
    shape: tuple[int, int], depth: int, width: int, scale: Array, dtype: Any, key: PRNGKey
) -> Deep:
    # One program: drawn operation by operation, every shape would compile several.
    return Deep.initialise(shape, depth=depth, scale=scale, widths=width, dtype=dtype, key=key)


def target(model: Deep) -> NDArray:
    """The model's matrix as numpy."""
    factors = model.factored()
    return np.asarray(factors.left, float) @ np.asarray(factors.right, float)
