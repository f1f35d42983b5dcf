"""The run of `stoeger2021_phases`."""

import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments._tubal.reading import add_escapes, add_phases
from tacit.experiments._tubal.runs import Grid, Sizes, recover
from tacit.experiments.stoeger2021_phases.config import Config
from tacit.runs import Schedule


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw with either number of measurements, and solve its regression."""
    report(0.0, "all draws")
    sizes = Sizes(config.side, 1, config.rank, config.dtype)
    schedule = Schedule.linear(config.steps, config.records)
    grid = Grid(
        (config.width,), config.measurements, config.draws, (config.alpha,), config.step, schedule
    )
    found = add_phases(
        add_escapes(recover(sizes, grid, config.seed, ("angles", "power")), sizes, config.step)
    )
    report(1.0, "done")
    return found.isel(width=0, alpha=0, drop=True)
