"""The run of `karnik2025_fig3`."""

import numpy as np
import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments._tubal.reading import add_escapes, find_crossing
from tacit.experiments._tubal.runs import Grid, Sizes, make_attrs, recover
from tacit.experiments.karnik2025_fig3.config import PRESETS, Config
from tacit.runs import Schedule

AUTHORS = {
    "first run": {
        500: 0.851,
        800: 0.378,
        1000: 0.238,
        1250: 0.050,
        1499: 0.0152,
        2000: 1.7e-3,
        3000: 2.5e-5,
        3999: 4e-7,
    },
    "sixth run": {
        500: 0.942,
        800: 0.522,
        1000: 0.287,
        1250: 0.047,
        1499: 0.0108,
        2000: 7.6e-4,
        3000: 6.8e-6,
        3999: 7e-7,
    },
}
"""Errors that the authors saved of runs that began afresh, R = 200, by step."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every width, and solve its regression."""
    report(0.0, "all widths and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        config.widths,
        (config.measurements,),
        config.draws,
        (config.alpha,),
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = add_escapes(recover(sizes, grid, config.seed, ("angles",)), sizes, config.step)
    mean = found["test_error"].mean("draw", skipna=False)
    found = found.assign(reached=find_crossing(mean, 1e-2, "mean error below 0.01, step"))
    report(1.0, "done")
    drawn = found.isel(count=0, alpha=0, drop=True)
    return drawn.assign(_authors()) if config.steps == PRESETS.paper.steps else drawn


def _authors() -> dict[str, xr.DataArray]:
    runs = np.array(list(AUTHORS), object)
    steps = list(AUTHORS["first run"])
    errors = [list(known.values()) for known in AUTHORS.values()]
    coords = {"authors_run": runs, "authors_step": steps}
    attrs = make_attrs("runs of the authors")
    return {
        "authors_error": xr.DataArray(errors, coords, ("authors_run", "authors_step"), attrs=attrs)
    }
