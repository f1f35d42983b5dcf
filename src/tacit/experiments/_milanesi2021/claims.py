"""What [milanesi2021] asserts of a run of one of its experiments."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments._milanesi2021.settings import Config

SURVIVES = 0.1
"""A slice survives if its norm is above this share of the largest, as in the fact sheet."""
_FLOOR = 1e-3
"""Mean square of what is wrong, over that of the truth."""


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery from many entries, depth with few, and what the nuclear norm does."""
    many, few = config.shares

    return (
        *(claim for depth in config.depths for claim in _claim_recovery(config, many, depth)),
        *(_claim_fewer(few, config.depths[0], deeper) for deeper in config.depths[1:]),
        Claim(
            f"{few:.0%} seen: relative error at depth {config.depths[0]} over that at depth "
            f"{config.depths[-1]}, median of the draws",
            lambda dataset: float(
                np.median(
                    _last(dataset, few, config.depths[0])["test_error"].values
                    / _last(dataset, few, config.depths[-1])["test_error"].values
                )
            ),
            "≥",
            2,
        ),
        *_claim_norm(config, few),
        Claim(
            f"{many:.0%} seen: relative error of the least norm that fits, largest of the draws: "
            "there the two answers agree",
            lambda dataset: float(dataset["convex_error"].sel(share=many).max(skipna=False)),
            "≤",
            0.01,
        ),
    )


def _claim_recovery(config: Config, share: float, depth: int) -> list[Claim]:
    where, pick = f"{share:.0%} seen, L={depth}", partial(_last, share=share, depth=depth)

    return [
        Claim(
            f"{where}: largest distance of a multilinear rank from {config.rank}, of all draws",
            lambda dataset: float(
                np.max(np.abs(_survivors(pick(dataset)["slices"].values) - config.rank))
            ),
            "=",
            0,
        ),
        Claim(
            f"{where}: mean square error over that of zero, largest of all draws",
            lambda dataset: float(np.max(pick(dataset)["test_error"].values ** 2)),
            "<",
            _FLOOR,
        ),
        Claim(
            f"{where}: what the gap after slice {config.rank} grows by in training, least of all",
            lambda dataset: _separation(
                dataset.sel(share=share, depth=depth)["slices"].values, config.rank
            ),
            "≥",
            10,
        ),
    ]


def _claim_fewer(share: float, depth: int, deeper: int) -> Claim:
    return Claim(
        f"{share:.0%} seen: surviving slices at depth {deeper} over those at depth {depth}, mean "
        "of draws and modes",
        lambda dataset: _count(dataset, share, deeper) / _count(dataset, share, depth),
        "≤",
        0.9,
    )


def _claim_norm(config: Config, share: float) -> list[Claim]:
    depth = config.depths[-1]
    where = f"{share:.0%} seen, L={depth}"

    return [
        Claim(
            f"{where}: mean nuclear norm over the least that fits, least of the draws",
            lambda dataset: float(
                np.min(
                    _last(dataset, share, depth)["nuclear"].values
                    / dataset["convex_nuclear"].sel(share=share).values
                )
            ),
            ">",
            1.02,
        ),
        Claim(
            f"{where}: relative error of the least norm over that of descent, median of the draws",
            lambda dataset: float(
                np.median(
                    dataset["convex_error"].sel(share=share).values
                    / _last(dataset, share, depth)["test_error"].values
                )
            ),
            ">",
            2,
        ),
    ]


def _last(dataset: xr.Dataset, share: float, depth: int) -> xr.Dataset:
    return dataset.sel(share=share, depth=depth).isel(record=-1)


def _survivors(slices: np.ndarray) -> np.ndarray:
    """How many slices of each mode are above a share of the largest; not a number if one is not."""
    count = np.sum(slices > SURVIVES * slices.max(axis=-1, keepdims=True), axis=-1).astype(float)
    return np.where(np.isfinite(slices).all(axis=-1), count, np.nan)


def _count(dataset: xr.Dataset, share: float, depth: int) -> float:
    return float(np.mean(_survivors(_last(dataset, share, depth)["slices"].values)))


def _separation(slices: np.ndarray, rank: int) -> float:
    """The ratio of the slices on the two sides of the rank, at the end over that at the start."""
    gap = slices[..., rank - 1] / slices[..., rank]
    return float(np.min(gap[:, -1] / gap[:, 0]))
