"""Pictures from few measurements: truth, linear regression, spectral network [chu2024, figure 5].

Linear regression gives the interpolator of least Frobenius norm, a blur of noise; the spectral
network gives the picture, if its step is small. The step decides whether the bias appears: near the
largest stable step the same network interpolates too, but hardly better than linear regression
(or diverges, and its start is shown). The automatic step keeps the bias.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit import plots
from tacit.dynamics import GradientDescent
from tacit.experiments import _chu2024 as shared
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._runs import unless_interrupted
from tacit.models import SpectralNetwork
from tacit.observers import loss, test_error
from tacit.problems import MeanSquared, Problem, sensing
from tacit.runs import Progress, Schedule, Trajectory
from tacit.runs import run as follow
from tacit.solvers import least_norm

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]

ESTIMATORS = ("truth", "linear regression", "spectral network", "large step", "automatic step")


@dataclass(frozen=True)
class Config:
    """Pictures `indices` of `images` (an IDX file or a folder; faces of LFW if none).

    `rate` and `large_rate` are steps for ½ mean r²; at the larger one the bias is to be lost, where
    `loses` says how much worse the error must be (1 asks for nothing but some loss).
    """

    seed: int = 0
    dtype: str = "float32"
    images: str | None = None
    indices: tuple[int, ...] = (0, 7, 60)
    share: float = 0.6
    noise: float = 1e-2
    widths: tuple[int, ...] = (4, 8, 16)
    rate: float = 1e-4
    steps: int = 6_000
    large_rate: float = 3e-4
    large_steps: int = 2_500
    automatic_steps: int = 3_000
    loses: float = 1.0

    def __post_init__(self):
        if not 0 < self.rate < self.large_rate:
            raise ValueError(
                f"rate {self.rate} and large_rate {self.large_rate}: give two positive numbers, "
                "the smaller first"
            )


PRESETS = Presets(
    smoke=Config(
        indices=(0,),
        widths=(2, 2),
        rate=1e-3,
        steps=3_000,
        large_rate=3e-3,
        large_steps=1_000,
        automatic_steps=1_000,
    ),
    paper=Config(),
)


def run(config: Config, report: Report) -> xr.Dataset:
    """Reconstruct every picture by each."""
    truths = shared.images(config.images, config.indices, config.dtype)
    found, errors, losses = [], [], []
    for number, truth in enumerate(truths):
        sensing_key, start_key = jax.random.split(
            jax.random.fold_in(jax.random.key(config.seed), number)
        )
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

            def inner(progress: Progress, number: int = number, which: int = which) -> None:
                share = (number + which / 3 + progress.fraction / 3) / len(truths)
                report(share, f"picture {config.indices[number]}, step {progress.step}")

            answers.append(_trained(problem, start, rule, steps, inner).model())
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


def claims(config: Config) -> tuple[Claim, ...]:
    """The network beats linear regression on every picture, by a factor; a large step loses it."""

    def ratio(dataset: xr.Dataset, one: str, other: str) -> float:
        error = dataset["error"]
        return float((error.sel(estimator=one) / error.sel(estimator=other)).min(skipna=False))

    return (
        Claim(
            "error of linear regression over that of the spectral network, least of all pictures",
            lambda dataset: ratio(dataset, ESTIMATORS[1], ESTIMATORS[2]),
            ">",
            2.2,
        ),
        Claim(
            "error at the large step over that at the small one, least of all pictures",
            lambda dataset: ratio(dataset, ESTIMATORS[3], ESTIMATORS[2]),
            ">",
            config.loses,
        ),
        Claim(
            "the automatic step keeps it: error over that at the small step, largest of all",
            lambda dataset: float(
                (
                    dataset["error"].sel(estimator=ESTIMATORS[4])
                    / dataset["error"].sel(estimator=ESTIMATORS[2])
                ).max(skipna=False)
            ),
            "<",
            1.1,
        ),
        Claim(
            "linear regression interpolates: largest training loss",
            lambda dataset: float(dataset["loss"].sel(estimator=ESTIMATORS[1]).max(skipna=False)),
            "<",
            1e-6,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """A row a picture, a column an estimator, its error below."""
    captions = np.vectorize(lambda error: f"error {error:.2f}" if error else "")
    caption = captions(dataset["error"].values).astype(object)
    return plots.pictures(
        dataset.assign(picture_caption=(("image", "estimator"), caption)),
        "picture",
        rows="image",
        columns="estimator",
    )


def _trained(
    problem: Problem, start: SpectralNetwork, rule: GradientDescent, steps: int, inner
) -> Trajectory[SpectralNetwork]:
    schedule = Schedule.every(max(1, steps // 20), steps)
    return unless_interrupted(
        follow(problem, start, rule, schedule, (loss, test_error), on_chunk=inner, chunk=2)
    )
