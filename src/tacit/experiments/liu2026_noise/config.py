"""Settings of `liu2026_noise`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_distinct,
    require_positive,
    require_rank,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, from noisy measurements.

    `noises` are σ √m / ‖X★‖: the norm of the noise over that of what is measured. `held_out` is the
    share of the measurements that only watch. `widths` are R, the first the rank; α² / R is the
    variance of the entries of U at the small start, `step` the effective μ.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 12
    tube: int = 3
    rank: int = 2
    measurements: int = 180
    noises: tuple[float, ...] = (0.1, 0.3)
    held_out: float = 0.1
    widths: tuple[int, ...] = (2, 4, 12, 48)
    alpha: float = 1e-10
    step: float = 0.1
    steps: int = 4_000
    records: int = 201
    draws: int = 8

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "noises", "widths")
        require_positive(self, "alpha", "step", "steps", "draws")
        require_distinct(self, "noises", "widths")
        require_ascending(self, "noises", "widths")
        if len(self.widths) < 2 or self.widths[0] != self.rank:
            raise ValueError(
                f"setting widths must be the rank, {self.rank}, and a larger one or more, got "
                f"{self.widths}"
            )
        require_rank(self.rank, self.side, *self.widths[1:])
        if len(self.noises) < 2:
            raise ValueError(f"setting noises must have at least two values, got {self.noises}")
        if not 0 < self.held_out < 1 or self.watched < 2:
            raise ValueError(
                "setting held_out must be a share between 0 and 1 that leaves two measurements or "
                f"more, got {self.held_out}"
            )
        if self.measurements - self.watched < self.freedom + 2:
            raise ValueError(
                "setting measurements must leave more than the degrees of freedom, "
                f"{self.freedom}, when some are held out, got {self.measurements}"
            )
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")

    @property
    def watched(self) -> int:
        """How many measurements are held out."""
        return round(self.held_out * self.measurements)

    @property
    def freedom(self) -> int:
        """Degrees of freedom of tubal-symmetric tensors of the rank.

        A real slice has r n − r (r − 1) / 2, a pair of complex ones, Hermitian, 2 n r − r².
        """
        real = 1 if self.tube % 2 else 2
        pairs = (self.tube - real) // 2
        one = self.rank * self.side - self.rank * (self.rank - 1) // 2
        return real * one + pairs * (2 * self.side * self.rank - self.rank**2)


PRESETS = Presets(
    smoke=Config(
        side=8,
        rank=1,
        measurements=90,
        widths=(1, 4, 16),
        noises=(0.2, 0.4),
        held_out=0.2,
        alpha=1e-6,
        steps=4_000,
        records=101,
        draws=6,
    ),
    paper=Config(),
)
