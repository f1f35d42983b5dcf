"""Settings of `arora2019_fig3`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets

CHECKED = 10
"""Records along the stretch of descent."""


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank, of whose entries `entries` are observed.

    `step` and `iterations` are those of descent; their product is the time of the flow. `stretch`
    is the number of iterations that are held against it, `full` asks for all. `top` is the number
    of singular values recorded. `ratings` is a table user, item, rating, of which the `users` and
    `items` with most ratings are taken, and a share `held` of the ratings is held out.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 100
    rank: int = 5
    entries: int = 2_000
    depths: tuple[int, ...] = (1, 2, 3)
    init_scale: float = 1e-2
    step: float = 1e-2
    iterations: int = 200_000
    stretch: int = 2_000
    records: int = 101
    top: int = 10
    full: bool = False
    ratings: str | None = None
    users: int = 300
    items: int = 300
    held: float = 0.1

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(
            self, "side", "rank", "entries", "depths", "init_scale", "step", "iterations"
        )
        require_positive(self, "users", "items", "held")
        require_ascending(self, "depths")
        require_distinct(self, "depths")

        # One singular value beyond the rank is needed for the gap below the last one that counts.
        if not self.rank < self.top <= min(self.side, self.users, self.items):
            raise ValueError(
                f"setting top must be above rank, {self.rank}, and at most side, users and items, "
                f"got {self.top}"
            )
        if self.entries > self.side**2:
            raise ValueError(
                f"setting entries must be at most side² = {self.side**2}, got {self.entries}"
            )

        # The run is recorded in two parts, a quarter and the rest, each of two records and more.
        if self.records < 9 or self.iterations < 2 * self.records:
            raise ValueError(
                f"setting records must be at least 9 and at most half of iterations, "
                f"{self.iterations}, got {self.records}"
            )
        if not CHECKED <= self.stretch <= self.iterations:
            raise ValueError(
                f"setting stretch must be between {CHECKED} and iterations, {self.iterations}, "
                f"got {self.stretch}"
            )
        if self.held >= 1:
            raise ValueError(f"setting held must be a share below 1, got {self.held:g}")


PRESETS = Presets(
    smoke=Config(
        side=30,
        rank=2,
        entries=300,
        depths=(1, 2),
        iterations=60_000,
        stretch=500,
        records=33,
        top=6,
        users=12,
        items=10,
    ),
    paper=Config(),
)
