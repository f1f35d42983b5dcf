"""What is claimed of a run of `singh2026_optimisers`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.singh2026_optimisers.config import (
    COORDINATEWISE,
    RULES,
    SCALARS,
    WHITENED,
    Config,
)


def claims(config: Config) -> tuple[Claim, ...]:
    """Who commutes with rotations, and who recovers the truth at the same residual."""
    return (
        *(
            Claim(
                f"{name}: relative distance of the paths of a start and its rotation, largest",
                lambda data, name=name: float(np.max(data["defect"].sel(rule=name).values)),
                "<",
                1e-10,
            )
            for name in (*SCALARS, *WHITENED)
        ),
        *(
            Claim(
                f"{name}: relative distance of the paths of a start and its rotation, least",
                lambda data, name=name: float(np.min(data["defect"].sel(rule=name).values)),
                ">",
                1e-2,
            )
            for name in COORDINATEWISE
        ),
        Claim(
            "largest residual of all runs: one training loss",
            lambda data: float(np.max(data["residual"].sel(rule=list(RULES)).values)),
            "≤",
            config.residual,
        ),
        # What is compared is the middle draw of each rule.
        *(
            Claim(
                f"{name}: error over the largest of descent, momentum, shared Adam",
                lambda data, name=name: (
                    _errors(data, name) / max(_errors(data, other) for other in SCALARS)
                ),
                ">",
                1,
            )
            for name in COORDINATEWISE
        ),
        *(
            Claim(
                f"{name}: error, though it commutes with rotations, over the largest of the same",
                lambda data, name=name: (
                    _errors(data, name) / max(_errors(data, other) for other in SCALARS)
                ),
                ">",
                3,
            )
            for name in WHITENED
        ),
    )


def _errors(data: xr.Dataset, name: str) -> float:
    return float(np.median(data["error"].sel(rule=name).values))
