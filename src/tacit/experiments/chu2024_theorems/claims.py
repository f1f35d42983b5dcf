"""What the theorems of [chu2024] assert of a run of `chu2024_theorems`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_theorems.config import CASES, Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The three theorems, and what decides the third."""
    equal, _, sparse = CASES

    return (
        # Theorem 1: the flow of the coordinates is that of the network.
        Claim(
            "Theorem 1: largest difference of a singular value between compact and full flow",
            lambda dataset: _largest(dataset["flow_gap"]),
            "<",
            1e-8,
        ),
        Claim(
            "Theorem 1: largest drift of U_kᵀU_k − V_kᵀV_k",
            lambda dataset: _largest(dataset["drift"]),
            "<",
            1e-9,
        ),
        # Theorem 2: both bounds hold, and are computed well enough for that to be seen.
        Claim(
            "Theorem 2: least slack of either bound in ln ℓ, quadrature error counted",
            lambda dataset: float(dataset["rate_margin"]),
            "≥",
            0,
        ),
        Claim(
            "Theorem 2: quadrature error of the bounds in ln ℓ",
            lambda dataset: float(dataset["quadrature_error"]),
            "<",
            0.1,
        ),
        Claim(
            "Theorem 2: loss at the end",
            lambda dataset: float(dataset["final_loss"]),
            "<",
            1e-18,
        ),
        Claim(
            "Theorem 2: c = inf λ_min(M), so that the upper bound says something",
            lambda dataset: float(dataset["c"]),
            ">",
            0,
        ),
        Claim(
            "Theorem 2 for descent: margin of the factor 1 − η c s² at every step",
            lambda dataset: float(dataset["descent_margin"]),
            "≥",
            0,
        ),
        # Theorem 3: where its hypotheses hold the limit has the least nuclear norm,
        Claim(
            "Theorem 3: the limit interpolates where the hypotheses hold, largest loss",
            lambda dataset: _largest(dataset["limit_loss"].sel(case=equal)),
            "<",
            1e-12,
        ),
        Claim(
            "Theorem 3: and x ≥ 0, least entry",
            lambda dataset: float(dataset["least_x"].sel(case=equal).min(skipna=False)),
            "≥",
            0,
        ),
        Claim(
            "Theorem 3: and its nuclear norm is the minimum, largest |ratio − 1|",
            lambda dataset: _largest(np.abs(dataset["ratio"].sel(case=equal) - 1)),
            "<",
            1e-6,
        ),
        Claim(
            "exact excess 2 Σ max(−x, 0) + νᵀ(Āx − y) in every run with the all-ones vector",
            lambda dataset: _largest(dataset["identity_gap"]),
            "<",
            1e-9,
        ),
        # without one of them it may not have, and by how much falls with the scale of the start.
        Claim(
            "a sparse truth and an unequal start break it: share of draws with some x < 0",
            lambda dataset: _share(dataset["least_x"].sel(case=sparse) < -1e-9, dataset["least_x"]),
            "≥",
            0.25,
        ),
        Claim(
            "without the all-ones vector the median ratio falls with the scale, largest quotient "
            "of successive excesses",
            _quotient,
            "<",
            1,
        ),
        *_claim_small(config),
        Claim(
            "where these flows were left they fit: largest loss",
            lambda dataset: _largest(dataset["scale_loss"]),
            "<",
            1e-3,
        ),
    )


def _claim_small(config: Config) -> tuple[Claim, ...]:
    """That the excess is small at a scale of 0.03, where that is one of those that are run."""
    if 0.03 not in config.init_scales:
        return ()
    return (
        Claim(
            "and is small at scale 0.03: median ratio less one",
            lambda dataset: float(dataset["scale_ratio"].sel(scale=0.03).median(skipna=False)) - 1,
            "<",
            0.02,
        ),
    )


def _largest(values: xr.DataArray) -> float:
    return float(values.max(skipna=False))


def _share(found: xr.DataArray, values: xr.DataArray) -> float:
    """Share of the runs found; not a number where the values are none."""
    return float(found.mean()) if bool(np.isfinite(values).all()) else float("nan")


def _quotient(dataset: xr.Dataset) -> float:
    excess = dataset["scale_ratio"].median("draw", skipna=False).values - 1
    return float(np.max(excess[1:] / excess[:-1]))
