"""The run of `milanesi2021_train`."""

import xarray as xr

from tacit._typing import PRNGKey
from tacit.experiments._experiment import Report
from tacit.experiments._milanesi2021 import runs
from tacit.experiments.milanesi2021_train.config import Config
from tacit.models import TensorTrain


def run(config: Config, report: Report) -> xr.Dataset:
    """Train every draw, share and depth."""
    return runs.run(config, report, _start)


def _start(config: Config, depth: int, key: PRNGKey) -> TensorTrain:
    shape = (config.side,) * 3
    return TensorTrain.initialise(
        shape, init_scale=config.init_scale, depth=depth, dtype=config.dtype, key=key
    )
