"""Smooth continuation into the holes: harmonic, and with continuous slopes."""

import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, Sequence
from tacit.completion.families._base import AbstractClosedForm, Answer, Family
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.solvers import smooth_continuation

Mask = NDArray[np.bool_]

_ENTRY_SECONDS = 1.5e-6
"""Of an entry, where half of them are missing."""


class Continuation(AbstractClosedForm):
    """`smooth_continuation`: the observed entries exactly, and the least energy between them.

    Args:
        modes: those along which neighbours are alike.
        order: 1 for the energy of slopes, which never overshoots; 2 for that of curvature, which
            goes on as edges of the hole begin.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    order: int = eqx.field(static=True, default=2)

    @property
    def meets_data(self) -> bool:
        """Exactly."""
        return True

    def solve(self, task: Task, seen: Mask, deadline: float | None) -> Answer:
        """The continuation of what is seen."""
        filled = smooth_continuation(
            task.values, ~seen, self.modes, order=self.order, deadline=deadline
        )
        return Answer(filled)

    def facts(self) -> dict[str, Any]:
        """Method, modes and order."""
        return {"method": "continuation", "smooth": list(self.modes), "order": self.order}

    def work(self, shape: Sequence[int]) -> float:
        """By the number of entries."""
        return _ENTRY_SECONDS * math.prod(shape)

    def __str__(self) -> str:
        """The order in words."""
        return f"{'harmonic' if self.order == 1 else 'biharmonic'} continuation"


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[Continuation]:
    """With continuous slopes, which edges like; and without, which large holes like."""
    del tried
    yield Continuation(task.ordered, 2)
    yield Continuation(task.ordered, 1)


CONTINUATION = Family(
    "continuation",
    lambda task: bool(task.ordered) and not task.is_weighted,
    _proposals,
    opening=lambda task: 2,
    cost=lambda task, sides: Continuation(task.ordered).work(sides),
    is_local=True,
)
