"""Settings of `razin2020_norms`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_distinct,
    require_positive,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` starts of scale `init_scale`, end to end, at each of `depths`, the first of them 2.

    Each takes `steps` of size `step`, or as many as bring the loss to `stop`. At depth 2 a finer
    step, `step / refined`, is taken as well for the same time.
    """

    seed: int = 0
    dtype: str = "float64"
    depths: tuple[int, ...] = (2, 3, 4)
    draws: int = 16
    init_scale: float = 0.03
    step: float = 3e-3
    refined: float = 10.0
    steps: int = 1_000_000
    stop: float = 1e-12
    records: int = 300

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "depths", "draws", "init_scale", "step", "steps", "stop")
        require_ascending(self, "depths")
        require_distinct(self, "depths")
        if self.depths[0] != 2 or len(self.depths) < 2:
            raise ValueError(f"setting depths must be 2 and at least one more, got {self.depths}")
        if not self.refined > 1:
            raise ValueError(f"setting refined must be above 1, got {self.refined:g}")
        if self.records < 40:
            raise ValueError(f"setting records must be at least 40, got {self.records}")


PRESETS = Presets(smoke=Config(depths=(2, 3), draws=8, steps=100_000, records=120), paper=Config())
