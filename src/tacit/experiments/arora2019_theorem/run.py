"""The run of `arora2019_theorem`."""

import numpy as np
import xarray as xr

from tacit.experiments._experiment import Report
from tacit.experiments.arora2019_theorem.config import Config
from tacit.experiments.arora2019_theorem.slopes import (
    aligned,
    descent_gaps,
    layered_slopes,
    layered_start,
    posed,
    product_slopes,
    product_start,
    stacked,
    turns,
)


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow layers and product on each shape, descent on the square one, vectors at depth 2."""
    parts = len(config.rows) + 2
    shapes = []
    for number, rows in enumerate(config.rows):
        report(number / parts, f"flows of {rows} × {config.side} matrices")
        shapes.append(_flows(config, rows))
    report(1 - 2 / parts, "descent")
    square = posed(config, config.side)
    gaps = [
        descent_gaps(config, square, layered_start(config, config.side, depth))
        for depth in config.depths
    ]
    report(1 - 1 / parts, "singular vectors")
    starts = {
        "completion": (square, product_start(config, config.side)),
        "aligned": aligned(config),
    }
    turning = [turns(config, problem, start) for problem, start in starts.values()]
    whole = xr.merge(
        [
            stacked(shapes, "rows", list(config.rows)),
            stacked(gaps, "depth", list(config.depths)),
            stacked(turning, "start", np.array(["completion", "aligned"], object)),
        ],
        join="exact",
    )
    report(1.0, "done")
    return _labelled(whole)


def _flows(config: Config, rows: int) -> xr.Dataset:
    """Layers and product, at every depth that they have."""
    problem, start = posed(config, rows), product_start(config, rows)
    products = [product_slopes(config, problem, start, depth) for depth in config.product_depths]
    layers = [
        layered_slopes(config, problem, layered_start(config, rows, depth))
        for depth in config.depths
    ]
    whole = [
        stacked(products, "product_depth", list(config.product_depths)),
        stacked(layers, "depth", list(config.depths)),
    ]
    return xr.merge(whole, join="exact")


def _labelled(dataset: xr.Dataset) -> xr.Dataset:
    for name, label in (
        ("rows", "rows"),
        ("depth", "depth N"),
        ("product_depth", "depth N"),
        ("time", "time t"),
        ("turn_time", "time t"),
        ("singular_values", "singular values σᵣ"),
        ("layered_singular_values", "singular values σᵣ, layers"),
        ("slope", "dσᵣ/dt by differences"),
        ("predicted", "dσᵣ/dt predicted"),
        ("layered_slope", "uᵣᵀ Ẇ vᵣ"),
        ("layered_predicted", "dσᵣ/dt predicted, layers"),
        ("step", "step η"),
        ("descent_gap", "|Δσᵣ/η − dσᵣ/dt|, relative"),
        ("diagonal", "‖diag Uᵀ∇ℓV‖"),
        ("off_diagonal", "‖off-diag Uᵀ∇ℓV‖"),
        ("turn", "turn of the leading vectors"),
        ("predicted_turn", "turn predicted"),
    ):
        dataset[name].attrs["long_name"] = label
    return dataset
