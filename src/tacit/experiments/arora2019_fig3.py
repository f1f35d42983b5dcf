"""Singular values along training at depths 1, 2 and 3 [arora2019, figure 3].

From a small multiple of the identity the singular values come one after another, the more so the
deeper, and those beyond the rank of the truth stay the smaller. The paper descends 200,000
iterations at a step of 0.01. Here the flow is followed to the same time, 2,000, which costs some
thousand gradients; a stretch of real descent, beginning where the flow is at a quarter of the time,
is held against the flow. `full` descends as published.

The size of the paper's start is not at hand; this one, 10⁻² end to end, gives test errors near
those published. Below the synthetic matrix are ratings, where a table of them is given: the users
and items with most ratings, some of them held out. There depths 2 and 3 find the one value that
stands out, and are far better than depth 1; by this time the next ones have only begun.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._arora2019_fig3_claims import claims
from tacit.experiments._arora2019_fig3_runs import CHECKED, followed, posed
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_ascending, require_distinct, require_positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


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
    scale: float = 1e-2
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
        require_positive(self, "side", "rank", "entries", "depths", "scale", "step", "iterations")
        require_positive(self, "users", "items", "held")
        require_ascending(self, "depths")
        require_distinct(self, "depths")
        if not self.rank < self.top <= min(self.side, self.users, self.items):
            raise ValueError(
                f"setting top must be above rank, {self.rank}, and at most side, users and items, "
                f"got {self.top}"
            )
        if self.entries > self.side**2:
            raise ValueError(
                f"setting entries must be at most side² = {self.side**2}, got {self.entries}"
            )
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


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every depth on the synthetic matrix, and on the ratings where there are any."""
    tasks, truth = posed(config)
    grid = [(task, depth) for task in tasks for depth in config.depths]
    cells = []
    for number, (task, depth) in enumerate(grid):

        def inner(share: float, what: str, number: int = number) -> None:
            task, depth = grid[number]
            report((number + share) / len(grid), f"{task.name}, depth {depth}, {what}")

        cells.append(followed(config, task, depth, inner))
    rows = [cells[at : at + len(config.depths)] for at in range(0, len(cells), len(config.depths))]
    whole = xr.combine_nested(
        rows, ["data", "depth"], data_vars="all", coords="minimal", compat="override"
    )
    whole = whole.assign_coords(
        data=np.array([task.name for task in tasks], object), depth=list(config.depths)
    )
    report(1.0, "done")
    return _labelled(whole.merge(truth))


def plot(dataset: xr.Dataset) -> "Figure":
    """The largest singular values over the time at each depth, and the test errors."""
    return plots.depths_over_time(dataset)


def _labelled(dataset: xr.Dataset) -> xr.Dataset:
    for name, label in (
        ("depth", "depth"),
        ("time", "time t"),
        ("singular_values", "singular values σᵢ(W)"),
        ("test_error", "test error, mean square"),
        ("effective_rank", "effective rank (entropy)"),
        ("loss", "training loss"),
        ("evaluations", "gradients evaluated"),
        ("stretch_gap", "|flow − descent| / |movement|"),
    ):
        dataset[name].attrs["long_name"] = label
    return dataset
