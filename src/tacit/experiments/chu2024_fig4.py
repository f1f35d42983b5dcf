"""A picture appears in a spectral network as it trains [chu2024, figure 4].

A face (or a digit) is sensed by Gaussian measurements, six for every ten pixels. From a small start
near the identity the network shows first the leading singular vectors, then the rest.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
import xarray as xr

from tacit import plots
from tacit._typing import Matrix, ScalarLike
from tacit.dynamics import GradientDescent
from tacit.experiments import _chu2024 as shared
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._runs import unless_interrupted
from tacit.models import AbstractFactorisation, SpectralNetwork
from tacit.observers import Observer, effective_rank, loss, nuclear_norm, test_error
from tacit.problems import MeanSquared, Problem, sensing
from tacit.results import to_dataset
from tacit.runs import Progress, Schedule
from tacit.runs import run as follow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Picture number `index` of `images` (an IDX file or a folder; faces of LFW if none).

    `share` is the number of measurements over that of pixels, `rate` the step for ½ mean r².
    """

    seed: int = 0
    dtype: str = "float32"
    images: str | None = None
    index: int = 0
    share: float = 0.6
    noise: float = 1e-2
    widths: tuple[int, ...] = (4, 8, 16)
    rate: float = 1e-4
    steps: int = 6_000
    records: int = 7

    def __post_init__(self):
        if not self.share > 0 or self.steps < self.records or self.records < 2:
            raise ValueError(
                f"share {self.share}, steps {self.steps}, records {self.records}: share must be "
                "positive, and there must be two records or more, and no fewer steps"
            )


PRESETS = Presets(smoke=Config(widths=(2, 2), rate=1e-3, steps=3_000), paper=Config())


def run(config: Config, report: Report) -> xr.Dataset:
    """Train, and keep the picture at steps that grow geometrically."""
    sensing_key, start_key = jax.random.split(jax.random.key(config.seed))
    truth = shared.images(config.images, (config.index,), config.dtype)[0]
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
    return dataset.assign(truth=(("row", "column"), np.asarray(truth))).assign(shared.read(truth))


def claims(config: Config) -> tuple[Claim, ...]:
    """The picture is found, rank by rank from below."""

    def last(dataset: xr.Dataset, name: str) -> float:
        return float(dataset[name].isel(record=-1))

    return (
        Claim(
            "relative error at the end",
            lambda dataset: last(dataset, "test_error"),
            "<",
            0.3,
        ),
        Claim(
            "what comes after the best picture is hardly worse: error at the end over the least",
            lambda dataset: last(dataset, "test_error") / float(dataset["test_error"].min()),
            "<",
            1.2,
        ),
        Claim(
            "nuclear norm at the end over that of the truth",
            lambda dataset: last(dataset, "nuclear_norm") / float(dataset["truth_nuclear_norm"]),
            "≤",
            1.02,
        ),
        Claim(
            "rank one first: effective rank of the first picture with an error below one half",
            lambda dataset: float(_seen(dataset)[0]),
            "<",
            1.5,
        ),
        Claim(
            "then it only grows: least ratio of successive effective ranks",
            lambda dataset: float(np.min(_seen(dataset)[1:] / _seen(dataset)[:-1])),
            "≥",
            1,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """The picture at each step, the truth last."""
    shown = dataset.isel(record=slice(1, None))
    steps = [f"step {step:,}" for step in shown["step"].values]
    pictures = xr.concat(
        [shown["picture"].drop_vars(["step", "time"]), dataset["truth"].expand_dims("record")],
        "record",
    ).rename(record="stage")
    pictures = pictures.assign_coords(stage=[*steps, "truth"])
    errors = [f"error {error:.2f}" for error in shown["test_error"].values]
    caption = xr.Variable("stage", [*errors, ""])
    return plots.pictures(
        xr.Dataset({"picture": pictures, "picture_caption": caption}), "picture", columns="stage"
    )


def _seen(dataset: xr.Dataset) -> np.ndarray:
    """Effective ranks from the first picture with an error below one half; one NaN if none."""
    found = dataset["effective_rank"].values[dataset["test_error"].values < 0.5]
    return found if len(found) > 1 else np.full(2, np.nan)


def _look(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Matrix:
    del t, problem
    return model()


_picture = Observer(_look, "picture", "X", ("row", "column"))
