"""What is claimed of a run of `bai2024_connectivity`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.bai2024_connectivity.config import Config

LOW = 1e-3
"""A singular value below this share of the largest does not count."""


def claims(config: Config) -> tuple[Claim, ...]:
    """Low rank where the pattern is connected, least nuclear norm where complete blocks are not."""
    least = config.alphas[-1]
    return (
        *(claim for rank in config.ranks for claim in _claim_connected(rank, least)),
        # Else a connected pattern would be all that is needed.
        Claim(
            f"connected, α={least:g}: largest σ_{{r+1}} / σ_1 of all draws: not every one is low",
            lambda dataset: max(
                float(np.max(np.abs(_tail(dataset, rank)[:, -1]))) for rank in config.ranks
            ),
            ">",
            LOW,
        ),
        *_claim_parted(least),
    )


def _claim_connected(rank: int, least: float) -> tuple[Claim, ...]:
    where = f"connected, rank {rank}"
    return (
        Claim(
            f"{where}, α={least:g}: largest loss",
            lambda dataset: float(
                np.abs(dataset["loss"].sel(rank=rank).isel(alpha=-1)).max(skipna=False)
            ),
            "≤",
            1e-5,
        ),
        Claim(
            f"{where}, α={least:g}: share of draws of that rank",
            lambda dataset: _share(_tail(dataset, rank)[:, -1] < LOW),
            "≥",
            0.4,
        ),
        Claim(
            f"{where}: geometric mean of σ_{{r+1}} / σ_1, least α over greatest",
            lambda dataset: _mean_ratio(_tail(dataset, rank)),
            "≤",
            0.1,
        ),
        # Greedy learning is what the limit should be: where it has the rank the two must agree.
        Claim(
            f"{where}: share of draws that greedy learning completes at that rank",
            lambda dataset: _share(_greedy_tail(dataset, rank) < LOW),
            "≥",
            0.4,
        ),
        Claim(
            f"{where}, α={least:g}: distance from the greedy answer, median where both are low",
            lambda dataset: _apart(dataset, rank),
            "≤",
            LOW,
        ),
    )


def _claim_parted(least: float) -> tuple[Claim, ...]:
    return (
        Claim(
            "convex solver: largest gap between its value and its lower bound, over the value",
            lambda dataset: float(
                np.max(np.abs(1 - dataset["parted_least_bound"] / dataset["parted_least"]))
            ),
            "≤",
            1e-5,
        ),
        # Least norm, and not the lowest rank, as long as every component is complete.
        Claim(
            f"complete components, α={least:g}: largest distance of ‖X‖_* over the least from one",
            lambda dataset: float(np.max(np.abs(_excess(dataset, "complete")[:, -1]))),
            "≤",
            1e-3,
        ),
        Claim(
            "complete components, greatest α: ‖X‖_* over the least less one, median",
            lambda dataset: float(np.median(_excess(dataset, "complete")[:, 0])),
            ">",
            0.01,
        ),
        Claim(
            f"complete components, α={least:g}: σ_2 / σ_1 where rank one would do, median",
            lambda dataset: float(np.median(_parted_tail(dataset))),
            ">",
            0.01,
        ),
        Claim(
            f"a component with a hole, α={least:g}: ‖X‖_* over the least less one, median",
            lambda dataset: float(np.median(_excess(dataset, "with a hole")[:, -1])),
            ">",
            0.01,
        ),
    )


def _tail(dataset: xr.Dataset, rank: int) -> np.ndarray:
    """σ_{r+1} / σ_1 of each draw and α."""
    spectrum = dataset["spectrum"].sel(rank=rank).transpose("draw", "alpha", "index").values
    return spectrum[..., rank] / spectrum[..., 0]


def _greedy_tail(dataset: xr.Dataset, rank: int) -> np.ndarray:
    spectrum = dataset["greedy_spectrum"].sel(rank=rank).transpose("draw", "index").values
    return spectrum[..., rank] / spectrum[..., 0]


def _parted_tail(dataset: xr.Dataset) -> np.ndarray:
    spectrum = dataset["parted_spectrum"].sel(kind="complete").isel(alpha=-1)
    values = spectrum.transpose("block", "value").values
    return values[:, 1] / values[:, 0]


def _excess(dataset: xr.Dataset, kind: str) -> np.ndarray:
    """‖X‖_* over the least, less one, of each draw and α."""
    some = dataset.sel(kind=kind)
    norm = some["parted_spectrum"].sum("value", skipna=False) / some["parted_least"]
    return norm.transpose("block", "alpha").values - 1


def _share(holds: np.ndarray) -> float:
    return float(np.mean(holds))


def _mean_ratio(tail: np.ndarray) -> float:
    """What is at rounding counts as rounding."""
    floored = np.where(np.isnan(tail), np.nan, np.maximum(np.abs(tail), 1e-16))
    return float(np.exp(np.mean(np.log(floored[:, -1] / floored[:, 0]))))


def _apart(dataset: xr.Dataset, rank: int) -> float:
    low = (_tail(dataset, rank)[:, -1] < LOW) & (_greedy_tail(dataset, rank) < LOW)
    apart = np.abs(dataset["apart"].sel(rank=rank).isel(alpha=-1).values)
    return float(np.median(apart[low])) if low.any() else np.nan
