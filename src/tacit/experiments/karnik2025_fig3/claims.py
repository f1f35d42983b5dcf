"""What is claimed of a run of `karnik2025_fig3`."""

import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import (
    claim_alignment,
    claim_control,
    claim_escapes,
    claim_recovery,
)
from tacit.experiments.karnik2025_fig3.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery and escape at every width, and how little the width changes."""
    widest = config.widths[-1]
    return (
        claim_control(),
        *(claim for width in config.widths for claim in _claim_width(config, width)),
        *claim_alignment(f"R={widest}", lambda dataset: dataset.sel(width=widest)),
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


def _claim_width(config: Config, width: int) -> tuple[Claim, ...]:
    def pick(dataset: xr.Dataset) -> xr.Dataset:
        return dataset.sel(width=width)

    return (
        *claim_recovery(f"R={width}", pick, config.rank),
        Claim(
            f"R={width}: share of draws with an error below 1e-4 at the end",
            lambda dataset: float((pick(dataset)["test_error"].isel(record=-1) < 1e-4).mean()),
            "≥",
            config.share,
        ),
        *claim_escapes(f"R={width}", pick),
    )
