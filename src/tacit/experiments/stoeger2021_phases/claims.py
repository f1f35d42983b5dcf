"""What is claimed of a run of `stoeger2021_phases`."""

import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import (
    claim_alignment,
    claim_escapes,
    claim_recovery,
    largest,
    median,
)
from tacit.experiments.stoeger2021_phases.config import Config


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
        *(claim for count in config.measurements for claim in _claim_count(config, count)),
    )


def _claim_count(config: Config, count: int) -> tuple[Claim, ...]:
    def pick(dataset: xr.Dataset) -> xr.Dataset:
        return dataset.sel(count=count)

    where = f"m={count}"
    final = "error at the end"
    recovered = (
        claim_recovery(where, pick, config.rank)
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
        *claim_alignment(where, pick),
        *claim_escapes(where, pick),
        Claim(
            f"{where}: least length of a phase over that of the run, median of the draws",
            lambda dataset: median(
                pick(dataset)["phase_end"].diff("phase").min("phase", skipna=False) / config.steps
            ),
            ">",
            0.02,
        ),
    )
