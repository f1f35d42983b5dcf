"""Settings of `karnik2025_fig2`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive, require_rank
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A side × side × tube truth of the given tubal rank, and U of the given width R.

    `alpha`² / R is the variance of the entries of U at the start, `step` the effective μ.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 2
    measurements: int = 254
    width: int = 100
    alpha: float = 1e-7
    step: float = 5.08e-3
    steps: int = 10_000
    records: int = 401

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alpha")
        require_positive(self, "step", "steps")
        require_rank(self.rank, self.side, self.width)
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(seed=1, side=8, measurements=200, width=16, step=2e-2, steps=3_000, records=201),
    paper=Config(),
)
