"""The run of `arora2019_theorem`."""

import xarray as xr

from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments.arora2019_theorem.config import Config
from tacit.experiments.arora2019_theorem.problems import (
    make_aligned_problem,
    make_layers,
    make_problem,
    make_product,
)
from tacit.experiments.arora2019_theorem.slopes import (
    measure_descent_gaps,
    measure_layered_slopes,
    measure_product_slopes,
    measure_turns,
)

_LABELS = {
    "rows": "rows",
    "depth": "depth N",
    "product_depth": "depth N",
    "time": "time t",
    "turn_time": "time t",
    "singular_values": "singular values σᵣ",
    "layered_singular_values": "singular values σᵣ, layers",
    "slope": "dσᵣ/dt by differences",
    "predicted": "dσᵣ/dt predicted",
    "layered_slope": "uᵣᵀ Ẇ vᵣ",
    "layered_predicted": "dσᵣ/dt predicted, layers",
    "step": "step η",
    "descent_gap": "|Δσᵣ/η − dσᵣ/dt|, relative",
    "diagonal": "‖diag Uᵀ∇ℓV‖",
    "off_diagonal": "‖off-diag Uᵀ∇ℓV‖",
    "turn": "turn of the leading vectors",
    "predicted_turn": "turn predicted",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow layers and product on each shape, descent on the square one, vectors at depth 2."""
    parts = len(config.rows) + 2
    shapes = []
    for number, rows in enumerate(config.rows):
        report(number / parts, f"flows of {rows} × {config.side} matrices")
        shapes.append(_follow_shape(config, rows))

    report(1 - 2 / parts, "descent")
    square = make_problem(config, config.side)
    gaps = [
        measure_descent_gaps(config, square, make_layers(config, config.side, depth))
        for depth in config.depths
    ]

    report(1 - 1 / parts, "singular vectors")
    starts = {
        "completion": (square, make_product(config, config.side)),
        "aligned": make_aligned_problem(config),
    }
    turning = [measure_turns(config, problem, start) for problem, start in starts.values()]

    whole = xr.merge(
        [
            stack(shapes, "rows", list(config.rows)),
            stack(gaps, "depth", list(config.depths)),
            stack(turning, "start", list(starts)),
        ],
        join="exact",
    )
    report(1.0, "done")
    return label(whole, _LABELS)


def _follow_shape(config: Config, rows: int) -> xr.Dataset:
    """Layers and product, at every depth that they have."""
    problem, start = make_problem(config, rows), make_product(config, rows)
    products = [
        measure_product_slopes(config, problem, start, depth) for depth in config.product_depths
    ]
    layers = [
        measure_layered_slopes(config, problem, make_layers(config, rows, depth))
        for depth in config.depths
    ]
    whole = [
        stack(products, "product_depth", list(config.product_depths)),
        stack(layers, "depth", list(config.depths)),
    ]
    return xr.merge(whole, join="exact")
