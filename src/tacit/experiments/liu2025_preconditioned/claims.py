"""What is claimed of a run of `liu2025_preconditioned`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.liu2025_preconditioned.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Neither κ nor R counts, plain descent takes far longer, and what is given up for it."""
    exact, *wider = config.widths
    least, most = config.conditions[0], config.conditions[-1]
    return (
        # Neither the condition number counts nor, much, the width.
        *(_indifferent(amount, width, config) for amount, width in _determined(config)),
        *(
            Claim(
                f"κ={condition:g}: iterations at R={width} over R={exact}, median of the draws",
                lambda data, condition=condition, width=width: _median(
                    _scaled(data, "enough", condition, width)
                    / _scaled(data, "enough", condition, exact)
                ),
                "≤",
                2.5,
            )
            for condition in config.conditions
            for width in wider
        ),
        *(
            Claim(
                f"κ={most:g}, R={width}: largest ratio of neighbouring errors below 0.1: linear",
                lambda data, width=width: _worst_factor(_curves(data, most, width)),
                "≤",
                0.9,
            )
            for width in config.widths
        ),
        # Plain descent pays for the condition number.
        Claim(
            f"R={exact}: iterations of plain descent at κ={most:g} over κ={least:g}, median",
            lambda data: _median(_plain(data, most, exact) / _plain(data, least, exact)),
            "≥",
            most / least / 5,
        ),
        *(
            Claim(
                f"κ={most:g}, R={width}: iterations of plain descent over preconditioned, median",
                lambda data, width=width: _median(
                    _plain(data, most, width) / _scaled(data, "enough", most, width)
                ),
                "≥",
                20,
            )
            for width in config.widths
        ),
        *_given_up(config),
    )


def _determined(config: Config) -> list[tuple[str, int]]:
    """Where the truth is the one tensor of that width that fits."""
    return [*(("enough", width) for width in config.widths), ("few", config.widths[0])]


def _indifferent(amount: str, width: int, config: Config) -> Claim:
    least, most = config.conditions[0], config.conditions[-1]
    return Claim(
        f"{amount}, R={width}: iterations at κ={most:g} over κ={least:g}, largest of the draws",
        lambda data: float(
            np.max(_scaled(data, amount, most, width) / _scaled(data, amount, least, width))
        ),
        "≤",
        1.25,
    )


def _given_up(config: Config) -> list[Claim]:
    """Few measurements and a wide model: other tensors fit, and the rules choose differently."""
    where, width, least = "few", config.widths[-1], config.conditions[0]

    def ends(data: xr.Dataset) -> np.ndarray:
        return data["scaled_error"].sel(amount=where, condition=least, width=width)[:, -1].values

    return [
        Claim(
            f"{where}: relative error of linear least squares, median of the draws",
            lambda data: _median(data["regression_error"].sel(amount=where).values),
            ">",
            0.2,
        ),
        Claim(
            f"{where}, R={width}, κ={least:g}: residual of preconditioned descent, median",
            lambda data: _median(
                data["scaled_residual"].sel(amount=where, condition=least, width=width).values
            ),
            "≤",
            1e-2,
        ),
        Claim(
            f"{where}, R={width}, κ={least:g}: error of plain descent from that start, median",
            lambda data: _median(data["plain_few_error"].values),
            "≤",
            0.01,
        ),
        Claim(
            f"{where}, R={width}, κ={least:g}: error of preconditioned over plain, median",
            lambda data: _median(ends(data) / data["plain_few_error"].values),
            "≥",
            20,
        ),
    ]


def _scaled(data: xr.Dataset, amount: str, condition: float, width: int) -> np.ndarray:
    picked = data["scaled_iterations"].sel(amount=amount, condition=condition, width=width)
    return picked.values


def _plain(data: xr.Dataset, condition: float, width: int) -> np.ndarray:
    return data["plain_iterations"].sel(condition=condition, width=width).values


def _curves(data: xr.Dataset, condition: float, width: int) -> np.ndarray:
    return data["scaled_error"].sel(amount="enough", condition=condition, width=width).values


def _median(values: np.ndarray) -> float:
    return float(np.median(values))


def _worst_factor(curves: np.ndarray) -> float:
    """The largest quotient of an error and the one before it, between 0.1 and 1e-6."""
    before, after = curves[:, :-1], curves[:, 1:]
    counted = (before < 0.1) & (before > 1e-6)
    return float(np.max((after / before)[counted])) if counted.any() else np.nan
