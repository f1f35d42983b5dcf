"""The run of `gunasekar2017_commuting`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, PRNGKey
from tacit.dynamics import GradientFlow
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.gunasekar2017_commuting.config import Config
from tacit.models import Symmetric, identity
from tacit.observers import loss
from tacit.operators import SharedBasis
from tacit.problems import LeastSquares, Problem
from tacit.runs import Below, Schedule
from tacit.runs import run as follow
from tacit.solvers import nuclear_programme


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow the flow for each draw and α, and solve the linear programme of each draw."""
    keys = jax.random.split(jax.random.key(config.seed), config.draws)
    cells, least = [], []
    for number, key in enumerate(keys):
        problem = _make_problem(config, key)
        least.append(_solve_programme(problem))
        for place, alpha in enumerate(config.alphas):
            share = (number + place / len(config.alphas)) / config.draws
            report(share, f"draw {number + 1}, α = {alpha:g}")
            cells.append(_follow_flow(config, problem, alpha))
    report(1.0, "done")
    shape = (config.draws, len(config.alphas))
    return xr.Dataset(
        {
            **{
                name: (("draw", "alpha"), np.reshape([cell[name] for cell in cells], shape))
                for name in cells[0]
            },
            **{name: ("draw", [found[name] for found in least]) for name in least[0]},
        },
        coords={
            "alpha": ("alpha", list(config.alphas), {"long_name": "scale α of the start"}),
            "draw": ("draw", 1 + np.arange(config.draws), {"long_name": "draw"}),
        },
    )


def _make_problem(config: Config, key: PRNGKey) -> Problem:
    spectra_key, truth_key = jax.random.split(key)
    frame = jnp.eye(config.side, dtype=config.dtype)
    spectra = jax.random.normal(spectra_key, (config.count, config.side), frame.dtype)
    operator = SharedBasis(frame, frame, spectra / np.sqrt(config.count))
    drawn = jax.random.uniform(truth_key, (config.rank,), frame.dtype, 0.5, 2.0)
    truth = operator.target(jnp.zeros(config.side, frame.dtype).at[: config.rank].set(drawn))
    return Problem(operator, operator.mv(truth), LeastSquares(), truth=truth)


def _follow_flow(config: Config, problem: Problem, alpha: float) -> dict[str, float]:
    """What is read of the matrix at which the flow ends."""
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    start = Symmetric.initialise(
        config.side,
        init_scale=alpha**2,
        initialiser=identity,
        dtype=config.dtype,
        key=jax.random.key(0),
    )
    schedule, stop = Schedule.logarithmic(config.span, 40, 1.0), Below("loss", config.stop)
    # What an absolute tolerance lets in grows with everything else: it must be far below every α.
    flow = GradientFlow(rtol=1e-10, atol=1e-24)
    end = unless_interrupted(follow(problem, start, flow, schedule, (loss,), stop=stop, chunk=8))
    X = np.asarray(end.model())
    misfit = np.linalg.norm(operator.mv(jnp.asarray(X)) - problem.y)
    return {
        "trace": float(np.trace(X)),
        "entropy": _entropy(np.diagonal(X)),
        "residual": float(misfit / np.linalg.norm(problem.y)),
        "off_diagonal": float(np.abs(X - np.diag(np.diagonal(X))).max()),
    }


def _solve_programme(problem: Problem) -> dict[str, float]:
    """The minimum of the trace, by the linear programme."""
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    found = nuclear_programme(operator, problem.y, semidefinite=True)
    return {
        "least_trace": float(found.value),
        "least_entropy": _entropy(operator.coordinates(found.X)),
        "duality_gap": float(found.gap),
    }


def _entropy(eigenvalues: Any) -> float:
    """H(x) = Σ x ln x − x, with 0 ln 0 = 0."""
    x = np.maximum(np.asarray(eigenvalues), 0)
    return float(np.sum(x * np.log(np.where(x > 0, x, 1)) - x))
