"""The run of `karnik2025_underdetermined`."""

import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments._tubal.runs import Grid, Sizes, recover
from tacit.experiments.karnik2025_underdetermined.config import Config
from tacit.runs import Schedule


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every α with either number of measurements."""
    report(0.0, "all scales and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    schedule = Schedule.linear(config.steps, config.records)
    grid = Grid(
        (config.width,), config.measurements, config.draws, config.alphas, config.step, schedule
    )
    found = recover(sizes, grid, config.seed)
    report(1.0, "done")
    return found.isel(width=0, drop=True)
