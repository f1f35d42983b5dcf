"""What is claimed of a run of `karnik2025_fig2`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import (
    claim_alignment,
    claim_control,
    claim_escapes,
    claim_recovery,
)
from tacit.experiments.karnik2025_fig2.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery, both turns of U, the escape, the order of the phases, and the control."""
    return (
        claim_control(),
        # The error still falls at the end, at a rate that depends on the draw.
        *claim_recovery("the run", _whole, config.rank, 1e-3),
        *claim_alignment("the run", _whole),
        *claim_escapes("the run", _whole),
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


def _whole(dataset: xr.Dataset) -> xr.Dataset:
    return dataset


def _power_iterate_angle(dataset: xr.Dataset) -> float:
    """At the first record with an error below 0.9."""
    left = dataset["test_error"].isel(draw=0).values < 0.9
    angle = np.abs(dataset["power_iterate_angle"].isel(draw=0).values)
    return float(angle[np.argmax(left)]) if left.any() else np.nan
