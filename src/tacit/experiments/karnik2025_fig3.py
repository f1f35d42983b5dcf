"""Widths of U: over-parametrisation costs nothing and gains little [karnik2025, figure 3].

Every draw has a truth, measurements and a start of its own, and its widths are fresh runs: in the
released scripts U goes on from where the draw before left it, so that the averages of the figure
are not those of runs from a small start. What is compared with the authors' numbers are their first
runs.

That a run ends below 10⁻⁴, of the right rank, is so for most draws and not for all: where noise
grows nearly as fast as the signal it ends higher. The claims are about the middle draw, with the
share of draws beside it. Linear regression recovers every truth from the 285 measurements: the
space of tubal-symmetric tensors has 210 dimensions.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._karnik2025 import (
    Grid,
    Sizes,
    about_it,
    recover,
    refuse_bad_rank,
)
from tacit.experiments._karnik2025_claims import alignment, control, escapes, recovery
from tacit.experiments._karnik2025_reading import crossing, with_escapes
from tacit.runs import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, each from all `widths` R of U.

    `alpha`² / R is the variance of the entries of U at the start, `step` the effective μ. `share`
    is the share of draws that ends below 10⁻⁴ at least.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: int = 285
    widths: tuple[int, ...] = (10, 50, 100, 200, 400)
    alpha: float = 1e-7
    step: float = 2.28e-2
    steps: int = 4_000
    records: int = 101
    draws: int = 20
    share: float = 0.7

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "widths", "alpha")
        require_positive(self, "step", "steps", "draws", "share")
        require_distinct(self, "widths")
        require_ascending(self, "widths")
        refuse_bad_rank(self.rank, self.side, *self.widths)
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(side=8, rank=2, measurements=200, widths=(8, 16), steps=3_000, draws=5),
    paper=Config(),
)
AUTHORS = {
    "first run": {
        500: 0.851,
        800: 0.378,
        1000: 0.238,
        1250: 0.050,
        1499: 0.0152,
        2000: 1.7e-3,
        3000: 2.5e-5,
        3999: 4e-7,
    },
    "sixth run": {
        500: 0.942,
        800: 0.522,
        1000: 0.287,
        1250: 0.047,
        1499: 0.0108,
        2000: 7.6e-4,
        3000: 6.8e-6,
        3999: 7e-7,
    },
}
"""Errors that the authors saved of runs that began afresh, R = 200, by step."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every width, and solve its regression."""
    report(0.0, "all widths and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        config.widths,
        (config.measurements,),
        config.draws,
        (config.alpha,),
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = with_escapes(recover(sizes, grid, config.seed, ("angles",)), sizes, config.step)
    mean = found["test_error"].mean("draw", skipna=False)
    found = found.assign(reached=crossing(mean, 1e-2, "mean error below 0.01, step"))
    report(1.0, "done")
    drawn = found.isel(count=0, alpha=0, drop=True)
    return drawn.assign(_authors()) if config.steps == PRESETS.paper.steps else drawn


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery and escape at every width, and how little the width changes."""
    widest = config.widths[-1]
    return (
        control(),
        *(claim for width in config.widths for claim in _at_width(config, width)),
        *alignment(f"R={widest}", lambda dataset: dataset.sel(width=widest)),
        *(
            [
                Claim(
                    f"steps to a mean error of 0.01: R={config.widths[0]} over R={widest}, "
                    "distance from one",
                    lambda dataset: abs(
                        float(dataset["reached"].isel(width=0) / dataset["reached"].isel(width=-1))
                        - 1
                    ),
                    "<",
                    0.1,
                )
            ]
            if len(config.widths) > 1
            else []
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors along the runs by width, and when they leave zero."""
    return plots.tubal_recovery(dataset, "width")


def _at_width(config: Config, width: int) -> tuple[Claim, ...]:
    def pick(dataset: xr.Dataset) -> xr.Dataset:
        return dataset.sel(width=width)

    return (
        *recovery(f"R={width}", pick, config.rank),
        Claim(
            f"R={width}: share of draws with an error below 1e-4 at the end",
            lambda dataset: float((pick(dataset)["test_error"].isel(record=-1) < 1e-4).mean()),
            "≥",
            config.share,
        ),
        *escapes(f"R={width}", pick),
    )


def _authors() -> dict[str, xr.DataArray]:
    runs = np.array(list(AUTHORS), object)
    steps = list(AUTHORS["first run"])
    errors = [list(known.values()) for known in AUTHORS.values()]
    coords = {"authors_run": runs, "authors_step": steps}
    attrs = about_it("runs of the authors")
    return {
        "authors_error": xr.DataArray(errors, coords, ("authors_run", "authors_step"), attrs=attrs)
    }
