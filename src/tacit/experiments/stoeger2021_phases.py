"""Three phases of descent on a symmetric matrix from a small start [stoeger2021].

It is tubal descent with tubes of length one: U Uᵀ, side 10, of rank 3. First U turns to the leading
eigenvectors of L = A*A(X★), as a power iteration on L does; then its r-th singular value leaves
zero while the next stays small; then the error falls geometrically to a floor.

72 measurements are more than the 55 dimensions of symmetric matrices, so that linear regression
recovers the truth as well; 45 are fewer, and descent from the same start still recovers it in most
draws, and not in all. The paper's own numbers are not at hand: settings and bounds are those of
the tubal experiments with k = 1.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._karnik2025 import (
    Grid,
    Sizes,
    recover,
    refuse_bad_rank,
)
from tacit.experiments._karnik2025_claims import alignment, escapes, largest, median, recovery
from tacit.experiments._karnik2025_reading import with_escapes, with_phases
from tacit.runs import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side of the given rank, from two numbers of measurements.

    With the first of `measurements` linear regression recovers the truth, with the second it does
    not. `alpha`² / R is the variance of the entries of U, of width R, at the start, `step` the
    effective μ.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 3
    measurements: tuple[int, ...] = (72, 45)
    width: int = 30
    alpha: float = 1e-7
    step: float = 2e-2
    steps: int = 10_000
    records: int = 401
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "measurements", "width", "alpha")
        require_positive(self, "step", "steps", "draws")
        require_distinct(self, "measurements")
        require_descending(self, "measurements")
        refuse_bad_rank(self.rank, self.side, self.width)
        if len(self.measurements) != 2:
            raise ValueError(f"setting measurements must be two numbers, got {self.measurements}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=8, rank=2, measurements=(60, 24), width=16, steps=6_000, records=301, draws=4
    ),
    paper=Config(),
)


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw with either number of measurements, and solve its regression."""
    report(0.0, "all draws")
    sizes = Sizes(config.side, 1, config.rank, config.dtype)
    schedule = Schedule.linear(config.steps, config.records)
    grid = Grid(
        (config.width,), config.measurements, config.draws, (config.alpha,), config.step, schedule
    )
    found = with_phases(
        with_escapes(recover(sizes, grid, config.seed, ("angles", "power")), sizes, config.step)
    )
    report(1.0, "done")
    return found.isel(width=0, alpha=0, drop=True)


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery, alignment and escape with either number, regression with the larger alone."""
    enough, few = config.measurements
    return (
        Claim(
            f"m={enough}: largest relative error of linear least squares",
            lambda dataset: float(dataset["regression_error"].sel(count=enough).max(skipna=False)),
            "≤",
            1e-12,
        ),
        Claim(
            f"m={few}: relative error of linear least squares, median of the draws",
            lambda dataset: median(dataset["regression_error"].sel(count=few)),
            ">",
            0.2,
        ),
        *(claim for count in config.measurements for claim in _at_count(config, count)),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors and angles along the first draw, its phases shaded."""
    return plots.tubal_phases(dataset.isel(count=0))


def _at_count(config: Config, count: int) -> tuple[Claim, ...]:
    def pick(dataset: xr.Dataset) -> xr.Dataset:
        return dataset.sel(count=count)

    where = f"m={count}"
    final = "error at the end"
    recovered = (
        recovery(where, pick, config.rank)
        if count == config.measurements[0]
        else (
            Claim(
                f"{where}: share of draws with an {final} below 1e-3",
                lambda dataset: float((pick(dataset)["test_error"].isel(record=-1) < 1e-3).mean()),
                "≥",
                0.5,
            ),
            Claim(
                f"{where}: largest {final} of all draws: not every one is recovered",
                lambda dataset: largest(pick(dataset)["test_error"].isel(record=-1)),
                ">",
                1e-3,
            ),
        )
    )
    return (
        *recovered,
        *alignment(where, pick),
        *escapes(where, pick),
        Claim(
            f"{where}: least length of a phase over that of the run, median of the draws",
            lambda dataset: median(
                pick(dataset)["phase_end"].diff("phase").min("phase", skipna=False) / config.steps
            ),
            ">",
            0.02,
        ),
    )
