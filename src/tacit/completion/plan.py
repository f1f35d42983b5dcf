"""What completion decides: a recipe of training, the candidates tried, the choice."""

from typing import NamedTuple

from tacit._typing import Any


class Phase(NamedTuple):
    """A number of steps under one weight of the smoothness penalty; weight 0 is no penalty.

    `slowdown` divides the step where the usual one proved too long.
    """

    weight: float
    steps: int
    slowdown: float = 1.0


class Recipe(NamedTuple):
    """A deep factorisation's depth, inner width and initial scale, and its phases of training.

    `scale` is relative: the root mean square singular value of the start over the largest one of
    the zero-filled data.
    """

    depth: int
    width: int
    scale: float
    phases: tuple[Phase, ...] = ()

    @property
    def weight(self) -> float:
        """Weight of the smoothness penalty in the last phase."""
        return self.phases[-1].weight

    @property
    def steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def facts(self) -> dict[str, Any]:
        """Depth, width, scale, weight and steps."""
        return {
            "depth": self.depth,
            "width": self.width,
            "scale": self.scale,
            "smoothness": self.weight,
            "steps": self.steps,
        }

    def __str__(self) -> str:
        """Depth, scale, weight and steps in words."""
        smooth = f"smoothness {self.weight:g}" if self.weight else "no smoothness penalty"
        return f"depth {self.depth}, scale {self.scale:g}, {smooth}, {self.steps} steps"


class Candidate(NamedTuple):
    """What was tried, and its root mean square held-out error in data units.

    `recipe` is a `Recipe`, or of a tensor a `Blend`: both have `facts()`, and words for people.
    """

    recipe: Any
    held_out: float
    seconds: float


class Choice(NamedTuple):
    """The `Recipe` or `Blend` chosen, those it was chosen from, and why."""

    recipe: Any
    held_out: float
    candidates: tuple[Candidate, ...]
    reason: str
