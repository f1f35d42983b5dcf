"""Low tubal rank: the least tensor nuclear norm, and chains of tubal factors from a small start."""

import dataclasses
import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.algebra import (
    AbstractTransform,
    Cosine,
    Fourier,
    learned_transform,
    tensor_spectral_norm,
)
from tacit.completion.families._base import AbstractTrained, Family, Pace, best_of
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.dynamics import TNN, GradientDescent
from tacit.models import DeepTubal, Direct
from tacit.problems import Problem

Mask = NDArray[np.bool_]

_STEP = 0.5
_ENTRY_SECONDS, _SIDE_SECONDS = 2.5e-8, 5e-10
"""Of an entry in a step, and of an entry for each of the shorter side of its slice; two cores."""


class AbstractTubal(AbstractTrained):
    """A method for slices of two modes, transformed along the others."""

    modes: eqx.AbstractVar[tuple[int, ...]]
    transform: eqx.AbstractVar[AbstractTransform]
    learns: eqx.AbstractVar[bool]

    def adapt(self, task: Task, seen: Mask) -> "AbstractTubal":
        """With the transform of what is seen, if one is learnt: of no entry that is held out."""
        if not self.learns:
            return self
        values = self.arrange(np.where(seen, task.values, 0.0))
        return dataclasses.replace(self, transform=learned_transform(values))

    def arrange(self, values: NDArray) -> NDArray:
        """Sides first."""
        return np.transpose(values, self.modes)

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The modes as the data have them."""
        return np.transpose(values, tuple(self.modes.index(mode) for mode in range(len(shape))))

    def program(self) -> str:
        """By the transform, and the depth if there is one."""
        depth = getattr(self, "depth", "")
        return f"{type(self).__name__} {_kind(self)} {depth}"

    def work(self, shape: Sequence[int]) -> float:
        """By the number of entries and the shorter side of the slices."""
        shorter = min(shape[mode] for mode in self.modes[:2])
        each = _ENTRY_SECONDS + _SIDE_SECONDS * shorter
        return each * self.pace().longest * math.prod(shape)


class TubalNorm(AbstractTubal):
    """`TNN`: the least tensor nuclear norm that fits.

    Args:
        modes: the modes in order, two sides and then the tubes.
        transform: transform of the tubes.
        learns: whether a transform learnt from the data takes its place.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    transform: AbstractTransform = Fourier()
    learns: bool = eqx.field(static=True, default=False)

    @property
    def meets_data(self) -> bool:
        """Exactly."""
        return True

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[Direct, TNN]:
        """From zero."""
        del task, start, key
        zero = Direct.zeros(problem.operator.shape, problem.y.dtype)
        return zero, TNN(transform=self.transform, penalty=10.0)

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        return Pace(10, 5, 120)

    def facts(self) -> dict[str, Any]:
        """Method, orientation and transform."""
        return {
            "method": "TNN",
            "orientation": list(self.modes),
            "transform": _kind(self),
        }

    def __str__(self) -> str:
        """Method, orientation and transform in words."""
        return (
            f"least tensor nuclear norm, {_oriented(self.modes)}, {_kind(self).lower()} transform"
        )


class TubalFactors(AbstractTubal):
    """Descent on a chain of tubal factors from a small start [karnik2025].

    Args:
        modes: the modes in order, two sides and then the tubes.
        depth: number L of factors.
        init_scale: of the start, relative to the largest slice singular value of the zero-filled
            data.
        transform: transform of the tubes.
        learns: whether a transform learnt from the data takes its place.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: int = eqx.field(static=True, default=2)
    init_scale: float = 1e-3
    transform: AbstractTransform = Fourier()
    learns: bool = eqx.field(static=True, default=False)

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[DeepTubal, GradientDescent]:
        """From a small draw, by a safe share of the step that the curvature at a fit allows."""
        del task
        level = _level(problem, self.transform)
        if start is None:
            start = _drawn(
                problem.operator.shape, self.depth, self.init_scale * level, self.transform, key=key
            )
        curvature = self.depth / 2 * level ** (2 - 2 / self.depth)
        return start, GradientDescent(_STEP / curvature)

    def pace(self) -> Pace:
        """Long: rank is learnt piece by piece, and held-out entries say when to stop."""
        return Pace(25, 4, 3000)

    def facts(self) -> dict[str, Any]:
        """Method, orientation, transform, depth and scale."""
        return {
            "method": "tubal factors",
            "orientation": list(self.modes),
            "transform": _kind(self),
            "depth": self.depth,
            "init_scale": self.init_scale,
        }

    def __str__(self) -> str:
        """Depth, scale, orientation and transform in words."""
        return (
            f"tubal factors of depth {self.depth} from scale {self.init_scale:g}, "
            f"{_oriented(self.modes)}, {_kind(self).lower()} transform"
        )


def orientations(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """Orders of the modes, two sides and then the tubes, the one of narrowest slices first.

    A tensor of order d has d (d − 1) / 2: which of the sides is first makes no difference.
    """
    modes = range(len(shape))
    pairs = [(a, b) for a in modes for b in modes if a < b]
    pairs.sort(key=lambda pair: (min(shape[pair[0]], shape[pair[1]]), -pair[1], -pair[0]))
    return [(*pair, *(mode for mode in modes if mode not in pair)) for pair in pairs]


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[AbstractTubal]:
    """The norm in every orientation; factors in the best; other transforms of the best."""
    orders = orientations(task.shape)
    yield TubalNorm(orders[0])
    yield from (TubalNorm(order) for order in orders[1:])
    norm = best_of(tried, TubalNorm)
    if norm is None:
        return
    order = norm.member.method.modes
    yield TubalFactors(order)
    yield TubalFactors(order, depth=3)
    best = best_of(tried, AbstractTubal)
    assert best is not None
    method = best.member.method
    yield dataclasses.replace(method, transform=Cosine())
    yield dataclasses.replace(method, learns=True)


TUBAL = Family(
    "tubal",
    lambda task: len(task.shape) > 2 and not task.is_weighted,
    _proposals,
    cost=lambda task, sides: TubalNorm(orientations(task.shape)[0]).work(sides),
)


@jit
def _level(problem: Problem, transform: AbstractTransform) -> Any:
    weights = problem.y if problem.weights is None else problem.weights * problem.y
    return tensor_spectral_norm(problem.operator.adjoint(weights), transform)


@jit
def _drawn(
    shape: tuple[int, ...], depth: int, scale: Any, transform: AbstractTransform, *, key: PRNGKey
) -> DeepTubal:
    # One program: drawn operation by operation, every shape would compile several.
    return DeepTubal.initialise(
        shape, depth=depth, init_scale=scale, transform=transform, dtype=scale.dtype, key=key
    )


def _oriented(modes: tuple[int, ...]) -> str:
    sides, tubes = modes[:2], modes[2:]
    return f"slices of modes {sides[0]} and {sides[1]}, tubes {', '.join(map(str, tubes))}"


def _kind(method: AbstractTubal) -> str:
    """Of the transform, in a word."""
    return "Learnt" if method.learns else type(method.transform).__name__
