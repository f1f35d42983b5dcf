"""What tensors held as factors share: the start, the steps, and what serves them."""

import dataclasses
import math
from abc import abstractmethod
from typing import ClassVar

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, PRNGKey, Sequence
from tacit.completion.draws import generator
from tacit.completion.families._base import (
    AbstractTrained,
    Answer,
    Pace,
    as_type,
    bucket,
)
from tacit.completion.families._ranks import visible_ranks
from tacit.completion.task import Task
from tacit.dynamics import LevenbergMarquardt
from tacit.models import AbstractTensorFactorisation
from tacit.operators import AbstractMeasurement, TensorEntries
from tacit.problems import Problem

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Widths = tuple[int, ...]

_DAMPING, _PRODUCTS = 1.0, 15
"""Of the steps: so damped, and so short, the first ones follow the gradient from the small start.

Of three draws of a train with 5 % of its entries seen two reached the truth, but one alone with a
hundredth of the damping and twice the products.
"""
EXACT = 1e-4
"""Error, in inner units, that there is without noise."""
_DRAW = 0x7E450
"""Of the key, for the start alone: data that are drawn by the same seed are no start."""
_NARROWEST = 8
"""Width that narrower ones are filled up to."""
_ENTRY_SECONDS = 4e-8
"""Of an entry in a product, on two cores."""


class AbstractTensorFactors(AbstractTrained):
    """Damped Gauss-Newton steps on the factors of a tensor, from a small start.

    Entries are read from the factors, or from the tensor where that costs less; beside them only
    what is observed is kept. The ranks are those widths that held-out entries prefer. `title` is
    what its factors are called.
    """

    tolerates_weights = True
    is_gradual = True

    title: ClassVar[str]
    widths: eqx.AbstractVar[Widths]
    init_scale: eqx.AbstractVar[float | int]
    centred: eqx.AbstractVar[bool]

    @abstractmethod
    def array_shapes(self, shape: Sequence[int], widths: Widths) -> list[tuple[int, ...]]:
        """Shapes of the factors' arrays, of a tensor of this shape and widths such as these."""

    @abstractmethod
    def build(self, arrays: Sequence[Any]) -> AbstractTensorFactorisation:
        """The model of these arrays."""

    @property
    @abstractmethod
    def terms(self) -> int:
        """Products of entries, one from each array, whose sum is an entry of the tensor."""

    def width_parts(self) -> Sequence[Sequence[int]]:
        """Of each width the modes on one side of it, whose unfolding has that rank at most."""
        return ()

    def suggest(self, task: Task, answer: Answer, error: float) -> "AbstractTensorFactors | None":
        """The widths that show in what was found, where all of them can be read off it."""
        if not (parts := self.width_parts()):
            return None
        whole = answer.values + self._shift(task)
        ranks = visible_ranks(whole, parts, self.widths, max(error, EXACT))
        return None if ranks is None else dataclasses.replace(self, widths=ranks)

    @property
    def start(self) -> str:
        """What it starts from, in words."""
        return f"scale {self.init_scale:g}" + ", centred" * self.centred

    def facts(self) -> dict[str, Any]:
        """Method, widths, scale, and whether it is centred."""
        return {
            "method": self.title,
            "widths": list(self.widths),
            "init_scale": self.init_scale,
            "centred": self.centred,
        }

    def program(self) -> str:
        """By the widths to which others are filled up."""
        return f"{type(self).__name__} {_filled_up(self.widths)}"

    def measure(self, observed: Mask, dtype: Any) -> tuple[AbstractMeasurement, NDArray[np.intp]]:
        """The entries observed, and some others, of weight zero, up to one of few numbers."""
        seen = np.flatnonzero(observed)
        others = np.flatnonzero(~observed)[: bucket(seen.size) - seen.size]
        places = np.sort(np.concatenate([seen, others]))
        return TensorEntries(places, observed.shape, dtype), places

    def make_problem(self, problem: Problem, task: Task) -> Problem:
        """Of the data about their own zero, unless they are to be centred."""
        operator = problem.operator
        assert isinstance(operator, TensorEntries)
        shift = self._shift(task).ravel()[np.asarray(operator.positions)]
        return Problem(operator, problem.y + as_type(shift, task.dtype), weights=problem.weights)

    def answer(self, model: Any, task: Task, seen: Values) -> Answer:
        """The tensor, about the centre again."""
        found = AbstractTrained.answer(self, model, task, seen)
        return Answer(found.values - self._shift(task))

    def _shift(self, task: Task) -> Values:
        """From inner units about the centre to those that are trained in."""
        shift = np.zeros(()) if self.centred else task.units.centre / task.units.scale
        return np.broadcast_to(shift, task.shape)

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[AbstractTensorFactorisation, LevenbergMarquardt]:
        """From a small draw, or the model from which it goes on."""
        damping = as_type(_DAMPING, task.dtype)
        dynamics = LevenbergMarquardt(damping, products=_PRODUCTS)
        return self.draw(problem, task, key) if start is None else start, dynamics

    def draw(self, problem: Problem, task: Task, key: PRNGKey) -> AbstractTensorFactorisation:
        """Normal entries of one deviation, so that those of the tensor have `init_scale`."""
        # By numpy, for compiling the draw takes longer than training.
        rng, shapes = generator(key, _DRAW), self.array_shapes(problem.operator.shape, self.widths)
        deviation = (float(self.init_scale) / math.sqrt(self.terms)) ** (1 / len(shapes))
        return self.fill_up([deviation * rng.standard_normal(shape) for shape in shapes], task)

    def fill_up(self, arrays: Sequence[Values], task: Task) -> AbstractTensorFactorisation:
        """The model of these arrays, with zeros up to one of few widths, so that it is one program.

        A zero that meets nothing but zeros has no gradient: it stays.
        """
        padded = []
        shapes = self.array_shapes(task.shape, _filled_up(self.widths))
        for array, sides in zip(arrays, shapes, strict=True):
            more = [(0, side - length) for side, length in zip(sides, array.shape, strict=True)]
            padded.append(as_type(np.pad(array, more), task.dtype))
        return self.build(padded)

    def pace(self) -> Pace:
        """Until held-out entries gain no more; after the plateau at the start, a few steps."""
        return Pace(3, 7, 90, tolerance=1e-3)

    def parameters(self, shape: Sequence[int]) -> int:
        """Numbers in the factors."""
        return sum(map(math.prod, self.array_shapes(shape, self.widths)))

    def work(self, shape: Sequence[int]) -> float:
        """Products with the derivative, by entries and widths."""
        products = _PRODUCTS * self.pace().longest
        return (
            _ENTRY_SECONDS * products * math.prod(shape) * (1 + max(_filled_up(self.widths)) / 16)
        )


def _filled_up(widths: Widths) -> Widths:
    """Eight, or the next power of two: few programs serve all widths that are tried."""
    width = max(_NARROWEST, 1 << (max(widths) - 1).bit_length())
    return (width,) * len(widths)


def serves_tensors(task: Task) -> bool:
    """Cubes and series of order three and more; of pictures and films neighbours say more."""
    is_cube = task.colours is None and task.frames is None and len(task.shape) > 2
    return is_cube and not math.isfinite(task.robust)


def is_without_order(task: Task) -> bool:
    """Whether no axis is in order: where one is, what knows it takes the time to better use."""
    return not task.ordered
