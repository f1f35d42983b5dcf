"""Settings of `chou2024_dynamics`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A symmetric side × side target with the given positive eigenvalues, the others zero.

    There are fewer eigenvalues than `side`, largest first, so that at least one is zero.
    `alpha` is the scale of each factor, so the product starts at αᴺ I.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 12
    eigenvalues: tuple[float, ...] = (5.0, 3.0, 1.5)
    alpha: float = 0.1
    step: float = 1e-3
    depths: tuple[int, ...] = (2, 3, 4)
    steps: int = 45_000
    records: int = 400

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "eigenvalues", "alpha", "step", "depths", "steps")
        require_distinct(self, "depths")
        require_descending(self, "eigenvalues")
        if len(self.eigenvalues) >= self.side:
            raise ValueError(
                f"setting eigenvalues must have fewer values than side, so that one is zero, got "
                f"{len(self.eigenvalues)} for side {self.side}: give fewer or a larger side"
            )
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(smoke=Config(depths=(2, 3), steps=9_000, records=60), paper=Config())
