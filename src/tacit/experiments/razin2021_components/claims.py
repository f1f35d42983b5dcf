"""What [razin2021] asserts of a run of `razin2021_components`."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.razin2021_components.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery, the number of components, their turns, and the part of the start in it."""
    return tuple(
        claim for number in range(len(config.orders)) for claim in _claim_case(config, number)
    )


def _claim_case(config: Config, number: int) -> list[Claim]:
    name, rank, exact = config.name_case(number), config.rank, config.least_exact[number]
    pick = partial(_pick, number=number)
    found = [
        Claim(
            f"{name}, small start: training loss at the end, median of the draws",
            lambda dataset: _median(pick(dataset, "small")["loss"]),
            "≤",
            1.5 * config.enough,
        ),
        Claim(
            f"{name}, small start: least cosine of a component of the truth with the nearest "
            "found, median of the draws",
            lambda dataset: _median(pick(dataset, "small")["match"].min("true", skipna=False)),
            "≥",
            0.95,
        ),
        Claim(
            f"{name}, small start: time between two arrivals over that of the last, median",
            lambda dataset: _gap(pick(dataset, "small")),
            "≥",
            0.05,
        ),
        Claim(
            f"{name}: number of components, small start over large, mean of the draws",
            lambda dataset: float(
                pick(dataset, "small")["count"].mean(skipna=False)
                / pick(dataset, "large")["count"].mean(skipna=False)
            ),
            "<",
            1,
        ),
    ]

    if exact > 0:
        found += [
            Claim(
                f"{name}, small start: share of draws with {rank} components and no more",
                lambda dataset: float((pick(dataset, "small")["count"] == rank).mean()),
                "≥",
                exact,
            ),
            Claim(
                f"{name}: error from the small start over that from the large, median of the draws",
                lambda dataset: _ratio(pick(dataset, "small"), pick(dataset, "large")),
                "<",
                0.7,
            ),
            Claim(
                f"{name}, small start: least error of the draws",
                lambda dataset: float(pick(dataset, "small")["error"].min(skipna=False)),
                "≤",
                0.02,
            ),
        ]
    return found


def _pick(dataset: xr.Dataset, start: str, number: int) -> xr.Dataset:
    return dataset.isel(run=np.flatnonzero(dataset["case"].values == number)).sel(start=start)


def _median(values: xr.DataArray) -> float:
    return float(np.median(values.values))


def _gap(runs: xr.Dataset) -> float:
    arrival = runs["arrival"]
    gaps = arrival.diff("true") / arrival.isel(true=-1)
    return float(np.median(gaps.values))


def _ratio(small: xr.Dataset, large: xr.Dataset) -> float:
    return float(np.median(small["error"].values / large["error"].values))
