"""What is claimed of a run of `chu2024_fig5`."""

import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_fig5.config import ESTIMATORS, Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The network beats linear regression on every picture, by a factor; a large step loses it."""

    def ratio(dataset: xr.Dataset, one: str, other: str) -> float:
        error = dataset["error"]
        return float((error.sel(estimator=one) / error.sel(estimator=other)).min(skipna=False))

    return (
        Claim(
            "error of linear regression over that of the spectral network, least of all pictures",
            lambda dataset: ratio(dataset, ESTIMATORS[1], ESTIMATORS[2]),
            ">",
            2.2,
        ),
        Claim(
            "error at the large step over that at the small one, least of all pictures",
            lambda dataset: ratio(dataset, ESTIMATORS[3], ESTIMATORS[2]),
            ">",
            config.loses,
        ),
        Claim(
            "the automatic step keeps it: error over that at the small step, largest of all",
            lambda dataset: float(
                (
                    dataset["error"].sel(estimator=ESTIMATORS[4])
                    / dataset["error"].sel(estimator=ESTIMATORS[2])
                ).max(skipna=False)
            ),
            "<",
            1.1,
        ),
        Claim(
            "linear regression interpolates: largest training loss",
            lambda dataset: float(dataset["loss"].sel(estimator=ESTIMATORS[1]).max(skipna=False)),
            "<",
            1e-6,
        ),
    )
