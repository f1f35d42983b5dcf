"""Error, nuclear norm and effective rank against the scale of the start [arora2019, figure 2].

The runs are those of `arora2019_fig1`, which shows figures 1 and 2, with few entries alone and over
scales that go on to 10⁻⁶: all scales of a depth are lanes of one program. At depth 2 everything
hangs on the scale, and 10⁻⁶ is not yet small; depth 3 has the truth at every scale. Its nuclear
norm is that of the truth, above the certified minimum of the same entries: a smaller start does not
lead to the least nuclear norm.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
import xarray as xr

from tacit import plots
from tacit._typing import Array, RealScalar
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GroupRMSprop
from tacit.experiments._arora2019_baselines import convex_answer, read_spectrum
from tacit.experiments._arora2019_fig2_claims import claims
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import (
    require_ascending,
    require_descending,
    require_distinct,
    require_positive,
)
from tacit.models import Deep
from tacit.observers import effective_rank, loss, nuclear_norm, reconstruction_error
from tacit.problems import Problem, completion
from tacit.runs import Below, Schedule, sweep
from tacit.runs import run as follow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A side × side truth of the given rank with entries of mean square one, some of them observed.

    `scales` are those of the start, end to end and descending. Training ends where the loss is
    below `stop`. `overrank` is the effective rank that depth 2 exceeds from the largest scale.
    """

    seed: int = 0
    dtype: str = "float32"
    side: int = 100
    rank: int = 5
    entries: int = 2_000
    depths: tuple[int, ...] = (2, 3)
    scales: tuple[float, ...] = (1e-3, 1e-4, 1e-5, 1e-6)
    step: float = 1e-3
    stop: float = 1e-6
    steps: int = 100_000
    gap: int = 1_000
    overrank: float = 7.0

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "entries", "depths", "scales")
        require_positive(self, "step", "stop", "steps", "gap", "overrank")
        require_distinct(self, "depths", "scales")
        require_descending(self, "scales")
        require_ascending(self, "depths")
        if self.depths[0] != 2 or len(self.depths) < 2:
            raise ValueError(f"setting depths must be 2 and at least one more, got {self.depths}")
        if len(self.scales) < 2:
            raise ValueError(f"setting scales must have at least two values, got {self.scales}")
        if self.rank > self.side or self.entries > self.side**2:
            raise ValueError(
                f"settings rank and entries must be at most side, {self.side}, and side², "
                f"got {self.rank} and {self.entries}"
            )


PRESETS = Presets(
    smoke=Config(
        seed=2,
        side=30,
        rank=2,
        entries=240,
        scales=(1e-3, 1e-4, 1e-5),
        overrank=3.5,
        steps=30_000,
    ),
    paper=Config(),
)
_OBSERVERS = (loss, reconstruction_error, effective_rank, nuclear_norm)


def run(config: Config, report: Report) -> xr.Dataset:
    """Complete from every scale at each depth, and by the convex road."""
    truth_key, entries_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    sides = (config.side, config.side)
    truth = low_rank_matrix(sides, config.rank, config.dtype, key=truth_key)
    problem = completion(truth, config.entries, key=entries_key)
    found = []
    for number, depth in enumerate(config.depths):
        report(number / (len(config.depths) + 1), f"depth {depth}, all scales")
        found.append(_from_every_scale(config, problem, depth, start_key))
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
        coords={"depth": list(config.depths), "scale": list(config.scales)},
    )
    whole = trained.merge(convex_answer(problem)).assign(read_spectrum(truth, "truth"))
    report(1.0, "done")
    return _labelled(whole.expand_dims(entries=[config.entries]))


def plot(dataset: xr.Dataset) -> "Figure":
    """Error, nuclear norm and effective rank against the scale of the start."""
    return plots.against_scale(
        dataset,
        ("final_reconstruction_error", "final_nuclear_norm", "final_effective_rank"),
        references=("convex", "truth"),
    )


def _from_every_scale(
    config: Config, problem: Problem, depth: int, key: Array
) -> dict[str, np.ndarray]:
    """Last records of training, one for each scale."""
    schedule = Schedule.every(config.gap, config.steps)

    def fit(scale: RealScalar) -> dict[str, Array]:
        sides = (config.side, config.side)
        start = Deep.initialise(sides, depth=depth, scale=scale, dtype=config.dtype, key=key)
        dynamics, stop = GroupRMSprop(config.step), Below("loss", config.stop)
        trained = follow(problem, start, dynamics, schedule, _OBSERVERS, stop=stop)
        return {name: record[-1] for name, record in trained.records.items()}

    ended = sweep(fit, scale=np.asarray(config.scales, config.dtype))
    return {name: np.asarray(values) for name, values in ended.items()}


def _labelled(dataset: xr.Dataset) -> xr.Dataset:
    for name, label in (
        ("entries", "observed entries"),
        ("depth", "depth"),
        ("scale", "scale of the start"),
        ("final_reconstruction_error", "reconstruction error"),
    ):
        dataset[name].attrs["long_name"] = label
    return dataset
