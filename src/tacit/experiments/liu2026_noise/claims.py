"""What is claimed of a run of `liu2026_noise`, each in the middle draw."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.liu2026_noise.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Flat in the width from a small start, and not from a spectral one; stopping; the climb."""
    return (
        *(claim for noise in config.noises for claim in _claim_noise(config, noise)),
        Claim(
            "small start: exponent of the least error in σ, largest distance from one",
            _exponent_apart,
            "≤",
            0.1,
        ),
    )


def _claim_noise(config: Config, noise: float) -> tuple[Claim, ...]:
    """What is claimed at one noise."""

    def pick(dataset: xr.Dataset, start: str) -> xr.Dataset:
        return dataset.sel(noise=noise, start=start)

    where = f"σ={noise:g}"
    # What regression on p unknowns leaves, with n Gaussian rows: σ² p / (n − p − 1).
    spare = config.measurements - config.watched - config.freedom - 1
    floor = noise * np.sqrt(config.freedom / spare)
    return (
        Claim(
            f"{where}, small start: least error over that of R = r, largest distance from one",
            lambda dataset: float(np.max(np.abs(_over_exact(pick(dataset, "small")) - 1))),
            "≤",
            0.1,
        ),
        Claim(
            f"{where}, spectral start: least error over that of the next narrower, least of all R",
            lambda dataset: _least_growth(pick(dataset, "spectral"), config.side),
            ">",
            1.05,
        ),
        Claim(
            f"{where}, spectral start: least error of the widest over that of R = r",
            lambda dataset: float(_over_exact(pick(dataset, "spectral"))[-1]),
            ">",
            1.4,
        ),
        Claim(
            f"{where}, small start: error where the held-out one is least, over the least, largest",
            lambda dataset: float(np.max(_stopped(pick(dataset, "small")))),
            "≤",
            1.25,
        ),
        Claim(
            f"{where}, small start: error at the end over the least, smallest of R > r",
            lambda dataset: float(np.min(_climb(pick(dataset, "small"))[1:])),
            "≥",
            1.3,
        ),
        Claim(
            f"{where}, small start: the same of R = r, which has no noise left to fit",
            lambda dataset: float(_climb(pick(dataset, "small"))[0]),
            "≤",
            1.1,
        ),
        Claim(
            f"{where}, small start: least error over that of regression on r alone, less one",
            lambda dataset: float(
                np.max(np.abs(_median(_least(pick(dataset, "small"))) / floor - 1))
            ),
            "≤",
            0.2,
        ),
    )


def _least(dataset: xr.Dataset) -> np.ndarray:
    """Least error along each run, by width and draw."""
    errors = dataset["test_error"].transpose("width", "draw", "record").values
    return np.min(errors, axis=-1)


def _median(values: np.ndarray) -> np.ndarray:
    return np.median(values, axis=-1)


def _over_exact(dataset: xr.Dataset) -> np.ndarray:
    """Least error over that of the exact rank in the same draw; its median, by width."""
    least = _least(dataset)
    return _median(least / least[:1])


def _least_growth(dataset: xr.Dataset, side: int) -> float:
    """A spectral start has no more than n columns: wider ones are the same."""
    least = _least(dataset)[dataset["width"].values <= side]
    return float(np.min(_median(least[1:] / least[:-1])))


def _stopped(dataset: xr.Dataset) -> np.ndarray:
    errors = dataset["test_error"].transpose("width", "draw", "record").values
    watched = dataset["held_out"].transpose("width", "draw", "record").values
    at = np.argmin(watched, axis=-1)[..., None]
    found = np.take_along_axis(errors, at, axis=-1)[..., 0]
    lost = np.isnan(watched).any(axis=-1)
    return _median(np.where(lost, np.nan, found / np.min(errors, axis=-1)))


def _climb(dataset: xr.Dataset) -> np.ndarray:
    last = dataset["test_error"].isel(record=-1).transpose("width", "draw").values
    return _median(last / _least(dataset))


def _exponent_apart(dataset: xr.Dataset) -> float:
    """The slope of ln least error against ln σ, from the least to the greatest σ."""
    noises = dataset["noise"].values
    first, last = (_least(dataset.sel(start="small").isel(noise=at)) for at in (0, -1))
    slopes = _median(np.log(last / first)) / np.log(noises[-1] / noises[0])
    return float(np.max(np.abs(slopes - 1)))
