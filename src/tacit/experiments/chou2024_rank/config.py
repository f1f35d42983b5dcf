"""Settings of `chou2024_rank`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A symmetric side × side W★ with the given positive eigenvalues, seen with noise.

    `noise` is the spectral norm of the symmetric noise, which is below the least eigenvalue;
    `measurements` the number of Gaussian ones in the run by sensing, which has none. `alpha` is the
    scale of each factor, `beta` what the perturbed start takes off one of them, `negative` the
    eigenvalue that only this start can reach. Runs of depth N end `late` times after the escape of
    the least eigenvalue.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 30
    eigenvalues: tuple[float, ...] = (5.0, 3.0, 1.5)
    negative: float = 2.0
    noise: float = 0.75
    measurements: int = 450
    alpha: float = 0.1
    beta: float = 0.05
    step: float = 5e-3
    depths: tuple[int, ...] = (2, 3, 4)
    late: float = 8.0
    records: int = 400

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "eigenvalues", "negative", "noise", "measurements")
        require_positive(self, "alpha", "beta", "step", "depths", "late")
        require_distinct(self, "depths", "eigenvalues")
        require_descending(self, "eigenvalues")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")
        if len(self.eigenvalues) >= self.side:
            raise ValueError(
                f"setting eigenvalues must have fewer values than side, {self.side}, got "
                f"{len(self.eigenvalues)}"
            )
        if min(self.depths) < 2:
            raise ValueError(f"setting depths must be at least 2, got {min(self.depths)}")
        if not self.beta < self.alpha:
            raise ValueError(f"setting beta must be below alpha, {self.alpha}, got {self.beta}")
        if not self.noise < self.eigenvalues[-1]:
            raise ValueError(
                f"setting noise must be below the least eigenvalue, {self.eigenvalues[-1]}, got "
                f"{self.noise}"
            )


PRESETS = Presets(
    smoke=Config(side=10, measurements=90, depths=(2, 3), step=1e-2, records=120),
    paper=Config(),
)
