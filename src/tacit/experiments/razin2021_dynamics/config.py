"""Settings of `razin2021_dynamics`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """Truths with all sides equal and `rank` components, a `share` of the entries seen.

    `orders` are followed with one layer in each mode and `width` components, `depths` with as many
    layers in each mode as given and all entries seen. `init_scale` is the size of the start, end to
    end, `span` the time N t that is followed, `step` the larger of two steps of descent, the other
    its half.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 5
    orders: tuple[int, ...] = (2, 3, 4)
    depths: tuple[int, ...] = (2, 3)
    rank: int = 3
    width: int = 5
    share: float = 0.6
    init_scale: float = 0.1
    span: float = 16.0
    step: float = 1e-3
    records: int = 120

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "orders", "depths", "rank", "width", "share")
        require_positive(self, "init_scale", "span", "step")
        require_ascending(self, "orders", "depths")
        require_distinct(self, "orders", "depths")
        if min(self.orders) < 2 or min(self.depths) < 2:
            raise ValueError(
                f"settings orders and depths must be 2 or more each, got {self.orders} and "
                f"{self.depths}"
            )
        if not self.rank <= self.width <= self.side:
            raise ValueError(
                "settings rank, width and side must not fall: the vectors of aligned layers are "
                f"orthogonal, got {self.rank}, {self.width} and {self.side}"
            )
        if self.share > 1:
            raise ValueError(f"setting share must be at most 1, got {self.share:g}")
        if self.records < 20:
            raise ValueError(f"setting records must be at least 20, got {self.records}")


PRESETS = Presets(smoke=Config(orders=(3,), depths=(2,), step=4e-3, records=40), paper=Config())
