"""What [chou2024] asserts of a run of `chou2024_rank`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.chou2024_rank.config import Config

_NEAR = {"identical start": 0.03, "random start": 0.03, "sensing": 0.1}
"""How near r(W) comes to that of each low-rank part of W★ at depth 3 and more."""


def claims(config: Config) -> tuple[Claim, ...]:
    """Effective ranks of low-rank parts, early stopping, depth and speed, the perturbed start."""
    deep = [depth for depth in config.depths if depth > 2]
    noisy = ("identical start", "random start")

    return (
        # There is a time at which the effective rank is that of each low-rank part,
        *(
            Claim(
                f"{setting}, N > 2: largest distance of r(W), where nearest, from that of a "
                "low-rank part of W★, relative",
                lambda dataset, setting=setting: max(
                    _nearest(dataset, depth, setting) for depth in deep
                ),
                "<",
                _NEAR[setting],
            )
            for setting in (_NEAR if deep else ())
        ),
        # and stopping in the last of those intervals is better than going on to fit the noise.
        *(
            Claim(
                f"{setting}, noise: largest error of the best stop over that of the end",
                lambda dataset, setting=setting: float(_gain(dataset, setting).max(skipna=False)),
                "<",
                bound,
            )
            for setting, bound in zip(noisy, (0.97, 0.92), strict=True)
        ),
        *(
            Claim(
                f"{setting}, noise, N > 2: largest distance of r(W) at the best stop from r(W★), "
                "relative",
                lambda dataset, setting=setting: _rank_at_best(dataset, setting, deep),
                "<",
                0.1,
            )
            for setting in (noisy if deep else ())
        ),
        # Times at which eigenvalues are half learnt are those of continuous time, and depth parts
        # them.
        Claim(
            "half times of descent over those of the closed form, largest distance from one",
            lambda dataset: float(
                abs(dataset["half_time"] / dataset["closed_half_time"] - 1).max(skipna=False)
            ),
            "<",
            0.05,
        ),
        Claim(
            "depth widens the gap: half time of the least eigenvalue over that of the largest, "
            "smallest ratio of successive depths",
            _widening,
            ">",
            1.0,
        ),
        # Identical factors give no negative eigenvalue; it takes one that differs.
        Claim(
            "identical start, λ < 0: least eigenvalue of W over the run",
            lambda dataset: float(dataset["negative"].sel(start="identical").min(skipna=False)),
            "≥",
            0.0,
        ),
        Claim(
            "perturbed start, λ < 0: largest distance of the eigenvalue from λ at the end",
            lambda dataset: float(
                abs(
                    dataset["negative"].sel(start="perturbed").isel(instant=-1)
                    - dataset["negative_target"]
                ).max(skipna=False)
            ),
            "<",
            1e-3,
        ),
    )


def _nearest(dataset: xr.Dataset, depth: int, setting: str) -> float:
    """The largest over the parts of the least distance over time."""
    rank = dataset["nuclear_rank"].sel(depth=depth, setting=setting)
    return float(abs(rank / dataset["plateau"] - 1).min("record", skipna=False).max(skipna=False))


def _gain(dataset: xr.Dataset, setting: str) -> xr.DataArray:
    error = dataset["error"].sel(setting=setting)
    return error.min("record", skipna=False) / error.isel(record=-1)


def _rank_at_best(dataset: xr.Dataset, setting: str, depths: list[int]) -> float:
    part = dataset.sel(setting=setting, depth=depths)
    best = part["error"].argmin("record", skipna=False)
    found = part["nuclear_rank"].isel(record=best)
    return float(abs(found / dataset["plateau"][-1] - 1).max(skipna=False))


def _widening(dataset: xr.Dataset) -> float:
    times = dataset["half_time"]
    gaps = (times.isel(mode=-1) / times.isel(mode=0)).values
    return float(np.min(gaps[1:] / gaps[:-1])) if len(gaps) > 1 else np.nan
