"""What is claimed of a run of `chu2024_fig3`."""

import xarray as xr

from tacit.experiments import _chu2024 as shared
from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_fig3.config import NETWORKS, Config


def claims(config: Config) -> tuple[Claim, ...]:
    """What the figure shows, of the best rate of each network."""

    def final(dataset: xr.Dataset, network: str, name: str) -> float:
        return shared.read_final(dataset.sel(network=network), name)

    snn, _, regression = NETWORKS

    def share(dataset: xr.Dataset) -> float:
        return final(dataset, snn, "nuclear_norm") / float(dataset["truth_nuclear_norm"])

    return (
        Claim(
            "spectral network: relative error",
            lambda dataset: final(dataset, snn, "test_error"),
            "<",
            0.15,
        ),
        Claim(
            "relative error of linear regression over that of the spectral network",
            lambda dataset: (
                final(dataset, regression, "test_error") / final(dataset, snn, "test_error")
            ),
            ">",
            3,
        ),
        Claim(
            "spectral network: excess of the effective rank over the truth's",
            lambda dataset: (
                final(dataset, snn, "effective_rank") - float(dataset["truth_effective_rank"])
            ),
            "<",
            0.3,
        ),
        Claim(
            "linear regression: effective rank",
            lambda dataset: final(dataset, regression, "effective_rank"),
            ">",
            5,
        ),
        Claim(
            "linear regression interpolates: training loss",
            lambda dataset: final(dataset, regression, "loss"),
            "<",
            1e-12,
        ),
        Claim("spectral network: nuclear norm over the truth's, from below", share, "≥", 0.95),
        Claim("spectral network: nuclear norm over the truth's, from above", share, "≤", 1.02),
        Claim(
            "deep factorisation is still at rank one: effective rank",
            lambda dataset: final(dataset, NETWORKS[1], "effective_rank"),
            "<",
            1.1,
        ),
    )
