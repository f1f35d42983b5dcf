"""A spectral network where it is well specified [chu2024, figure 2].

The measurements share the singular vectors of the truth, the start is aligned with them, and there
are more measurements than unknown singular values. At every rate that is stable the loss falls to
the level of the noise, and nuclear norm, effective rank and singular values reach those of the
truth; X never leaves the shared basis. The largest rates overshoot in their first steps.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit import plots
from tacit._typing import RealScalar, ScalarLike
from tacit.experiments import _chu2024 as shared
from tacit.experiments._base import Claim, Presets, Report
from tacit.models import AbstractFactorisation, SpectralNetwork
from tacit.observers import (
    Observer,
    effective_rank,
    loss,
    nuclear_norm,
    test_error,
    top_singular_values,
)
from tacit.operators import SharedBasis
from tacit.problems import MeanSquared, Problem, shared_sensing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank, `count` measurements with noise of deviation `noise`.

    `rates` are steps for the loss ½ mean r². A seed for which the largest is unstable shows it.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 75
    noise: float = 1e-2
    widths: tuple[int, ...] = (2, 2, 2, 2)
    rates: tuple[float, ...] = (5e-3, 2e-3, 1e-3, 5e-4, 2e-4)
    steps: int = 100_000
    records: int = 200

    def __post_init__(self):
        if not self.rates or min(self.rates) <= 0 or list(self.rates) != sorted(self.rates)[::-1]:
            raise ValueError(
                f"rates {self.rates}: give one or more positive numbers, the largest first"
            )


PRESETS = Presets(
    smoke=Config(widths=(2, 2), rates=(2e-3, 1e-3), steps=20_000, records=50), paper=Config()
)


def run(config: Config, report: Report) -> xr.Dataset:
    """Train at every rate from the same start."""
    truth_key, sensing_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    truth = shared.synthetic_truth(config.side, config.rank, config.dtype, truth_key)
    problem = shared_sensing(
        truth, config.count, float(config.side), MeanSquared(), noise=config.noise, key=sensing_key
    )
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    start = SpectralNetwork.aligned((operator.left, operator.right), config.widths, key=start_key)
    report(0.0, f"{len(config.rates)} rates in one program")
    observers = (
        loss,
        nuclear_norm,
        effective_rank,
        test_error,
        top_singular_values(3),
        _off_diagonal,
    )
    dataset = shared.swept(problem, start, config.rates, config.steps, config.records, observers)
    report(1.0, "done")
    attainable = problem.y - operator.spectra @ jnp.linalg.lstsq(operator.spectra, problem.y)[0]
    return dataset.assign(shared.read(truth)).assign(least_loss=float(jnp.mean(attainable**2)))


def claims(config: Config) -> tuple[Claim, ...]:
    """What the figure shows; but for the first, of the best rate."""
    final = shared.final
    return (
        Claim(
            "smallest rate, loss never rises: largest ratio of successive records, less one",
            lambda dataset: float(np.max(_ratios(dataset))) - 1,
            "≤",
            1e-9,
        ),
        Claim(
            "loss falls exponentially: variance of ln(ℓ − ℓ_min) that a line in time leaves",
            _nonlinearity,
            "<",
            0.2,
        ),
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
                        shared.best(dataset)["singular_values"].isel(record=-1).values
                        - dataset["truth_singular_values"].values
                    )
                )
            ),
            "<",
            0.01,
        ),
        Claim(
            "X stays in the shared basis: largest entry of ΦᵀXΨ off its diagonal, over the run",
            lambda dataset: float(shared.best(dataset)["off_diagonal"].max(skipna=False)),
            "<",
            1e-10,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Training error, nuclear norm and the leading singular values at every rate."""
    return plots.training_at_rates(dataset)


def _ratios(dataset: xr.Dataset) -> np.ndarray:
    values = dataset["loss"].isel(rate=-1).values
    return values[1:] / values[:-1]


def _nonlinearity(dataset: xr.Dataset) -> float:
    """Share of the variance left by a line, while the loss is well above its end."""
    run = shared.best(dataset)
    excess = run["loss"].values - float(dataset["least_loss"])
    falling = excess > 10 * float(dataset["least_loss"])
    if np.sum(falling) < 3:
        return float("nan")
    logs, time = np.log(excess[falling]), run["time"].values[falling]
    line = np.polyval(np.polyfit(time, logs, 1), time)
    return float(np.var(logs - line) / np.var(logs))


def _off(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    rotated = operator.left.T @ model() @ operator.right
    return jnp.max(jnp.abs(rotated - jnp.diag(jnp.diagonal(rotated))))


_off_diagonal = Observer(_off, "off_diagonal", "largest |ΦᵀXΨ| off the diagonal")
