"""What [razin2022] asserts of a run of `razin2022_hierarchical`."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.razin2022_hierarchical.config import Config

_MODELS = ("matrix", "outer products", "tree")


def claims(config: Config) -> tuple[Claim, ...]:
    """In each of the three: components in turn, no more than the rank, and recovery."""
    return tuple(claim for model in _MODELS for claim in _claim_model(model, config.rank))


def _claim_model(model: str, rank: int) -> list[Claim]:
    pick = partial(_pick, model=model)

    # Local components may share one of the truth: the rank is that of X.
    return [
        Claim(
            f"{model}: time between two arrivals over that of the last, median of all",
            lambda dataset: _gap(pick(dataset)),
            "≥",
            0.05,
        ),
        Claim(
            f"{model}: last arrival over the first, median of the draws",
            lambda dataset: float(
                np.median(pick(dataset)["arrival"][:, -1] / pick(dataset)["arrival"][:, 0])
            ),
            "≥",
            2,
        ),
        Claim(
            f"{model}: singular value {rank} of X at the node over the largest, median of the "
            "draws",
            lambda dataset: _share(pick(dataset)["spectrum"], rank - 1),
            "≥",
            0.02,
        ),
        Claim(
            f"{model}: singular value {rank + 1} of X at the node over the largest, median of the "
            "draws",
            lambda dataset: _share(pick(dataset)["spectrum"], rank),
            "≤",
            0.01,
        ),
        Claim(
            f"{model}: component {rank + 1} over the largest, least of the draws",
            lambda dataset: float(np.min(_shares(pick(dataset)["norms"].isel(record=-1), rank))),
            "≤",
            0.05,
        ),
        Claim(
            f"{model}: relative error at the end, median of the draws",
            lambda dataset: float(np.median(pick(dataset)["error"].values)),
            "≤",
            0.05,
        ),
    ]


def _pick(dataset: xr.Dataset, model: str) -> xr.Dataset:
    return dataset.sel(model=model)


def _gap(runs: xr.Dataset) -> float:
    arrival = runs["arrival"].values
    return float(np.median(np.diff(arrival, axis=1) / arrival[:, -1:]))


def _shares(values: xr.DataArray, component: int) -> np.ndarray:
    return values.values[:, component] / values.values[:, 0]


def _share(values: xr.DataArray, component: int) -> float:
    return float(np.median(_shares(values, component)))
