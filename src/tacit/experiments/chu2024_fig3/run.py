"""The run of `chu2024_fig3`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit.experiments import _chu2024 as shared
from tacit.experiments._experiment import Report
from tacit.experiments.chu2024_fig3.config import NETWORKS, Config
from tacit.models import Deep, Direct, SpectralNetwork
from tacit.observers import effective_rank, loss, nuclear_norm, test_error, top_singular_values
from tacit.problems import MeanSquared, sensing

_OBSERVERS = (loss, nuclear_norm, effective_rank, test_error, top_singular_values(3))


def run(config: Config, report: Report) -> xr.Dataset:
    """Train the three at every rate, each kind of network in one program."""
    truth_key, sensing_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    truth = shared.draw_truth(config.side, config.rank, config.dtype, key=truth_key)
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
        part = shared.sweep_rates(problem, start, rates, steps, config.records, _OBSERVERS)
        # Each kind has rates of its own: they are told apart by their place, largest first.
        values = xr.Variable("rate", list(rates), {"long_name": "rate"})
        part = part.assign(rate_value=values).assign_coords(rate=range(len(rates)))
        parts.append(part.reset_coords(["step", "time"]))
    report(1.0, "done")
    axis = xr.Variable("network", np.array(NETWORKS, object), {"long_name": "network"})
    dataset = xr.concat(parts, axis, join="exact", combine_attrs="override")
    return dataset.set_coords(["step", "time", "rate_value"]).assign(shared.read_truth(truth))
