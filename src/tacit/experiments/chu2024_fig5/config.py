"""Settings of `chu2024_fig5`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_distinct, require_positive
from tacit.experiments._settings import Presets

ESTIMATORS = ("truth", "linear regression", "spectral network", "large step", "automatic step")


@dataclass(frozen=True)
class Config:
    """Pictures `indices` of `images` (an IDX file or a folder; faces of LFW if none).

    `rate` and `large_rate` are steps for ½ mean r²; at the larger one the bias is to be lost, where
    `loses` says how much worse the error must be (1 asks for nothing but some loss).
    """

    seed: int = 0
    dtype: str = "float32"
    images: str | None = None
    indices: tuple[int, ...] = (0, 7, 60)
    share: float = 0.6
    noise: float = 1e-2
    widths: tuple[int, ...] = (4, 8, 16)
    rate: float = 1e-4
    steps: int = 6_000
    large_rate: float = 3e-4
    large_steps: int = 2_500
    automatic_steps: int = 3_000
    loses: float = 1.0

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "share", "widths", "rate", "large_rate", "steps", "large_steps")
        require_positive(self, "automatic_steps", "loses")
        require_distinct(self, "indices")
        if not self.indices or min(self.indices) < 0:
            raise ValueError(f"setting indices must be one or more from 0 on, got {self.indices}")
        if not self.noise >= 0:
            raise ValueError(f"setting noise must not be negative, got {self.noise}")
        if not self.rate < self.large_rate:
            raise ValueError(
                f"setting rate must be below large_rate, {self.large_rate}, got {self.rate}"
            )


PRESETS = Presets(
    smoke=Config(
        indices=(0,),
        widths=(2, 2),
        rate=1e-3,
        steps=3_000,
        large_rate=3e-3,
        large_steps=1_000,
        automatic_steps=1_000,
    ),
    paper=Config(),
)
