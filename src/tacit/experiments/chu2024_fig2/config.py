"""Settings of `chu2024_fig2`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank, `count` measurements with noise of deviation `noise`.

    `rates` are steps for the loss ½ mean r². A seed for which the largest is unstable shows it.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 75
    noise: float = 1e-2
    widths: tuple[int, ...] = (2, 2, 2, 2)
    rates: tuple[float, ...] = (5e-3, 2e-3, 1e-3, 5e-4, 2e-4)
    steps: int = 100_000
    records: int = 200

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "count", "widths", "rates", "steps", "records")
        require_distinct(self, "rates")
        require_descending(self, "rates")
        if not self.noise >= 0:
            raise ValueError(f"setting noise must not be negative, got {self.noise}")


PRESETS = Presets(
    smoke=Config(widths=(2, 2), rates=(2e-3, 1e-3), steps=20_000, records=50), paper=Config()
)
