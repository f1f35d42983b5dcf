"""What is claimed of a run of `chu2024_fig4`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_fig4.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The picture is found, rank by rank from below."""

    def last(dataset: xr.Dataset, name: str) -> float:
        return float(dataset[name].isel(record=-1))

    return (
        Claim(
            "relative error at the end",
            lambda dataset: last(dataset, "test_error"),
            "<",
            0.3,
        ),
        Claim(
            "what comes after the best picture is hardly worse: error at the end over the least",
            lambda dataset: last(dataset, "test_error") / float(dataset["test_error"].min()),
            "<",
            1.2,
        ),
        Claim(
            "nuclear norm at the end over that of the truth",
            lambda dataset: last(dataset, "nuclear_norm") / float(dataset["truth_nuclear_norm"]),
            "≤",
            1.02,
        ),
        Claim(
            "rank one first: effective rank of the first picture with an error below one half",
            lambda dataset: float(_read_ranks(dataset)[0]),
            "<",
            1.5,
        ),
        Claim(
            "then it only grows: least ratio of successive effective ranks",
            lambda dataset: float(np.min(_read_ranks(dataset)[1:] / _read_ranks(dataset)[:-1])),
            "≥",
            1,
        ),
    )


def _read_ranks(dataset: xr.Dataset) -> np.ndarray:
    """Effective ranks from the first picture with an error below one half; one NaN if none."""
    found = dataset["effective_rank"].values[dataset["test_error"].values < 0.5]
    return found if len(found) > 1 else np.full(2, np.nan)
