"""Settings of `chu2024_theorems`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets

CASES = ("hypotheses hold", "start not equal", "sparse truth")
"""Cases of Theorem 3 with the all-ones vector measured: equal start and dense truth; ū ≠ v̄ and a
dense truth; ū ≠ v̄ and a sparse truth."""
WIDTHS = {1: (3,), 2: (2, 3), 3: (2, 2, 2)}
"""Widths of the networks of Theorem 1, by depth."""


@dataclass(frozen=True)
class Config:
    """Theorem 3 on side × side truths from `count` measurements, over `draws` draws.

    `inputs` is the width K of the depth-one networks, `init_scale` the size of ū and v̄ with the
    all-ones vector, `init_scales` those without it, descending. `span` is the time that the flows
    are followed. Theorem 1 is checked on networks of the given `depths`, from 1 to 3, on rows × 5
    matrices.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    count: int = 6
    inputs: int = 3
    draws: int = 20
    init_scale: float = 0.1
    init_scales: tuple[float, ...] = (0.1, 0.03, 0.01)
    span: float = 300.0
    depths: tuple[int, ...] = (1, 2, 3)
    rows: tuple[int, ...] = (5, 7)

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "count", "inputs", "draws", "init_scale", "init_scales")
        require_positive(self, "span", "depths", "rows")
        require_distinct(self, "init_scales", "depths", "rows")
        require_descending(self, "init_scales")
        if set(self.depths) - set(WIDTHS):
            raise ValueError(f"setting depths must be from 1 to 3, got {self.depths}")
        if min(self.rows) < 5:
            raise ValueError(f"setting rows must be at least 5, got {self.rows}")
        if self.count >= self.side:
            raise ValueError(f"setting count must be below side, {self.side}, got {self.count}")
        if self.draws < 2:
            raise ValueError(f"setting draws must be at least 2, got {self.draws}")
        if len(self.init_scales) < 2:
            raise ValueError(
                f"setting init_scales must have at least two values, got {self.init_scales}"
            )


PRESETS = Presets(
    smoke=Config(draws=8, init_scales=(0.1, 0.03), depths=(2,), rows=(7,), span=150.0),
    paper=Config(),
)
