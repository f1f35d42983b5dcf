"""Settings of `chu2024_fig2`, and its two presets; importable without JAX."""

from dataclasses import dataclass

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
        if not self.rates or min(self.rates) <= 0 or list(self.rates) != sorted(self.rates)[::-1]:
            raise ValueError(
                f"rates {self.rates}: give one or more positive numbers, the largest first"
            )


PRESETS = Presets(
    smoke=Config(widths=(2, 2), rates=(2e-3, 1e-3), steps=20_000, records=50), paper=Config()
)
