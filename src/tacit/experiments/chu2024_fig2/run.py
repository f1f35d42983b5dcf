"""The run of `chu2024_fig2`."""

import jax
import jax.numpy as jnp
import xarray as xr

from tacit._typing import RealScalar, ScalarLike
from tacit.experiments import _chu2024 as shared
from tacit.experiments._experiment import Report
from tacit.experiments.chu2024_fig2.config import Config
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


def run(config: Config, report: Report) -> xr.Dataset:
    """Train at every rate from the same start."""
    truth_key, sensing_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    truth = shared.draw_truth(config.side, config.rank, config.dtype, key=truth_key)
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
    dataset = shared.sweep_rates(
        problem, start, config.rates, config.steps, config.records, observers
    )
    report(1.0, "done")

    # The least loss of any X in the basis is that of linear regression on its singular values.
    attainable = problem.y - operator.spectra @ jnp.linalg.lstsq(operator.spectra, problem.y)[0]
    return dataset.assign(shared.read_truth(truth)).assign(
        least_loss=float(jnp.mean(attainable**2))
    )


def _read_off_diagonal(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    rotated = operator.left.T @ model() @ operator.right
    return jnp.max(jnp.abs(rotated - jnp.diag(jnp.diagonal(rotated))))


_off_diagonal = Observer(_read_off_diagonal, "off_diagonal", "largest |ΦᵀXΨ| off the diagonal")
