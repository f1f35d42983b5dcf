"""The run of `chu2024_fig5`."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit.dynamics import GradientDescent
from tacit.experiments import _chu2024 as shared
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.chu2024_fig5.config import ESTIMATORS, Config
from tacit.models import SpectralNetwork
from tacit.observers import loss, test_error
from tacit.problems import MeanSquared, Problem, sensing
from tacit.runs import Progress, Schedule, Trajectory
from tacit.runs import run as follow
from tacit.solvers import least_norm


def run(config: Config, report: Report) -> xr.Dataset:
    """Reconstruct every picture by each."""
    truths = shared.load_images(config.images, config.indices, config.dtype)
    found, errors, losses = [], [], []
    for number, truth in enumerate(truths):
        sensing_key, start_key = jax.random.split(
            jax.random.fold_in(jax.random.key(config.seed), number)
        )

        # A network and regression see the same measurements, and the networks start alike.
        problem = sensing(
            truth,
            round(config.share * truth.size),
            float(truth.shape[0]),
            MeanSquared(),
            noise=config.noise,
            key=sensing_key,
        )
        m, n = truth.shape
        start = SpectralNetwork.identity((m, n), config.widths, dtype=config.dtype, key=start_key)
        answers = [truth, least_norm(problem.operator, problem.y, 1e-6)]
        for which, (rule, steps) in enumerate(
            (
                (GradientDescent(config.rate / 2), config.steps),
                (GradientDescent(config.large_rate / 2), config.large_steps),
                (GradientDescent("auto"), config.automatic_steps),
            )
        ):

            def on_chunk(progress: Progress, number: int = number, which: int = which) -> None:
                share = (number + which / 3 + progress.fraction / 3) / len(truths)
                report(share, f"picture {config.indices[number]}, step {progress.step}")

            answers.append(_train(problem, start, rule, steps, on_chunk).model())

        found.append([np.asarray(X) for X in answers])
        size = jnp.linalg.norm(truth)
        errors.append([float(jnp.linalg.norm(X - truth) / size) for X in answers])
        losses.append([float(problem.loss_at(X)) for X in answers])

    dims = ("image", "estimator")
    return xr.Dataset(
        {
            "picture": ((*dims, "row", "column"), np.array(found), {"long_name": "X"}),
            "error": (dims, errors, {"long_name": "relative error"}),
            "loss": (dims, losses, {"long_name": "training loss"}),
        },
        coords={
            "image": ("image", list(config.indices), {"long_name": "picture"}),
            "estimator": ("estimator", np.array(ESTIMATORS, object)),
        },
    )


def _train(
    problem: Problem,
    start: SpectralNetwork,
    rule: GradientDescent,
    steps: int,
    on_chunk: Callable[[Progress], None],
) -> Trajectory[SpectralNetwork]:
    schedule = Schedule.every(max(1, steps // 20), steps)
    return unless_interrupted(
        follow(problem, start, rule, schedule, (loss, test_error), on_chunk=on_chunk, chunk=2)
    )
