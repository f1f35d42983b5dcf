"""Settings of the experiments of [milanesi2021]; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import (
    require_ascending,
    require_descending,
    require_distinct,
    require_positive,
)


@dataclass(frozen=True)
class Config:
    """Cubes of this side and of multilinear rank (`rank`, `rank`, `rank`), of normal cores.

    `shares` of their entries are seen, the larger one first. `depths` are L, the layers of a mode
    or one more than the matrices on a bond; `init_scale` is the size of the start, end to end.
    """

    seed: int = 0
    dtype: str = "float32"
    side: int = 25
    rank: int = 5
    shares: tuple[float, ...] = (0.7, 0.15)
    depths: tuple[int, ...] = (1, 2, 3)
    init_scale: float = 0.1
    step: float = 1e-2
    steps: int = 2_500
    records: int = 51
    draws: int = 3

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "shares", "depths", "init_scale", "step", "steps")
        require_positive(self, "draws")
        require_distinct(self, "shares", "depths")
        require_descending(self, "shares")
        require_ascending(self, "depths")
        if not self.rank < self.side:
            raise ValueError(f"setting rank must be below side, {self.side}, got {self.rank}")
        if len(self.shares) != 2 or not self.shares[0] < 1:
            raise ValueError(f"setting shares must be two numbers below 1, got {self.shares}")
        if len(self.depths) < 2:
            raise ValueError(f"setting depths must be two or more, got {self.depths}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")
