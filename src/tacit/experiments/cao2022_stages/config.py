"""Settings of `cao2022_stages`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_descending,
    require_distinct,
    require_positive,
)
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """Targets of side × side with σ_j = ratio^−(j−1), factors of size α in units of σ₁^{1/N}.

    `scales_2`, `scales_3` and `scales_4` are the α of depths 2, 3 and 4, largest first; a depth
    without any is left out. Inside the bounds are ratios of at least `wide` and α of at most
    `small_2`, `small_3`, `small_4`; at just these start the runs that are shown, of the largest
    ratio and rank. Group RMSprop, at each of its `rates`, starts at the smallest α and has the
    ratio `wide`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 20
    ranks: tuple[int, ...] = (1, 2, 3, 4, 5)
    ratios: tuple[float, ...] = (1.0, 1.1, 1.25, 1.5, 2.0)
    scales_2: tuple[float, ...] = (1e-3, 1e-4, 1e-6)
    scales_3: tuple[float, ...] = (0.1, 0.05, 0.03, 0.01)
    scales_4: tuple[float, ...] = (0.3, 0.15, 0.08)
    small_2: float = 1e-4
    small_3: float = 0.03
    small_4: float = 0.08
    wide: float = 1.5
    draws: int = 2
    step: float = 0.1
    records: int = 600
    rates: tuple[float, ...] = (1e-3, 5e-4, 2.5e-4)

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "ranks", "ratios", "draws", "step", "records", "rates")
        require_positive(self, "small_2", "small_3", "small_4", "wide")
        require_distinct(self, "ranks", "ratios", "scales_2", "scales_3", "scales_4", "rates")
        require_descending(self, "scales_2", "scales_3", "scales_4", "rates")
        require_ascending(self, "ranks", "ratios")
        if self.ranks[-1] >= self.side:
            raise ValueError(f"setting ranks must be below side, {self.side}, got {self.ranks[-1]}")
        if self.ratios[0] < 1:
            raise ValueError(f"setting ratios must be at least 1, got {self.ratios[0]}")
        if not self.scales:
            raise ValueError("settings scales_2, scales_3 and scales_4 are all empty: give one")
        for depth, scales in self.scales.items():
            if self.small[depth] not in scales or scales[-1] <= 0:
                raise ValueError(
                    f"setting scales_{depth} must be positive and hold small_{depth}, "
                    f"{self.small[depth]}, got {scales}"
                )

    @property
    def scales(self) -> dict[int, tuple[float, ...]]:
        """α for each depth that has any."""
        given = {2: self.scales_2, 3: self.scales_3, 4: self.scales_4}
        return {depth: scales for depth, scales in given.items() if scales}

    @property
    def small(self) -> dict[int, float]:
        """Largest α inside the bounds, for each of these depths."""
        bounds = {2: self.small_2, 3: self.small_3, 4: self.small_4}
        return {depth: bounds[depth] for depth in self.scales}


PRESETS = Presets(
    smoke=Config(
        side=8,
        ranks=(1, 2),
        ratios=(1.0, 2.0),
        scales_2=(1e-4,),
        scales_3=(),
        scales_4=(),
        wide=2.0,
        draws=1,
        records=300,
        rates=(1e-3, 5e-4),
    ),
    paper=Config(),
)
