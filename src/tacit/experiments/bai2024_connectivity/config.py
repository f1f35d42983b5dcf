"""Settings of `bai2024_connectivity`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` truths and connected patterns of every rank, side × side, from each of `alphas`.

    A truth of rank r is seen in 2 r side − r² entries, those of a random connected pattern.
    `blocks` truths of rank one, 3 × 3, are seen in a block of 2 × 2 and the entry in neither its
    rows nor its columns, once with the whole block and once without one entry of it.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 4
    ranks: tuple[int, ...] = (1, 2, 3)
    draws: int = 32
    blocks: int = 9
    alphas: tuple[float, ...] = (0.3, 1e-3, 1e-30)
    step: float = 0.2
    steps: int = 50_000

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "ranks", "draws", "blocks", "alphas", "step", "steps")
        require_distinct(self, "ranks", "alphas")
        require_descending(self, "alphas")
        if max(self.ranks) >= self.side:
            raise ValueError(f"setting ranks must be below side, {self.side}, got {self.ranks}")
        if len(self.alphas) < 2:
            raise ValueError(f"setting alphas must have at least two values, got {self.alphas}")


PRESETS = Presets(
    smoke=Config(ranks=(1, 3), draws=16, alphas=(0.3, 1e-30), steps=20_000),
    paper=Config(),
)
