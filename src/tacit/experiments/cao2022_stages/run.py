"""The run of `cao2022_stages`."""

import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments.cao2022_stages.config import Config
from tacit.experiments.cao2022_stages.tables import show_runs, tabulate_rmsprop, tabulate_stages


def run(config: Config, report: Report) -> xr.Dataset:
    """The table of stages by descent, group RMSprop, and the runs that are shown."""
    table, shown = tabulate_stages(config, lambda share, what: report(0.7 * share, what))
    rates = tabulate_rmsprop(config, lambda share, what: report(0.7 + 0.2 * share, what))
    runs = show_runs(shown, config.records, lambda share, what: report(0.9 + 0.1 * share, what))
    report(1.0, "done")
    return xr.merge([table, rates, runs], join="exact", combine_attrs="override")
