"""The run of `karnik2025_fig2`."""

import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments._tubal.reading import add_escapes, add_phases
from tacit.experiments._tubal.runs import Grid, Sizes, make_attrs, recover
from tacit.experiments.karnik2025_fig2.config import PRESETS, Config
from tacit.runs import Schedule

AUTHORS = {
    "test_error": {3000: 0.75, 5000: 0.028, 7000: 1.25e-3, 9999: 2.1e-5},
    "tube_error": {2000: 0.997, 3000: 0.69, 5000: 0.0075},
    "angle_to_spectral_tensor": {200: 0.30, 500: 0.085, 2000: 8.4e-3, 2556: 2.9e-3, 3000: 0.139},
    "angle_to_truth": {3000: 0.457, 5000: 0.022, 9999: 1.9e-5},
    "power_iterate_angle": {2000: 0.032, 3000: 0.016},
}
"""Results that the authors saved, of another draw, by step."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow the run, and solve its regression."""
    report(0.0, "one run and its regression")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        (config.width,),
        (config.measurements,),
        1,
        (config.alpha,),
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = add_phases(
        add_escapes(recover(sizes, grid, config.seed, ("angles", "power")), sizes, config.step)
    )
    report(1.0, "done")
    drawn = found.isel(width=0, count=0, alpha=0, drop=True)
    return drawn.assign(_authors()) if config.steps == PRESETS.paper.steps else drawn


def _authors() -> dict[str, xr.DataArray]:
    """Results of the authors, each over steps of its own."""
    return {
        f"authors_{name}": xr.DataArray(
            list(known.values()),
            {f"{name}_step": list(known)},
            attrs=make_attrs("saved by the authors, another draw"),
        )
        for name, known in AUTHORS.items()
    }
