"""The run of `milanesi2021_tucker`."""

import xarray as xr

from tacit._typing import PRNGKey
from tacit.experiments._experiment import Report
from tacit.experiments._milanesi2021 import runs
from tacit.experiments.milanesi2021_tucker.config import Config
from tacit.models import Tucker


def run(config: Config, report: Report) -> xr.Dataset:
    """Train every draw, share and depth."""
    return runs.run(config, report, _start)


def _start(config: Config, depth: int, key: PRNGKey) -> Tucker:
    shape = (config.side,) * 3
    return Tucker.initialise(
        shape, init_scale=config.init_scale, depth=depth, dtype=config.dtype, key=key
    )
