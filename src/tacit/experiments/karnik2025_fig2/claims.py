"""What is claimed of a run of `karnik2025_fig2`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import alignment, control, escapes, recovery
from tacit.experiments.karnik2025_fig2.config import Config


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


def _all(dataset: xr.Dataset) -> xr.Dataset:
    return dataset


def _power_iterate_angle(dataset: xr.Dataset) -> float:
    """At the first record with an error below 0.9."""
    left = dataset["test_error"].isel(draw=0).values < 0.9
    angle = np.abs(dataset["power_iterate_angle"].isel(draw=0).values)
    return float(angle[np.argmax(left)]) if left.any() else np.nan
