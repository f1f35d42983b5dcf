"""Low multilinear rank: a core, and a factor for each mode."""

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
from tacit.models import Tucker


class TuckerFactors(AbstractTensorFactors):
    """`LevenbergMarquardt` of a `Tucker` model from a small start.

    Args:
        widths: sides of the core.
        init_scale: standard deviation of the entries at the start, relative to that of the data.
        centred: whether the data are trained less their centre.
    """

    title: ClassVar[str] = "Tucker factors"

    widths: Widths = eqx.field(static=True)
    init_scale: float | int = 0.01
    centred: bool = False

    def array_shapes(self, shape: Sequence[int], widths: Widths) -> list[tuple[int, ...]]:
        """The core, and a factor of each mode."""
        return [widths, *zip(shape, widths, strict=True)]

    def build(self, arrays: Sequence[Any]) -> Tucker:
        """Of one layer a mode."""
        core, *factors = arrays
        return Tucker(core, tuple((factor,) for factor in factors))

    def width_parts(self) -> Sequence[Sequence[int]]:
        """Each mode."""
        return [(mode,) for mode in range(len(self.widths))]

    @property
    def terms(self) -> int:
        """As many as the core has entries."""
        return math.prod(self.widths)

    def __str__(self) -> str:
        """Widths and scale in words."""
        widths = " × ".join(map(str, self.widths))
        return f"Tucker factors with a core of {widths}, {self.start}"


def propose_tucker(task: Task, tried: list[Candidate]) -> Iterator[TuckerFactors]:
    """Of each mode at most its side, and equal widths before others."""
    return search_widths(TuckerFactors, task.shape, task, tried)  # pyright: ignore[reportReturnType]


TUCKER = Family(
    "tucker",
    serves_tensors,
    propose_tucker,
    is_usual=is_without_order,
    opening=lambda task: OPENING,
    cost=lambda task, sides: TuckerFactors((2,) * len(sides)).work(sides),
)
