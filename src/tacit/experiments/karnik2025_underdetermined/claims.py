"""What is claimed of a run of `karnik2025_underdetermined`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import claim_fall, median
from tacit.experiments.karnik2025_underdetermined.config import Config


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
        claim_fall(f"m={enough}", lambda dataset: dataset.sel(count=enough)),
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
