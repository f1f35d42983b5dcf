"""Means of the best candidates, weighed on what was held out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from tacit._typing import Any, Sequence

Values = NDArray[np.floating]

_LIGHT = 0.1
"""A member of less weight is not worth its refit."""


class Member(NamedTuple):
    """An approach of a blend (with `facts()`, and words), the steps it takes, and its weight."""

    approach: Any
    steps: int
    weight: float


class Blend(NamedTuple):
    """The weighted mean of the answers of its members, the first with the greatest weight."""

    members: tuple[Member, ...]

    def first(self, count: int) -> "Blend":
        """The blend of the first members alone, their weights made to sum to 1."""
        kept = self.members[:count]
        total = sum(member.weight for member in kept)
        return Blend(tuple(member._replace(weight=member.weight / total) for member in kept))

    def facts(self) -> dict[str, Any]:
        """The settings of each member."""
        return {
            "members": [
                {**member.approach.facts(), "steps": member.steps, "weight": member.weight}
                for member in self.members
            ]
        }

    def __str__(self) -> str:
        """The members in words."""
        if len(self.members) == 1:
            (member,) = self.members
            return f"{member.approach}, {member.steps} steps"
        return "; ".join(
            f"{member.weight:.0%} {member.approach}, {member.steps} steps"
            for member in self.members
        )


def blend_weights(answers: Sequence[Values], truth: Values) -> Values:
    """The w ≥ 0 of sum 1 that minimise ‖Σ w_i a_i − truth‖₂ over what was held out.

    Weights below a tenth are set to zero, and the others scaled to make up for them.
    """
    errors = np.stack([answer - truth for answer in answers], axis=1)
    scale = np.linalg.norm(errors) or 1.0
    # Non-negative least squares on [errors; heavy 1ᵀ] w ≈ [0; heavy], after which the sum is 1.
    heavy = 1e3
    stacked = np.vstack([errors / scale, np.full((1, len(answers)), heavy)])
    weights, _ = nnls(stacked, np.append(np.zeros(len(truth)), heavy))
    weights /= weights.sum()
    weights[weights < _LIGHT] = 0
    return weights / weights.sum()
