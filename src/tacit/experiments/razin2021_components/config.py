"""Settings of `razin2021_components`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets

_CASES = ("orders", "seen", "draws", "small", "steps_of", "least_exact")


@dataclass(frozen=True)
class Config:
    """Truths with all sides equal, `rank` normal components, and norm 1.

    A case has an order, a number of entries seen, draws, a deviation of the entries of the small
    start (`large` is that of the other), a step, and the least share of draws that is claimed to
    end with `rank` components and no more. A run ends at a loss of `enough` or after `steps`.
    """

    seed: int = 0
    dtype: str = "float32"
    side: int = 10
    rank: int = 5
    orders: tuple[int, ...] = (3, 4, 4)
    seen: tuple[int, ...] = (800, 2000, 4000)
    draws: tuple[int, ...] = (8, 3, 3)
    small: tuple[float, ...] = (0.001, 0.02, 0.01)
    large: float = 0.05
    steps_of: tuple[float, ...] = (5e-3, 1e-2, 1e-2)
    least_exact: tuple[float, ...] = (0.5, 0.0, 0.5)
    steps: int = 10_000
    every: int = 25
    enough: float = 2e-8

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "seen", "draws", "small", "large")
        require_positive(self, "steps_of", "steps", "every", "enough")

        lengths = {len(getattr(self, name)) for name in _CASES}
        if len(lengths) > 1 or not self.orders:
            names = ", ".join(_CASES)
            raise ValueError(f"settings {names} must have one value for each case, and one case")
        if min(self.orders) < 3:
            raise ValueError(f"setting orders must be 3 or more each, got {self.orders}")
        for order, seen in zip(self.orders, self.seen, strict=True):
            if seen >= self.side**order:
                raise ValueError(
                    f"setting seen must leave something out of {self.side**order} entries of order "
                    f"{order}, got {seen}"
                )

        if not max(self.small) < self.large:
            raise ValueError(f"setting large must be above small, {self.small}, got {self.large:g}")
        if not all(0 <= share <= 1 for share in self.least_exact):
            raise ValueError(f"setting least_exact must be shares, got {self.least_exact}")
        if self.steps < 20 * self.every:
            raise ValueError(f"setting steps must be at least {20 * self.every}, got {self.steps}")

    def name_case(self, number: int) -> str:
        """What a claim says of a case."""
        return f"order {self.orders[number]}, {self.seen[number]} entries"


PRESETS = Presets(
    smoke=Config(
        side=6,
        rank=3,
        orders=(3,),
        seen=(150,),
        draws=(4,),
        small=(0.003,),
        steps_of=(5e-3,),
        least_exact=(0.5,),
        steps=4_000,
        enough=1e-7,
    ),
    paper=Config(),
)
