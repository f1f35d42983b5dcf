"""The run of `karnik2025_fig4`."""

import numpy as np
import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments._tubal.runs import Grid, Sizes, make_attrs, recover
from tacit.experiments.karnik2025_fig4.config import PRESETS, Config
from tacit.runs import Schedule

AUTHORS = {1e-2: 5.3e-3, 1e-4: 5.7e-4, 1e-6: 2.5e-5, 1e-8: 1.2e-6}
"""Errors that the authors saved at step 3,999 of runs that began afresh."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw from every α, and solve its regression."""
    report(0.0, "all scales and draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    grid = Grid(
        (config.width,),
        (config.measurements,),
        config.draws,
        config.alphas,
        config.step,
        Schedule.linear(config.steps, config.records),
    )
    found = recover(sizes, grid, config.seed).isel(width=0, count=0, drop=True)
    final = found["test_error"].isel(record=-1)
    fitted = final.sel(alpha=[alpha for alpha in config.alphas if alpha <= config.fitted])
    exponents = np.polyfit(np.log(fitted["alpha"]), np.log(fitted.transpose("alpha", "draw")), 1)[0]
    alphas = np.array(config.alphas)
    bound = (
        config.tube ** (61 / 32)
        * config.rank ** (1 / 8)
        * (config.side - config.rank) ** (3 / 8)
        * 1.48**21
        * alphas ** (21 / 16)
    )
    # Through the middle error at the largest α that is fitted.
    anchor = fitted["alpha"].values.max()
    height = float(found["middle_error"].sel(alpha=anchor).isel(record=-1))
    report(1.0, "done")
    found = found.assign(
        guide=("alpha", height * (alphas / anchor) ** (21 / 32), make_attrs("as α^(21/32)")),
        exponent=("draw", exponents, make_attrs("exponent of α in the error")),
        bound=("alpha", bound, make_attrs("the paper's c α^(21/16)")),
    )
    if config.steps != PRESETS.paper.steps:
        return found
    known = [AUTHORS.get(float(alpha), np.nan) for alpha in alphas]
    return found.assign(authors_final=("alpha", known, make_attrs("authors, step 3,999")))
