"""The run of `arora2019_fig2`."""

import jax
import numpy as np
import xarray as xr

from tacit._typing import Array, RealScalar
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GroupRMSprop
from tacit.experiments._arora2019.baselines import LABELS, convex_answer, read_spectrum
from tacit.experiments._datasets import label
from tacit.experiments._experiment import Report
from tacit.experiments.arora2019_fig2.config import Config
from tacit.models import Deep
from tacit.observers import effective_rank, loss, nuclear_norm, reconstruction_error
from tacit.problems import Problem, completion
from tacit.runs import Below, Schedule, sweep
from tacit.runs import run as follow

_OBSERVERS = (loss, reconstruction_error, effective_rank, nuclear_norm)


def run(config: Config, report: Report) -> xr.Dataset:
    """Complete from every scale at each depth, and by the convex minimum."""
    truth_key, entries_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    sides = (config.side, config.side)
    truth = low_rank_matrix(sides, config.rank, config.dtype, key=truth_key)
    problem = completion(truth, config.entries, key=entries_key)

    found = []
    for number, depth in enumerate(config.depths):
        report(number / (len(config.depths) + 1), f"depth {depth}, all scales")
        found.append(_train_from_every_scale(config, problem, depth, start_key))
    report(1 - 1 / (len(config.depths) + 1), "minimum nuclear norm")

    trained = xr.Dataset(
        {
            f"final_{observer.name}": (
                ("depth", "scale"),
                np.stack([at_depth[observer.name] for at_depth in found]),
                {"long_name": observer.label},
            )
            for observer in _OBSERVERS
        },
        coords={"depth": list(config.depths), "scale": list(config.init_scales)},
    )
    whole = trained.merge(convex_answer(problem)).assign(read_spectrum(truth, "truth"))
    report(1.0, "done")
    return label(whole.expand_dims(entries=[config.entries]), LABELS)


def _train_from_every_scale(
    config: Config, problem: Problem, depth: int, key: Array
) -> dict[str, np.ndarray]:
    """Last records of training, one for each scale."""
    schedule = Schedule.every(config.gap, config.steps)

    def fit(scale: RealScalar) -> dict[str, Array]:
        sides = (config.side, config.side)
        start = Deep.initialise(sides, depth=depth, init_scale=scale, dtype=config.dtype, key=key)
        dynamics, stop = GroupRMSprop(config.step), Below("loss", config.stop)
        trained = follow(problem, start, dynamics, schedule, _OBSERVERS, stop=stop)
        return {name: record[-1] for name, record in trained.records.items()}

    ended = sweep(fit, scale=np.asarray(config.init_scales, config.dtype))
    return {name: np.asarray(values) for name, values in ended.items()}
