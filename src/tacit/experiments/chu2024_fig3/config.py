"""Settings of `chu2024_fig3`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets

NETWORKS = ("spectral network", "deep factorisation", "linear regression")


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank, `count` Gaussian measurements with noise.

    `rates` are steps for the loss ½ mean r², of the networks; `regression_rates` those of linear
    regression, whose curvature is larger. `deep_steps` are those of the deep factorisation.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 75
    noise: float = 1e-2
    widths: tuple[int, ...] = (2, 2, 2, 2)
    rates: tuple[float, ...] = (1e-2, 5e-3, 2e-3)
    regression_rates: tuple[float, ...] = (2e-3, 1e-3, 5e-4)
    steps: int = 10_000
    deep_steps: int = 20_000
    records: int = 200

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "count", "widths", "rates", "regression_rates")
        require_positive(self, "steps", "deep_steps", "records")
        if not self.noise >= 0:
            raise ValueError(f"setting noise must not be negative, got {self.noise}")
        if len(self.rates) != len(self.regression_rates):
            raise ValueError(
                f"settings rates and regression_rates must be equally many, got {self.rates} and "
                f"{self.regression_rates}"
            )

        # The deep factorisation is made of the first three factors of the network.
        if self.widths[0] < 2:
            raise ValueError(f"setting widths must begin with 2 or more, got {self.widths}")


PRESETS = Presets(smoke=Config(rates=(1e-2,), regression_rates=(2e-3,), records=50), paper=Config())
