"""What completion decides: the candidates tried, the blend chosen, and why."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from tacit._typing import Any, Sequence

Values = NDArray[np.floating]

_LIGHT = 0.1
"""A member of less weight is not worth its refit."""
_EQUAL = 50.0
"""Entries that speak for equal weights."""


class Member(NamedTuple):
    """A method with its settings, the steps of each of its phases, and its weight in the mean.

    Attributes:
        method: what is trained; its `facts()` are its settings, and its text is for people.
        steps: that it takes, in all.
        weight: in the mean, of sum 1.
        before: the member from whose end it goes on, if it is a later phase of training.
        units: number of the units that it is trained in, of those that are tried.
    """

    method: Any
    steps: int
    weight: float = 1.0
    before: "Member | None" = None
    units: int = 0

    @property
    def all_steps(self) -> int:
        """Steps of all phases."""
        return self.steps + (self.before.all_steps if self.before else 0)

    def hurry(self, share: float) -> "Member":
        """With a setting that takes about this share of the steps, if its method has one."""
        method = self.method.hurry(share)
        if method is None:
            return self
        fewer = method.pace().longest / self.method.pace().longest
        return self._replace(method=method, steps=math.ceil(fewer * self.steps))

    def facts(self) -> dict[str, Any]:
        """The settings of the method, its steps and its weight."""
        return {**self.method.facts(), "steps": self.all_steps, "weight": self.weight}

    def __str__(self) -> str:
        """The method, what it goes on from if that is another kind, and its steps, in words."""
        name = str(self.method)
        if self.before is not None and self.before.method.kind != self.method.kind:
            name += f", after {self.before.method}"
        return f"{name}, {self.all_steps} steps" if self.all_steps else name


class Blend(NamedTuple):
    """The weighted mean of the answers of its members, the first with the greatest weight."""

    members: tuple[Member, ...]

    def only(self, kept: Sequence[int]) -> "Blend":
        """The blend of some of the members, their weights made to sum to 1."""
        members = [self.members[number] for number in kept]
        total = sum(member.weight for member in members)
        return Blend(tuple(m._replace(weight=m.weight / total) for m in members))

    def facts(self) -> dict[str, Any]:
        """The settings of each member."""
        return {"members": [member.facts() for member in self.members]}

    def __str__(self) -> str:
        """The members in words."""
        if len(self.members) == 1:
            return str(self.members[0])
        return "; ".join(f"{member.weight:.0%} {member}" for member in self.members)


class Candidate(NamedTuple):
    """What was tried.

    Attributes:
        member: the method with its settings and steps.
        held_out: root mean square error on held-out entries, in data units.
        score: the same in the units in which candidates are compared: of the slices, where those
            have units of their own, and with outliers cut where the loss is robust.
        seconds: that it took.
        suggested: a method that its answer asks for, if any.
    """

    member: Member
    held_out: float
    score: float
    seconds: float
    suggested: Any = None


class After(NamedTuple):
    """A proposal to go on from where a candidate ended, with another method."""

    method: Any
    before: Candidate


class Choice(NamedTuple):
    """What was chosen, from what, and why.

    Attributes:
        blend: the members whose weighted mean is the answer.
        held_out: root mean square error of that mean on held-out entries, in data units.
        score: the same in the units in which candidates are compared.
        candidates: all that was tried, in order.
        reason: in a sentence.
    """

    blend: Blend
    held_out: float
    score: float
    candidates: tuple[Candidate, ...]
    reason: str


def blend_weights(answers: Sequence[Values], truth: Values) -> Values:
    """The w ≥ 0 of sum 1 that minimise ‖Σ w_i a_i − truth‖² + λ ‖w − 1/k‖² over what was held out.

    λ is worth as many entries as `_EQUAL`: members that the held-out entries can hardly tell apart
    get nearly equal weights, for one would be chosen by their noise. Weights below a tenth are set
    to zero, and the others scaled to make up for them.
    """
    errors = np.stack([answer - truth for answer in answers], axis=1)
    count = len(answers)
    scale = np.sqrt(np.mean(errors**2)) or 1.0
    pull = np.sqrt(_EQUAL) * np.eye(count)
    # Non-negative least squares on [errors; pull; heavy 1ᵀ] w ≈ [0; pull/k; heavy]: the sum is 1.
    heavy = 1e3 * np.sqrt(len(truth) + _EQUAL)
    stacked = np.vstack([errors / scale, pull, np.full((1, count), heavy)])
    wanted = np.concatenate([np.zeros(len(truth)), pull.sum(axis=0) / count, [heavy]])
    weights, _ = nnls(stacked, wanted)
    weights /= weights.sum()
    weights[weights < _LIGHT] = 0
    return weights / weights.sum()
