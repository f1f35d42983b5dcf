"""Settings of `yaras2024_subspace`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A target, side × side, of `rank` singular values from 1 down to ½, at each of `depths`.

    All layers are square. `init_scale` is that of the start, end to end; `share` is what is seen
    of the target where some entries are not.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 100
    rank: int = 10
    depths: tuple[int, ...] = (2, 3, 4)
    init_scale: float = 1e-6
    share: float = 0.3
    step: float = 0.2
    steps: int = 10_000
    records: int = 30

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "depths", "init_scale", "share", "step", "steps")
        require_ascending(self, "depths")
        require_distinct(self, "depths")
        if self.depths[0] < 2:
            raise ValueError(f"setting depths must be 2 or more each, got {self.depths}")
        if 2 * self.rank + 2 > self.side:
            raise ValueError(
                "setting rank must leave two directions and more, 2 rank + 2 ≤ side, got "
                f"{self.rank} and {self.side}"
            )
        if not self.share < 1:
            raise ValueError(f"setting share must be below 1, got {self.share:g}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(side=24, rank=3, depths=(2, 3), init_scale=1e-4, steps=1_500, records=20),
    paper=Config(),
)
