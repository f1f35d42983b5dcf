"""A spectral network where it is mis-specified, beside its rivals [chu2024, figure 3].

Gaussian measurements do not share the singular vectors of the truth, and there are fewer of them
than entries. From a small start the spectral network still finds the truth; linear regression,
descent of X itself from zero, interpolates far from it; a product of three matrices is slower by
orders of magnitude: it rests at rank one when the spectral network has ended.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments import _chu2024 as shared
from tacit.experiments._base import Claim, Presets, Report
from tacit.models import Deep, Direct, SpectralNetwork
from tacit.observers import effective_rank, loss, nuclear_norm, test_error, top_singular_values
from tacit.problems import MeanSquared, sensing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]

NETWORKS = ("spectral network", "deep factorisation", "linear regression")


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank, `count` Gaussian measurements with noise.

    `rates` are steps for the loss ½ mean r², of the networks; `regression_rates` those of linear
    regression, whose curvature is larger. `deep_steps` are those of the deep factorisation.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 75
    noise: float = 1e-2
    widths: tuple[int, ...] = (2, 2, 2, 2)
    rates: tuple[float, ...] = (1e-2, 5e-3, 2e-3)
    regression_rates: tuple[float, ...] = (2e-3, 1e-3, 5e-4)
    steps: int = 10_000
    deep_steps: int = 20_000
    records: int = 200

    def __post_init__(self):
        if len(self.rates) != len(self.regression_rates) or not self.rates:
            raise ValueError(
                f"rates {self.rates} and regression_rates {self.regression_rates}: give as many of "
                "each, at least one"
            )


PRESETS = Presets(smoke=Config(rates=(1e-2,), regression_rates=(2e-3,), records=50), paper=Config())
_OBSERVERS = (loss, nuclear_norm, effective_rank, test_error, top_singular_values(3))


def run(config: Config, report: Report) -> xr.Dataset:
    """Train the three at every rate, each kind of network in one program."""
    truth_key, sensing_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    truth = shared.synthetic_truth(config.side, config.rank, config.dtype, truth_key)
    problem = sensing(
        truth, config.count, float(config.side), MeanSquared(), noise=config.noise, key=sensing_key
    )
    sides = (config.side, config.side)
    network = SpectralNetwork.identity(sides, config.widths, dtype=config.dtype, key=start_key)
    # The product of the first three of U_1, V_1ᵀ, U_2, as in the authors' code.
    deep = Deep((network.left[1], network.right[0].T, network.left[0]))
    direct = Direct.zeros(sides, jnp.dtype(config.dtype))
    parts = []
    for number, (name, start, rates, steps) in enumerate(
        (
            (NETWORKS[0], network, config.rates, config.steps),
            (NETWORKS[1], deep, config.rates, config.deep_steps),
            (NETWORKS[2], direct, config.regression_rates, config.steps),
        )
    ):
        report(number / 3, name)
        part = shared.swept(problem, start, rates, steps, config.records, _OBSERVERS)
        # Each kind has rates of its own: they are told apart by their place, largest first.
        values = xr.Variable("rate", list(rates), {"long_name": "rate"})
        part = part.assign(rate_value=values).assign_coords(rate=range(len(rates)))
        parts.append(part.reset_coords(["step", "time"]))
    report(1.0, "done")
    axis = xr.Variable("network", np.array(NETWORKS, object), {"long_name": "network"})
    dataset = xr.concat(parts, axis, join="exact", combine_attrs="override")
    return dataset.set_coords(["step", "time", "rate_value"]).assign(shared.read(truth))


def claims(config: Config) -> tuple[Claim, ...]:
    """What the figure shows, of the best rate of each network."""

    def final(dataset: xr.Dataset, network: str, name: str) -> float:
        return shared.final(dataset.sel(network=network), name)

    snn, _, regression = NETWORKS

    def share(dataset: xr.Dataset) -> float:
        return final(dataset, snn, "nuclear_norm") / float(dataset["truth_nuclear_norm"])

    return (
        Claim(
            "spectral network: relative error",
            lambda dataset: final(dataset, snn, "test_error"),
            "<",
            0.15,
        ),
        Claim(
            "relative error of linear regression over that of the spectral network",
            lambda dataset: (
                final(dataset, regression, "test_error") / final(dataset, snn, "test_error")
            ),
            ">",
            3,
        ),
        Claim(
            "spectral network: excess of the effective rank over the truth's",
            lambda dataset: (
                final(dataset, snn, "effective_rank") - float(dataset["truth_effective_rank"])
            ),
            "<",
            0.3,
        ),
        Claim(
            "linear regression: effective rank",
            lambda dataset: final(dataset, regression, "effective_rank"),
            ">",
            5,
        ),
        Claim(
            "linear regression interpolates: training loss",
            lambda dataset: final(dataset, regression, "loss"),
            "<",
            1e-12,
        ),
        Claim("spectral network: nuclear norm over the truth's, from below", share, "≥", 0.95),
        Claim("spectral network: nuclear norm over the truth's, from above", share, "≤", 1.02),
        Claim(
            "deep factorisation is still at rank one: effective rank",
            lambda dataset: final(dataset, NETWORKS[1], "effective_rank"),
            "<",
            1.1,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Training error, nuclear norm and the leading singular values of each network."""
    return plots.training_at_rates(dataset)
