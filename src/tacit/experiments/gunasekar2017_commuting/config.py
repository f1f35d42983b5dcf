"""Settings of `gunasekar2017_commuting`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` psd truths, side × side, of `rank` eigenvalues in [½, 2], from `count` measurements.

    `alphas` are the scales of U at the start, descending and below 1. The flow is followed until
    the loss is `stop`, at most for a time `span`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 4
    alphas: tuple[float, ...] = (1e-2, 1e-4, 1e-8)
    draws: int = 8
    stop: float = 1e-20
    span: float = 50_000.0

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "count", "alphas", "draws", "stop", "span")
        require_distinct(self, "alphas")
        require_descending(self, "alphas")
        if max(self.alphas) >= 1:
            raise ValueError(f"setting alphas must be below 1, got {self.alphas}")
        if max(self.rank, self.count) > self.side:
            raise ValueError(
                f"settings rank and count must be at most side, {self.side}, got {self.rank} and "
                f"{self.count}"
            )


PRESETS = Presets(
    smoke=Config(side=8, rank=5, count=3, alphas=(1e-2, 1e-4), draws=2),
    paper=Config(),
)
