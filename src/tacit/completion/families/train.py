"""Low tensor train rank: a chain of cores, one for each mode."""

import math
from typing import ClassVar

import equinox as eqx

from tacit._typing import Any, Iterator, Sequence
from tacit.completion.families._base import Family
from tacit.completion.families._tensors import (
    AbstractTensorFactors,
    Widths,
    is_without_order,
    serves_tensors,
)
from tacit.completion.families._widths import OPENING, search_widths
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.models import TensorTrain


class TrainFactors(AbstractTensorFactors):
    """`LevenbergMarquardt` of a `TensorTrain` from a small start, the modes in the data's order.

    Args:
        widths: of the bonds.
        init_scale: standard deviation of the entries at the start, relative to that of the data.
        centred: whether the data are trained less their centre.
    """

    title: ClassVar[str] = "tensor train"

    widths: Widths = eqx.field(static=True)
    init_scale: float | int = 0.01
    centred: bool = False

    def array_shapes(self, shape: Sequence[int], widths: Widths) -> list[tuple[int, ...]]:
        """A core of each mode, between its bonds."""
        ends = (1, *widths, 1)
        return [(ends[mode], side, ends[mode + 1]) for mode, side in enumerate(shape)]

    def build(self, arrays: Sequence[Any]) -> TensorTrain:
        """With nothing on the bonds."""
        return TensorTrain(tuple(arrays), ((),) * (len(arrays) - 1))

    def width_parts(self) -> Sequence[Sequence[int]]:
        """The modes before each bond."""
        return [tuple(range(bond + 1)) for bond in range(len(self.widths))]

    @property
    def terms(self) -> int:
        """Ways through the bonds."""
        return math.prod(self.widths)

    def __str__(self) -> str:
        """Widths and scale in words."""
        return f"tensor train with bonds of {' and '.join(map(str, self.widths))}, {self.start}"


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[AbstractTensorFactors]:
    """Of each bond at most the sides on its left, or on its right; equal widths before others."""
    sides = task.shape
    limits = [min(math.prod(sides[:cut]), math.prod(sides[cut:])) for cut in range(1, len(sides))]
    return search_widths(TrainFactors, limits, task, tried)


TRAIN = Family(
    "train",
    serves_tensors,
    _proposals,
    is_usual=is_without_order,
    opening=lambda task: OPENING,
    cost=lambda task, sides: TrainFactors((2,) * (len(sides) - 1)).work(sides),
)
