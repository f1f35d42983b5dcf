"""Low rank of every unfolding at once: the sum of nuclear norms, truncated or whole."""

import math

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.families._base import AbstractTrained, Family, Pace, as_type
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.dynamics import HaLRTC
from tacit.models import Direct
from tacit.problems import Problem

_KEPT = (0.1, 0.05, 0.2)
"""Shares of the singular values that are free, in the order in which they are tried."""
_SIDE_SECONDS = 3e-10
"""Of an entry for each of the shorter side of an unfolding, in a step; two cores."""


class UnfoldingNorms(AbstractTrained):
    """`HaLRTC`: the least sum of truncated nuclear norms of the unfoldings that fits.

    Args:
        kept: share of the singular values of each unfolding that are free.
    """

    kept: float = 0.1

    @property
    def meets_data(self) -> bool:
        """Exactly."""
        return True

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[Direct, HaLRTC]:
        """From zero."""
        del start, key
        zero = Direct.zeros(problem.operator.shape, problem.y.dtype)
        return zero, HaLRTC(kept=as_type(self.kept, task.dtype))

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        return Pace(10, 5, 120)

    def facts(self) -> dict[str, Any]:
        """Method and share."""
        return {"method": "truncated HaLRTC", "kept": self.kept}

    def work(self, shape: Sequence[int]) -> float:
        """By the number of entries and the shorter sides of the unfoldings."""
        total = math.prod(shape)
        sides = sum(min(side, total // side) for side in shape)
        return _SIDE_SECONDS * sides * total * self.pace().longest

    def __str__(self) -> str:
        """The share in words."""
        return (
            f"least nuclear norms of the unfoldings beyond {self.kept:.0%} of the singular values"
        )


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[UnfoldingNorms]:
    """One share after another."""
    del task, tried
    yield from map(UnfoldingNorms, _KEPT)


def _serves(task: Task) -> bool:
    """Cubes and series; of pictures neighbours say more."""
    is_cube = task.colours is None and task.frames is None and len(task.shape) > 2
    return is_cube and not task.is_weighted


UNFOLDINGS = Family(
    "unfoldings",
    _serves,
    _proposals,
    opening=lambda task: 2,
    cost=lambda task, sides: UnfoldingNorms().work(sides),
)
