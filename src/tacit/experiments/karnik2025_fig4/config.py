"""Settings of `karnik2025_fig4`, and its two presets; importable without JAX."""

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
    """`draws` truths, side × side × tube of the given tubal rank, each from all `alphas`.

    α² / R is the variance of the entries of U, of width R, at the start, `step` the effective μ.
    Exponents are fitted to the `alphas` up to `fitted`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: int = 285
    width: int = 200
    alphas: tuple[float, ...] = (1e-2, 1e-4, 1e-6, 1e-8)
    fitted: float = 1e-4
    step: float = 2.28e-2
    steps: int = 7_500
    records: int = 101
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alphas")
        require_positive(self, "fitted", "step", "steps", "draws")
        require_distinct(self, "alphas")
        require_descending(self, "alphas")
        require_rank(self.rank, self.side, self.width)
        if sum(alpha <= self.fitted for alpha in self.alphas) < 2:
            raise ValueError(
                f"setting alphas must have two values up to fitted, {self.fitted:g}, got "
                f"{self.alphas}"
            )
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=8,
        rank=2,
        measurements=200,
        width=16,
        alphas=(1e-2, 1e-4, 1e-6),
        steps=3_000,
        draws=5,
    ),
    paper=Config(),
)
