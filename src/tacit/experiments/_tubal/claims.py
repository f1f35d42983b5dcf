"""What the experiments about tubal gradient descent share of their claims."""

import numpy as np
import xarray as xr

from tacit._typing import Any, Callable
from tacit.experiments._claim import Claim


def claim_control(bound: float = 1e-12) -> Claim:
    """Linear least squares needs no small start, where there are measurements enough."""
    return Claim(
        "control: largest relative error of linear least squares",
        lambda dataset: largest(dataset["regression_error"]),
        "≤",
        bound,
    )


def claim_recovery(
    where: str, pick: Callable[[xr.Dataset], xr.Dataset], rank: int, bound: float = 1e-4
) -> tuple[Claim, ...]:
    """Return that the middle draw recovers the truth: its error, and its rank.

    Args:
        where: What the claims begin with.
        pick: Takes the runs that are meant from the dataset.
        rank: The tubal rank of the truth.
        bound: The error that it stays below.
    """
    return (
        Claim(
            f"{where}: relative error at the end, median of the draws",
            lambda dataset: median(pick(dataset)["test_error"].isel(record=-1)),
            "<",
            bound,
        ),
        Claim(
            f"{where}: tubal rank of U at the end, median of the draws",
            lambda dataset: median(pick(dataset)["final_rank"]),
            "=",
            rank,
        ),
    )


def claim_alignment(where: str, pick: Callable[[xr.Dataset], xr.Dataset]) -> tuple[Claim, ...]:
    """U_t turns to the spectral tensor first and to the truth later, in the middle draw."""
    return (
        Claim(
            f"{where}: least sine of the angle to L before the error is below 0.9, median",
            lambda dataset: median(_least_before(pick(dataset))),
            "<",
            0.05,
        ),
        Claim(
            f"{where}: sine of the angle to L at the end, median",
            lambda dataset: median(pick(dataset)["angle_to_spectral_tensor"].isel(record=-1)),
            ">",
            0.3,
        ),
        Claim(
            f"{where}: sine of the angle to the truth at the end, median",
            lambda dataset: median(abs(pick(dataset)["angle_to_truth"].isel(record=-1))),
            "<",
            1e-3,
        ),
    )


def claim_escapes(where: str, pick: Callable[[xr.Dataset], xr.Dataset]) -> tuple[Claim, ...]:
    """When runs leave zero: by λ₁ in the middle draw, by the eigenvalue needed in every one."""

    def apart(dataset: xr.Dataset, name: str) -> Any:
        return np.abs(pick(dataset)["escape"] / pick(dataset)[name] - 1)

    return (
        Claim(
            f"{where}: distance of escape time over ln(1/(α√k))/ln(1 + μλ₁) from one, median",
            lambda dataset: median(apart(dataset, "first_growth")),
            "<",
            0.2,
        ),
        Claim(
            f"{where}: the same with the eigenvalue needed, largest of all draws",
            lambda dataset: largest(apart(dataset, "escape_growth")),
            "<",
            0.15,
        ),
    )


def claim_fall(where: str, pick: Callable[[xr.Dataset], xr.Dataset]) -> Claim:
    """Smaller starts end nearer to the truth."""

    def ratio(dataset: xr.Dataset) -> float:
        final = pick(dataset)["test_error"].isel(record=-1).transpose("draw", "alpha").values
        return float(np.max(final[:, 1:] / final[:, :-1]))

    return Claim(
        f"{where}: error at the end falls with α in every draw, largest ratio of two neighbours",
        ratio,
        "<",
        1,
    )


def _least_before(dataset: xr.Dataset) -> xr.DataArray:
    """Least angle to L after the start and before the error is below 0.9."""
    before = (dataset["test_error"] >= 0.9).cumprod("record") > 0
    angle = dataset["angle_to_spectral_tensor"]
    lost = angle.isnull().any("record")
    # One at the end would be no interior minimum.
    return angle.where(before, np.inf).min("record", skipna=False).where(~lost)


def median(values: xr.DataArray) -> float:
    """The median, not a number where one of the values is none."""
    return float(values.median(skipna=False))


def largest(values: xr.DataArray) -> float:
    """The largest, not a number where one of the values is none."""
    return float(values.max(skipna=False))
