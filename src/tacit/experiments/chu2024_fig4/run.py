"""The run of `chu2024_fig4`."""

import jax
import numpy as np
import xarray as xr

from tacit._typing import Matrix, ScalarLike
from tacit.dynamics import GradientDescent
from tacit.experiments import _chu2024 as shared
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.chu2024_fig4.config import Config
from tacit.models import AbstractFactorisation, SpectralNetwork
from tacit.observers import Observer, effective_rank, loss, nuclear_norm, test_error
from tacit.problems import MeanSquared, Problem, sensing
from tacit.results import to_dataset
from tacit.runs import Progress, Schedule
from tacit.runs import run as follow


def run(config: Config, report: Report) -> xr.Dataset:
    """Train, and keep the picture at steps that grow geometrically."""
    sensing_key, start_key = jax.random.split(jax.random.key(config.seed))
    truth = shared.load_images(config.images, (config.index,), config.dtype)[0]
    count = round(config.share * truth.size)
    problem = sensing(
        truth, count, float(truth.shape[0]), MeanSquared(), noise=config.noise, key=sensing_key
    )
    m, n = truth.shape
    start = SpectralNetwork.identity((m, n), config.widths, dtype=config.dtype, key=start_key)
    grown = np.geomspace(max(1, config.steps // 512), config.steps, config.records)
    steps = np.unique(grown.round().astype(int))

    def inner(progress: Progress) -> None:
        report(progress.fraction, f"step {progress.step}")

    trajectory = unless_interrupted(
        follow(
            problem,
            start,
            GradientDescent(config.rate / 2),
            Schedule(np.concatenate([[0], steps])),
            (loss, test_error, nuclear_norm, effective_rank, _picture),
            on_chunk=inner,
            chunk=1,
        )
    )
    dataset = to_dataset(trajectory)
    return dataset.assign(truth=(("row", "column"), np.asarray(truth))).assign(
        shared.read_truth(truth)
    )


def _read_picture(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Matrix:
    del t, problem
    return model()


_picture = Observer(_read_picture, "picture", "X", ("row", "column"))
