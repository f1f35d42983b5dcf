"""Settings of `arora2019_fig1`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank with entries of mean square one.

    `few` and `many` are the two numbers of entries, `init_scales` the sizes of the start, end to
    end and descending. `overrank` is the effective rank that depth 2 exceeds with few entries, from
    the largest scale. Of `draws` more truths, each with `few` entries, the convex minimum is found.
    """

    seed: int = 0
    dtype: str = "float32"
    side: int = 100
    rank: int = 5
    few: int = 2_000
    many: int = 5_000
    depths: tuple[int, ...] = (2, 3, 4)
    init_scales: tuple[float, ...] = (1e-3, 1e-4, 1e-5)
    step: float = 1e-3
    stop: float = 1e-6
    steps: int = 100_000
    gap: int = 500
    overrank: float = 7.0
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "few", "many", "depths", "init_scales")
        require_positive(self, "step", "stop", "steps", "gap", "overrank", "draws")
        require_distinct(self, "depths", "init_scales")
        require_descending(self, "init_scales")
        if self.rank > self.side:
            raise ValueError(f"setting rank must be at most side, {self.side}, got {self.rank}")
        if not self.few < self.many <= self.side**2:
            raise ValueError(
                f"settings few and many must be few < many ≤ side² = {self.side**2}, "
                f"got {self.few} and {self.many}"
            )


PRESETS = Presets(
    smoke=Config(
        seed=2,
        side=30,
        rank=2,
        few=240,
        many=600,
        init_scales=(1e-3, 1e-5),
        overrank=3.5,
        steps=30_000,
        draws=8,
    ),
    paper=Config(),
)
