"""Settings of `razin2022_hierarchical`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets

_PANELS = 3


@dataclass(frozen=True)
class Config:
    """A matrix, `matrix_side` square, and a cube of side `side`, both of `rank` components.

    Their entries have mean square 1, and half of them are seen. Of each of the three models, in the
    order matrix, outer products, tree, there is the deviation of the entries of its start, and the
    most steps that it takes; a run ends at a loss of `enough`. `width` is that of the tree.
    """

    seed: int = 0
    dtype: str = "float32"
    matrix_side: int = 64
    side: int = 16
    rank: int = 5
    width: int = 64
    depth: int = 3
    stds: tuple[float, ...] = (1e-3, 1e-3, 1e-2)
    steps: tuple[int, ...] = (8_000, 12_000, 20_000)
    step: float = 1e-2
    every: int = 50
    enough: float = 5e-5
    draws: int = 3

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "matrix_side", "side", "rank", "width", "stds", "steps", "step")
        require_positive(self, "every", "enough", "draws")
        if len(self.stds) != _PANELS or len(self.steps) != _PANELS:
            raise ValueError(
                f"settings stds and steps must have {_PANELS} values, for matrix, outer products "
                f"and tree, got {self.stds} and {self.steps}"
            )
        if not self.rank < min(self.matrix_side, self.side, self.width):
            raise ValueError(
                f"setting rank must be below matrix_side, side and width, got {self.rank}"
            )
        if self.depth < 2:
            raise ValueError(f"setting depth must be 2 or more, got {self.depth}")
        if min(self.steps) < 20 * self.every:
            raise ValueError(f"setting steps must be at least {20 * self.every}, got {self.steps}")


PRESETS = Presets(
    smoke=Config(matrix_side=24, side=10, rank=2, width=12, steps=(4_000, 4_000, 8_000), draws=2),
    paper=Config(),
)
