"""What is claimed of a run of `chu2024_fig2`."""

import numpy as np
import xarray as xr

from tacit.experiments import _chu2024 as shared
from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_fig2.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """What the figure shows; but for the first, of the best rate."""
    final = shared.read_final

    return (
        Claim(
            "smallest rate, loss never rises: largest ratio of successive records, less one",
            lambda dataset: float(np.max(_ratios(dataset))) - 1,
            "≤",
            1e-9,
        ),
        Claim(
            "loss falls exponentially: share of the variance of ln(ℓ − ℓ_min) that a line in time "
            "leaves",
            _nonlinearity,
            "<",
            0.2,
        ),
        # The noise is fitted as far as the basis goes: the loss ends at the least that any X in it
        # has, and all that the figure shows of X is that of the truth.
        Claim(
            "loss at the end over the least that any X in the basis has",
            lambda dataset: final(dataset, "loss") / float(dataset["least_loss"]),
            "<",
            1.5,
        ),
        Claim(
            "relative error of X",
            lambda dataset: final(dataset, "test_error"),
            "<",
            1e-2,
        ),
        Claim(
            "distance of the nuclear norm from that of the truth",
            lambda dataset: abs(final(dataset, "nuclear_norm") - 1),
            "<",
            0.01,
        ),
        Claim(
            "distance of the effective rank from that of the truth",
            lambda dataset: abs(
                final(dataset, "effective_rank") - float(dataset["truth_effective_rank"])
            ),
            "<",
            0.1,
        ),
        Claim(
            "distance of the three leading singular values from the truth's, largest",
            lambda dataset: float(
                np.max(
                    np.abs(
                        shared.pick_best(dataset)["singular_values"].isel(record=-1).values
                        - dataset["truth_singular_values"].values
                    )
                )
            ),
            "<",
            0.01,
        ),
        # Measured, not assumed: nothing in training knows the basis.
        Claim(
            "X stays in the shared basis: largest entry of ΦᵀXΨ off its diagonal, over the run",
            lambda dataset: float(shared.pick_best(dataset)["off_diagonal"].max(skipna=False)),
            "<",
            1e-10,
        ),
    )


def _ratios(dataset: xr.Dataset) -> np.ndarray:
    values = dataset["loss"].isel(rate=-1).values
    return values[1:] / values[:-1]


def _nonlinearity(dataset: xr.Dataset) -> float:
    """Share of the variance left by a line, while the loss is well above its end."""
    run = shared.pick_best(dataset)
    excess = run["loss"].values - float(dataset["least_loss"])
    falling = excess > 10 * float(dataset["least_loss"])
    if np.sum(falling) < 3:
        return float("nan")
    logs, time = np.log(excess[falling]), run["time"].values[falling]
    line = np.polyval(np.polyfit(time, logs, 1), time)
    return float(np.var(logs - line) / np.var(logs))
