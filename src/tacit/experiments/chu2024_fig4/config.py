"""Settings of `chu2024_fig4`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """Picture number `index` of `images` (an IDX file or a folder; faces of LFW if none).

    `share` is the number of measurements over that of pixels, `rate` the step for ½ mean r².
    """

    seed: int = 0
    dtype: str = "float32"
    images: str | None = None
    index: int = 0
    share: float = 0.6
    noise: float = 1e-2
    widths: tuple[int, ...] = (4, 8, 16)
    rate: float = 1e-4
    steps: int = 6_000
    records: int = 7

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "share", "widths", "rate", "steps")
        if not self.noise >= 0:
            raise ValueError(f"setting noise must not be negative, got {self.noise}")
        if not 2 <= self.records <= self.steps:
            raise ValueError(
                f"setting records must be between 2 and steps, {self.steps}, got {self.records}"
            )


PRESETS = Presets(smoke=Config(widths=(2, 2), rate=1e-3, steps=3_000), paper=Config())
