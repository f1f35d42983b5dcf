"""Too few measurements for least squares: where a small start decides [karnik2025].

In the printed settings of the paper there are more measurements than tubal-symmetric tensors have
dimensions, so that every start leads to the truth in the end. Here there are fewer than the 210,
180 and 120, and more than the 105 degrees of freedom of tubal rank 3: linear least squares fails,
every run fits what was measured, and what it recovers hangs on the scale α of its start. With 120
no scale recovers the truth. The settings are this module's own; the paper has no such figure.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._karnik2025 import Grid, Sizes, recover, refuse_bad_rank
from tacit.experiments._karnik2025_claims import falling, median
from tacit.runs import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, from two numbers of measurements.

    The first of `measurements` is enough for descent and the second is not. α² / R is the variance
    of the entries of U, of width R, at the start, `step` the effective μ. `recovered` is the error
    from the least α that the middle draw stays below.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: tuple[int, ...] = (180, 120)
    width: int = 30
    alphas: tuple[float, ...] = (1.0, 1e-1, 1e-3, 1e-6)
    step: float = 2e-2
    steps: int = 15_000
    records: int = 101
    draws: int = 10
    recovered: float = 3e-3

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alphas")
        require_positive(self, "step", "steps", "draws", "recovered")
        require_distinct(self, "measurements", "alphas")
        require_descending(self, "measurements", "alphas")
        refuse_bad_rank(self.rank, self.side, self.width)
        if len(self.measurements) != 2:
            raise ValueError(f"setting measurements must be two numbers, got {self.measurements}")
        if len(self.alphas) < 2:
            raise ValueError(f"setting alphas must have at least two values, got {self.alphas}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=6,
        rank=1,
        measurements=(60, 24),
        width=12,
        alphas=(1.0, 1e-1, 1e-4),
        steps=5_000,
        records=51,
        draws=3,
    ),
    paper=Config(),
)


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every α with either number of measurements."""
    report(0.0, "all scales and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    schedule = Schedule.linear(config.steps, config.records)
    grid = Grid(
        (config.width,), config.measurements, config.draws, config.alphas, config.step, schedule
    )
    found = recover(sizes, grid, config.seed)
    report(1.0, "done")
    return found.isel(width=0, drop=True)


def claims(config: Config) -> tuple[Claim, ...]:
    """Only a small start recovers from the larger number, and nothing from the smaller."""
    enough, few = config.measurements
    least, most = config.alphas[-1], config.alphas[0]

    def ends(dataset: xr.Dataset, count: int) -> xr.DataArray:
        return abs(dataset["test_error"].sel(count=count).isel(record=-1))

    return (
        Claim(
            f"m={enough}: relative error of linear least squares, median of the draws",
            lambda dataset: median(dataset["regression_error"].sel(count=enough)),
            ">",
            0.2,
        ),
        Claim(
            f"m={enough}: train error at the end, median of all runs",
            lambda dataset: median(
                np.abs(dataset["train_error"].sel(count=enough).isel(record=-1))
            ),
            "<",
            0.02,
        ),
        falling(f"m={enough}", lambda dataset: dataset.sel(count=enough)),
        Claim(
            f"m={enough}: error at the end from α={most:g}, median of the draws",
            lambda dataset: median(ends(dataset, enough).sel(alpha=most)),
            ">",
            0.05,
        ),
        Claim(
            f"m={enough}: error at the end from α={least:g}, median of the draws",
            lambda dataset: median(ends(dataset, enough).sel(alpha=least)),
            "<",
            config.recovered,
        ),
        Claim(
            f"m={few}: error at the end, median of the draws, least of all α",
            lambda dataset: float(ends(dataset, few).median("draw", skipna=False).min("alpha")),
            ">",
            0.05,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors along the runs by scale for either number, and at the end against the scale."""
    return plots.tubal_recovery_by_count(dataset)
