"""Settings of `karnik2025_fig3`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_distinct,
    require_positive,
    require_rank,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, each from all `widths` R of U.

    `alpha`² / R is the variance of the entries of U at the start, `step` the effective μ. `share`
    is the share of draws that ends below 10⁻⁴ at least.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: int = 285
    widths: tuple[int, ...] = (10, 50, 100, 200, 400)
    alpha: float = 1e-7
    step: float = 2.28e-2
    steps: int = 4_000
    records: int = 101
    draws: int = 20
    share: float = 0.7

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "widths", "alpha")
        require_positive(self, "step", "steps", "draws", "share")
        require_distinct(self, "widths")
        require_ascending(self, "widths")
        require_rank(self.rank, self.side, *self.widths)
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(side=8, rank=2, measurements=200, widths=(8, 16), steps=3_000, draws=5),
    paper=Config(),
)
