"""Settings of `karnik2025_underdetermined`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_descending,
    require_distinct,
    require_positive,
    require_rank,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, from two numbers of measurements.

    The first of `measurements` is enough for descent and the second is not. α² / R is the variance
    of the entries of U, of width R, at the start, `step` the effective μ. `recovered` is the error
    from the least α that the middle draw stays below.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: tuple[int, ...] = (180, 120)
    width: int = 30
    alphas: tuple[float, ...] = (1.0, 1e-1, 1e-3, 1e-6)
    step: float = 2e-2
    steps: int = 15_000
    records: int = 101
    draws: int = 10
    recovered: float = 3e-3

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alphas")
        require_positive(self, "step", "steps", "draws", "recovered")
        require_distinct(self, "measurements", "alphas")
        require_descending(self, "measurements", "alphas")
        require_rank(self.rank, self.side, self.width)
        if len(self.measurements) != 2:
            raise ValueError(f"setting measurements must be two numbers, got {self.measurements}")
        if len(self.alphas) < 2:
            raise ValueError(f"setting alphas must have at least two values, got {self.alphas}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=6,
        rank=1,
        measurements=(60, 24),
        width=12,
        alphas=(1.0, 1e-1, 1e-4),
        steps=5_000,
        records=51,
        draws=3,
    ),
    paper=Config(),
)
