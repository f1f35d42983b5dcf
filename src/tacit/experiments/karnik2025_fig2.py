"""One run of tubal gradient descent: its errors, its angles and its phases [karnik2025, figure 2].

While U is small, descent is a power iteration on L = A*A(X★): the leading vectors of U turn to
those of L, not to those of the truth (spectral phase). Then the signal leaves zero while the rest
stays small (saddle avoidance), and the error falls geometrically (local convergence).

The sizes are those of the released script, of rank 2, from which the caption of the paper differs,
and the step is its effective one, μ = 2 m · 10⁻⁵, for A_i with entries of variance 1/m. The run is
a fresh one. Beside it stands linear regression: there are more measurements than the space of
tubal-symmetric tensors has dimensions, 254 against 210, so that the truth needs no small start.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_positive
from tacit.experiments._karnik2025 import (
    Grid,
    Sizes,
    about_it,
    recover,
    refuse_bad_rank,
)
from tacit.experiments._karnik2025_claims import alignment, control, escapes, recovery
from tacit.experiments._karnik2025_reading import with_escapes, with_phases
from tacit.runs import Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A side × side × tube truth of the given tubal rank, and U of the given width R.

    `alpha`² / R is the variance of the entries of U at the start, `step` the effective μ.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    tube: int = 4
    rank: int = 2
    measurements: int = 254
    width: int = 100
    alpha: float = 1e-7
    step: float = 5.08e-3
    steps: int = 10_000
    records: int = 401

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "measurements", "width", "alpha")
        require_positive(self, "step", "steps")
        refuse_bad_rank(self.rank, self.side, self.width)
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")


PRESETS = Presets(
    smoke=Config(seed=1, side=8, measurements=200, width=16, step=2e-2, steps=3_000, records=201),
    paper=Config(),
)
AUTHORS = {
    "test_error": {3000: 0.75, 5000: 0.028, 7000: 1.25e-3, 9999: 2.1e-5},
    "tube_error": {2000: 0.997, 3000: 0.69, 5000: 0.0075},
    "angle_to_spectral_tensor": {200: 0.30, 500: 0.085, 2000: 8.4e-3, 2556: 2.9e-3, 3000: 0.139},
    "angle_to_truth": {3000: 0.457, 5000: 0.022, 9999: 1.9e-5},
    "power_iterate_angle": {2000: 0.032, 3000: 0.016},
}
"""Results that the authors saved, of another draw, by step."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow the run, and solve its regression."""
    report(0.0, "one run and its regression")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        (config.width,),
        (config.measurements,),
        1,
        (config.alpha,),
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = with_phases(
        with_escapes(recover(sizes, grid, config.seed, ("angles", "power")), sizes, config.step)
    )
    report(1.0, "done")
    drawn = found.isel(width=0, count=0, alpha=0, drop=True)
    return drawn.assign(_authors()) if config.steps == PRESETS.paper.steps else drawn


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery, both turns of U, the escape, the order of the phases, and the control."""
    return (
        control(),
        # The error still falls at the end, at a rate that hangs on the draw.
        *recovery("the run", _all, config.rank, 1e-3),
        *alignment("the run", _all),
        *escapes("the run", _all),
        Claim(
            "sine of the angle of the power iterate to L where the error leaves 0.9",
            _power_iterate_angle,
            "<",
            0.05,
        ),
        Claim(
            "singular-tube error at the end",
            lambda dataset: float(np.abs(dataset["tube_error"].isel(draw=0, record=-1))),
            "<",
            1e-4,
        ),
        Claim(
            "least length of a phase over that of the run",
            lambda dataset: float(
                dataset["phase_end"].isel(draw=0).diff("phase").min(skipna=False) / config.steps
            ),
            ">",
            0.05,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Errors and angles along the run, its phases shaded."""
    return plots.tubal_phases(dataset)


def _all(dataset: xr.Dataset) -> xr.Dataset:
    return dataset


def _power_iterate_angle(dataset: xr.Dataset) -> float:
    """At the first record with an error below 0.9."""
    left = dataset["test_error"].isel(draw=0).values < 0.9
    angle = np.abs(dataset["power_iterate_angle"].isel(draw=0).values)
    return float(angle[np.argmax(left)]) if left.any() else np.nan


def _authors() -> dict[str, xr.DataArray]:
    """Results of the authors, each over steps of its own."""
    return {
        f"authors_{name}": xr.DataArray(
            list(known.values()),
            {f"{name}_step": list(known)},
            attrs=about_it("saved by the authors, another draw"),
        )
        for name, known in AUTHORS.items()
    }
