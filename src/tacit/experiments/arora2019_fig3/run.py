"""The run of `arora2019_fig3`."""

import numpy as np
import xarray as xr

from tacit.experiments._datasets import label
from tacit.experiments._experiment import Report
from tacit.experiments.arora2019_fig3.config import Config
from tacit.experiments.arora2019_fig3.training import make_tasks, train

_LABELS = {
    "depth": "depth",
    "time": "time t",
    "singular_values": "singular values σᵢ(W)",
    "test_error": "test error, mean square",
    "effective_rank": "effective rank (entropy)",
    "loss": "training loss",
    "evaluations": "gradients evaluated",
    "stretch_gap": "|flow − descent| / |movement|",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every depth on the synthetic matrix, and on the ratings where there are any."""
    tasks, truth = make_tasks(config)
    grid = [(task, depth) for task in tasks for depth in config.depths]
    cells = []
    for number, (task, depth) in enumerate(grid):

        def inner(share: float, what: str, number: int = number) -> None:
            task, depth = grid[number]
            report((number + share) / len(grid), f"{task.name}, depth {depth}, {what}")

        cells.append(train(config, task, depth, inner))
    rows = [cells[at : at + len(config.depths)] for at in range(0, len(cells), len(config.depths))]
    whole = xr.combine_nested(
        rows, ["data", "depth"], data_vars="all", coords="minimal", compat="override"
    )
    whole = whole.assign_coords(
        data=np.array([task.name for task in tasks], object), depth=list(config.depths)
    )
    report(1.0, "done")
    return label(whole.merge(truth), _LABELS)
