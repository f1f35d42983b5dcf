"""Settings of `stoeger2021_phases`, and its two presets; importable without JAX."""

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
    """`draws` truths, side × side of the given rank, from two numbers of measurements.

    With the first of `measurements` linear regression recovers the truth, with the second it does
    not. `alpha`² / R is the variance of the entries of U, of width R, at the start, `step` the
    effective μ.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 3
    measurements: tuple[int, ...] = (72, 45)
    width: int = 30
    alpha: float = 1e-7
    step: float = 2e-2
    steps: int = 10_000
    records: int = 401
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "measurements", "width", "alpha")
        require_positive(self, "step", "steps", "draws")
        require_distinct(self, "measurements")
        require_descending(self, "measurements")
        require_rank(self.rank, self.side, self.width)
        if len(self.measurements) != 2:
            raise ValueError(f"setting measurements must be two numbers, got {self.measurements}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=8, rank=2, measurements=(60, 24), width=16, steps=6_000, records=301, draws=4
    ),
    paper=Config(),
)
