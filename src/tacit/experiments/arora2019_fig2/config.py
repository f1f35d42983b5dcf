"""Settings of `arora2019_fig2`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_descending,
    require_distinct,
    require_positive,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank with entries of mean square one, some of them observed.

    `init_scales` are the sizes of the start, end to end and descending. Training ends where the
    loss is below `stop`. `overrank` is the effective rank that depth 2 exceeds from the largest
    scale.
    """

    seed: int = 0
    dtype: str = "float32"
    side: int = 100
    rank: int = 5
    entries: int = 2_000
    depths: tuple[int, ...] = (2, 3)
    init_scales: tuple[float, ...] = (1e-3, 1e-4, 1e-5, 1e-6)
    step: float = 1e-3
    stop: float = 1e-6
    steps: int = 100_000
    gap: int = 1_000
    overrank: float = 7.0

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "entries", "depths", "init_scales")
        require_positive(self, "step", "stop", "steps", "gap", "overrank")
        require_distinct(self, "depths", "init_scales")
        require_descending(self, "init_scales")
        require_ascending(self, "depths")
        if self.depths[0] != 2 or len(self.depths) < 2:
            raise ValueError(f"setting depths must be 2 and at least one more, got {self.depths}")
        if len(self.init_scales) < 2:
            raise ValueError(
                f"setting init_scales must have at least two values, got {self.init_scales}"
            )
        if self.rank > self.side or self.entries > self.side**2:
            raise ValueError(
                f"settings rank and entries must be at most side, {self.side}, and side², "
                f"got {self.rank} and {self.entries}"
            )


PRESETS = Presets(
    smoke=Config(
        seed=2,
        side=30,
        rank=2,
        entries=240,
        init_scales=(1e-3, 1e-4, 1e-5),
        overrank=3.5,
        steps=30_000,
    ),
    paper=Config(),
)
