"""Deep factorisation of a matrix or a colour picture, by descent from a small start."""

import dataclasses
import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.algebra import hessian_variation
from tacit.completion.families._base import (
    AbstractTrained,
    Answer,
    Family,
    Pace,
    as_type,
    best_of,
)
from tacit.completion.plan import After, Candidate
from tacit.completion.task import Task
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import Observer, effective_rank, loss
from tacit.observers import singular_values as spectrum
from tacit.operators import AbstractMeasurement, ChannelMix, Entries
from tacit.problems import Problem, Smoothness

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

STARTS = ((2, 1e-3), (2, 1e-6), (3, 1e-3))
"""Depth and relative scale of the starts that are tried."""
WEIGHTS = (0.02, 0.07, 0.2, 0.7, 2.0, 7.0, 20.0)
"""Path of smoothness weights, each continued from the one before."""
NARROWEST = {False: 128, True: 192}
"""Least inner width, without and with a smoothness penalty; half the shorter side if that is more.

Generous, since pictures are learnt to an effective rank of 20 to 60: halving it cost up to 0.5 dB,
doubling it gained nothing.
"""
_PLAIN_STEP, _SMOOTH_STEP, _MOMENTUM = 0.5, 0.7, 0.98
_STIFFNESS = 64.0
"""Largest eigenvalue of the squared second differences: what a unit penalty adds to curvature."""
_LONGEST, _LONGEST_WARM = 2000, 300
"""Steps of a start, alone and before a path of weights."""
_HANDICAP = 2
"""A later start may take this many times the steps of the best one so far."""
_GAIN = 5e-3
"""A weight that lowers the held-out error by less than this share is the last one tried."""
_SLOWEST = 16.0
_FLOPS = 2e10
"""Operations in a second, on two cores."""

_LUMA_CHROMA = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], float)
_LUMA_CHROMA /= np.linalg.norm(_LUMA_CHROMA, axis=1, keepdims=True)
CHROMA = 10.0
"""Penalty on chroma relative to luma: colour varies more smoothly than brightness."""
MIXING = _LUMA_CHROMA.T / np.sqrt([1.0, CHROMA, CHROMA])
"""Makes colours of the planes that are trained: luma, and chroma stretched by √10."""


class DeepFactors(AbstractTrained):
    """Descent on X = W_L … W_1 from a small start, and perhaps a penalty on second differences.

    A colour picture (m, n, 3) is trained as m × 3n, its planes side by side: luma, and chroma
    stretched by √10, so that one smoothness penalty weighs chroma ten times more.

    Args:
        depth: number L of factors.
        width: inner width.
        init_scale: root mean square singular value of the start, relative to the largest of the
            zero-filled data.
        smoothness: weight of the penalty; 0 for none.
        longest: most steps.
        slowdown: divides the step where the usual one proved too long.
    """

    tolerates_weights = True

    depth: int = eqx.field(static=True)
    width: int = eqx.field(static=True)
    init_scale: float = 1e-3
    smoothness: float = 0.0
    longest: int = eqx.field(static=True, default=_LONGEST)
    slowdown: float = 1.0

    def arrange(self, values: NDArray) -> NDArray:
        """Planes of (m, n, C) as m × C·n; a matrix unchanged."""
        if values.ndim == 2:
            return values
        return values.swapaxes(1, 2).reshape(values.shape[0], -1)

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """Colours of a picture from the planes that are trained."""
        if len(shape) == 2:
            return values
        planes = values.reshape(shape[0], shape[2], shape[1]).swapaxes(1, 2)
        return planes @ MIXING.T if shape[2] == 3 else planes

    def measure(self, observed: Mask, dtype: Any) -> tuple[AbstractMeasurement, slice]:
        """Every entry; of colours, mixed from the planes."""
        m, n = observed.shape
        rows, columns = np.divmod(np.arange(m * n), n)
        return Entries(rows, columns, (m, n), dtype), slice(None)

    def program(self) -> str:
        """By its settings that are part of the program."""
        return f"DeepFactors {self.depth} {self.width} {bool(self.smoothness)}"

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[Deep, GradientDescent]:
        """From a small draw; steps are safe fractions of what the curvature at a fit allows.

        That is λ_max ≈ L σ^{2 − 2/L}.
        """
        assert problem.weights is not None
        level = float(_level(problem))
        curvature = self.depth / 2 * level ** (2 - 2 / self.depth) * self.slowdown
        model = start
        if model is None:
            scale = as_type(self.init_scale * level, task.dtype)
            m, n = problem.operator.shape
            model = _drawn((m, n), self.depth, self.width, scale, task.dtype, key)
        if not self.smoothness:
            return model, GradientDescent(as_type(_PLAIN_STEP / curvature, task.dtype))
        share = float(np.mean(np.asarray(problem.weights) > 0))
        stiffness = 1 + _STIFFNESS * self.smoothness / share
        step = as_type(_SMOOTH_STEP / (stiffness * curvature), task.dtype)
        return model, GradientDescent(step, _MOMENTUM, nesterov=True)

    def make_problem(self, problem: Problem, task: Task) -> Problem:
        """With the colours' mixing and the penalty on second differences."""
        channels = 1 if len(task.shape) == 2 else task.shape[2]
        operator, penalty = problem.operator, None
        if channels == 3:
            operator = ChannelMix(operator, jnp.asarray(MIXING, task.dtype))
        if self.smoothness:
            penalty = Smoothness(as_type(self.smoothness, task.dtype), hessian_variation, channels)
        return Problem(operator, problem.y, weights=problem.weights, penalty=penalty)

    def pace(self) -> Pace:
        """Short gaps for a start; with a penalty long ones, and a gain must be worth its steps."""
        if self.smoothness:
            return Pace(50, 2, self.longest, tolerance=5e-3)
        return Pace(25, 3, self.longest)

    def observers(self) -> tuple[Observer, ...]:
        """The loss, the effective rank and the singular values."""
        return loss, effective_rank, spectrum

    def answer(self, model: Any, task: Task, seen: Values) -> Answer:
        """The product of the factors."""
        del seen
        factors = model.factored()
        product = np.asarray(factors.left, float) @ np.asarray(factors.right, float)
        return Answer(self.restore(product, task.shape))

    def facts(self) -> dict[str, Any]:
        """Method, depth, width, scale and weight."""
        return {
            "method": "deep factors",
            "depth": self.depth,
            "width": self.width,
            "init_scale": self.init_scale,
            "smoothness": self.smoothness,
        }

    def work(self, shape: Sequence[int]) -> float:
        """Three products of a side with the width for each factor."""
        return 6 * math.prod(shape) * self.width * self.depth * self.longest / 4 / _FLOPS

    def __str__(self) -> str:
        """Depth, scale and weight in words."""
        smooth = f"smoothness {self.smoothness:g}" if self.smoothness else "no smoothness penalty"
        return f"deep factors, depth {self.depth}, scale {self.init_scale:g}, {smooth}"


