"""Settings of `arora2019_theorem`, and its two presets; importable without JAX."""

import math
from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """Truths of the given rank, `rows` × side, a share of their entries observed.

    The first of `rows` is `side`. `depths` are followed by layers and as a product, `real_depths`
    and N = ∞ as a product alone. `init_scale` is the size of the start, end to end, `span` the time
    N t that is followed, `step` the larger of two steps of descent, the other its half.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 8
    rows: tuple[int, ...] = (8, 12)
    rank: int = 2
    share: float = 0.6
    depths: tuple[int, ...] = (2, 3, 4)
    real_depths: tuple[float, ...] = (2.5,)
    init_scale: float = 0.2
    span: float = 8.0
    step: float = 1e-3
    records: int = 200

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rows", "rank", "share", "depths", "real_depths")
        require_positive(self, "init_scale", "span", "step")
        require_ascending(self, "rows", "depths", "real_depths")
        require_distinct(self, "rows", "depths", "real_depths")
        least = min(*self.depths, *self.real_depths)
        if least < 2:
            raise ValueError(f"settings depths and real_depths must be at least 2, got {least:g}")
        if set(self.depths) & set(self.real_depths):
            raise ValueError(
                f"setting real_depths repeats one of depths, {self.depths}, which are followed as "
                f"a product too: leave it out, got {self.real_depths}"
            )
        if self.rows[0] != self.side:
            raise ValueError(f"setting rows must begin with side, {self.side}, got {self.rows}")
        if self.rank > self.side or self.share > 1:
            raise ValueError(
                f"settings rank and share must be at most side, {self.side}, and 1, got "
                f"{self.rank} and {self.share:g}"
            )
        if self.records < 20:
            raise ValueError(f"setting records must be at least 20, got {self.records}")

    @property
    def product_depths(self) -> tuple[float, ...]:
        """Depths at which the product is followed, ∞ the last."""
        return (*sorted((*map(float, self.depths), *self.real_depths)), math.inf)


PRESETS = Presets(smoke=Config(rows=(8,), depths=(3,), step=4e-3, records=60), paper=Config())
