"""Scales of the start: the error that remains falls with α [karnik2025, figure 4].

The error of a run falls geometrically to a floor, about as a power of α. Its exponent is below one:
the 21/16 of the paper's bound, which is drawn beside it, is not that of the unsquared error that
the figure shows; 21/32 is near it. Exponents differ from draw to draw, with how much faster than
the noise the signal grows; the claim is about the middle draw.

Every run is a fresh one, of the length at which the least α has reached its floor: in the released
script all but the first go on from where another ended. Linear regression recovers every truth from
the 285 measurements, for which no start matters.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._karnik2025 import Grid, Sizes, about_it, recover, refuse_bad_rank
from tacit.experiments._karnik2025_claims import control, falling, largest, median
from tacit.runs import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """`draws` truths, side × side × tube of the given tubal rank, each from all `alphas`.

    α² / R is the variance of the entries of U, of width R, at the start, `step` the effective μ.
    Exponents are fitted to the `alphas` up to `fitted`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 3
    measurements: int = 285
    width: int = 200
    alphas: tuple[float, ...] = (1e-2, 1e-4, 1e-6, 1e-8)
    fitted: float = 1e-4
    step: float = 2.28e-2
    steps: int = 7_500
    records: int = 101
    draws: int = 20

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alphas")
        require_positive(self, "fitted", "step", "steps", "draws")
        require_distinct(self, "alphas")
        require_descending(self, "alphas")
        refuse_bad_rank(self.rank, self.side, self.width)
        if sum(alpha <= self.fitted for alpha in self.alphas) < 2:
            raise ValueError(
                f"setting alphas must have two values up to fitted, {self.fitted:g}, got "
                f"{self.alphas}"
            )
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(
        side=8,
        rank=2,
        measurements=200,
        width=16,
        alphas=(1e-2, 1e-4, 1e-6),
        steps=3_000,
        draws=5,
    ),
    paper=Config(),
)
AUTHORS = {1e-2: 5.3e-3, 1e-4: 5.7e-4, 1e-6: 2.5e-5, 1e-8: 1.2e-6}
"""Errors that the authors saved at step 3,999 of runs that began afresh."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every α, and solve its regression."""
    report(0.0, "all scales and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        (config.width,),
        (config.measurements,),
        config.draws,
        config.alphas,
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = recover(sizes, grid, config.seed).isel(width=0, count=0, drop=True)
    final = found["test_error"].isel(record=-1)
    fitted = final.sel(alpha=[alpha for alpha in config.alphas if alpha <= config.fitted])
    exponents = np.polyfit(np.log(fitted["alpha"]), np.log(fitted.transpose("alpha", "draw")), 1)[0]
    alphas = np.array(config.alphas)
    bound = (
        config.tube ** (61 / 32)
        * config.rank ** (1 / 8)
        * (config.side - config.rank) ** (3 / 8)
        * 1.48**21
        * alphas ** (21 / 16)
    )
    # Through the middle error at the largest α that is fitted.
    anchor = fitted["alpha"].values.max()
    height = float(found["middle_error"].sel(alpha=anchor).isel(record=-1))
    report(1.0, "done")
    found = found.assign(
        guide=("alpha", height * (alphas / anchor) ** (21 / 32), about_it("as α^(21/32)")),
        exponent=("draw", exponents, about_it("exponent of α in the error")),
        bound=("alpha", bound, about_it("the paper's c α^(21/16)")),
    )
    if config.steps != PRESETS.paper.steps:
        return found
    known = [AUTHORS.get(float(alpha), np.nan) for alpha in alphas]
    return found.assign(authors_final=("alpha", known, about_it("authors, step 3,999")))


def claims(config: Config) -> tuple[Claim, ...]:
    """Smaller starts end nearer, with an exponent that is not the bound's."""
    fitted = [alpha for alpha in config.alphas if alpha <= config.fitted]
    where = f"exponent of the error between α={fitted[-1]:g} and {fitted[0]:g}, median of the draws"
    return (
        control(),
        falling("all runs", lambda dataset: dataset),
        Claim(f"{where}, at least", lambda dataset: median(dataset["exponent"]), "≥", 0.6),
        Claim(f"{where}, at most", lambda dataset: median(dataset["exponent"]), "≤", 1.1),
        Claim(
            f"error at the end from α={config.alphas[-1]:g}, median of the draws",
            lambda dataset: median(
                np.abs(dataset["test_error"].sel(alpha=config.alphas[-1]).isel(record=-1))
            ),
            "<",
            1e-4,
        ),
        Claim(
            "largest ratio of train to test error at the end",
            lambda dataset: largest(
                np.abs(dataset["train_error"] / dataset["test_error"]).isel(record=-1)
            ),
            "<",
            1,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors along the runs by scale, and at the end against the scale."""
    return plots.tubal_recovery(dataset, "alpha")