def inner_width(shape: Sequence[int], smooth: bool) -> int:
    """Inner width for training with or without a smoothness penalty."""
    shorter = min(shape[0], math.prod(shape[1:]))
    return min(shorter, max(NARROWEST[smooth], shorter // 2))


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[DeepFactors | After]:
    """Every start without a penalty; then, of ordered data, the weights in turn from the best."""
    smooth = len(task.ordered) >= 2
    longest = _LONGEST_WARM if smooth else _LONGEST
    for depth, scale in STARTS:
        width = inner_width(task.shape, smooth)
        yield from _slower(DeepFactors(depth, width, scale, longest=longest), None, tried)
        best = best_of(tried, DeepFactors)
        if best is not None:
            longest = min(longest, _HANDICAP * best.member.all_steps + 25)
    best = best_of(tried, DeepFactors)
    if best is None or not smooth:
        return
    for weight in WEIGHTS:
        method = dataclasses.replace(
            best.member.method, smoothness=weight, longest=_LONGEST, slowdown=1.0
        )
        yield from _slower(method, best, tried)
        if tried[-1].score > (1 - _GAIN) * best.score:
            break
        best = tried[-1]


def _slower(
    method: DeepFactors, before: Candidate | None, tried: list[Candidate]
) -> Iterator[DeepFactors | After]:
    """A phase of training; a step that proves too long is halved, and the phase begins again."""
    while method.slowdown <= _SLOWEST:
        yield method if before is None else After(method, before)
        if math.isfinite(tried[-1].score):
            return
        method = dataclasses.replace(method, slowdown=2 * method.slowdown)


def _serves(task: Task) -> bool:
    """Matrices and colour pictures."""
    order = len(task.shape)
    return not math.isfinite(task.robust) and (order == 2 or (order == 3 and task.colours == 2))


DEEP = Family("deep", _serves, _proposals, is_usual=lambda task: False)


@jit
def _level(problem: Problem) -> Any:
    """Largest singular value of the zero-filled data, in the planes that are trained."""
    assert problem.weights is not None
    return jnp.linalg.norm(problem.operator.adjoint(problem.weights * problem.y), 2)


@jit
def _drawn(
    shape: tuple[int, int], depth: int, width: int, scale: Any, dtype: Any, key: PRNGKey
) -> Deep:
    # One program: drawn operation by operation, every shape would compile several.
    return Deep.initialise(shape, depth=depth, init_scale=scale, widths=width, dtype=dtype, key=key)
