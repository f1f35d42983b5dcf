"""Settings of `singh2026_optimisers`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets

SCALARS = ("descent", "momentum", "Adam, one second moment")
"""Rules whose steps are a number times a mean of gradients."""

WHITENED = ("Muon", "Shampoo")
"""Rules that make the singular values of a step alike."""

COORDINATEWISE = ("Adam", "RMSProp", "Lion", "signSGD", "Adafactor")
"""Rules that treat each entry, or row and column, apart."""

RULES = (*SCALARS, *WHITENED, *COORDINATEWISE)


@dataclass(frozen=True)
class Config:
    """`draws` matrices, side × side of the given rank, each seen in Gaussian measurements.

    `per_freedom` is their number to a degree of freedom. Training begins at the scale `init_scale`
    end to end and ends at the relative residual `residual`, after at most `steps`, looked at every
    `every`. The paths from a start and its rotation are compared after `compared` steps.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 16
    rank: int = 2
    per_freedom: float = 2.5
    init_scale: float = 1e-4
    residual: float = 1e-2
    steps: int = 8_000
    every: int = 20
    compared: int = 100
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "per_freedom", "init_scale", "residual")
        require_positive(self, "steps", "every", "compared", "draws")
        if not self.rank < self.side:
            raise ValueError(f"setting rank must be below the side, {self.side}, got {self.rank}")


PRESETS = Presets(smoke=Config(side=12, draws=4), paper=Config())
