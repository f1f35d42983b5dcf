"""How each singular value moves along the flow of a deep factorisation [arora2019, theorem 3].

From balanced factors σ_r moves by dσ_r/dt = −N (σ_r²)^{1−1/N} ⟨∇ℓ(W), u_r v_rᵀ⟩: the larger it is
the faster, the more so the deeper. Held against it are: the derivative u_rᵀ Ẇ v_r, with Ẇ from the
velocities of the layers; differences of σ_r along the flow of the product, at depths that no layers
have as well; and the steps of descent, which differ by O(η).

The vectors u_r, v_r rest where Uᵀ∇ℓ V is diagonal and nowhere else. At depth 2 the turn of the
leading ones is held against the one that the entries off the diagonal make: none from a start with
the singular vectors of a fully observed truth, where none of ∇ℓ is off the diagonal.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots
from tacit.experiments._arora2019_slopes import (
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
from tacit.experiments._arora2019_theorem_claims import claims
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_ascending, require_distinct, require_positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Truths of the given rank, `rows` × side, a share of their entries observed.

    The first of `rows` is `side`. `depths` are followed by layers and as a product,
    `real_depths` and N = ∞ as a product alone. `scale` is that of the start, end to end, `span` the
    time N t that is followed, `step` the larger of two steps of descent, the other its half.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 8
    rows: tuple[int, ...] = (8, 12)
    rank: int = 2
    share: float = 0.6
    depths: tuple[int, ...] = (2, 3, 4)
    real_depths: tuple[float, ...] = (2.5,)
    scale: float = 0.2
    span: float = 8.0
    step: float = 1e-3
    records: int = 200

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rows", "rank", "share", "depths", "real_depths")
        require_positive(self, "scale", "span", "step")
        require_ascending(self, "rows", "depths", "real_depths")
        require_distinct(self, "rows", "depths", "real_depths")
        least = min(*self.depths, *self.real_depths)
        if least < 2:
            raise ValueError(f"settings depths and real_depths must be at least 2, got {least:g}")
        if set(self.depths) & set(self.real_depths):
            raise ValueError(
                f"setting real_depths repeats one of depths, {self.depths}, which are followed as "
                f"a product too: leave it out, got {self.real_depths}"
            )
        if self.rows[0] != self.side:
            raise ValueError(f"setting rows must begin with side, {self.side}, got {self.rows}")
        if self.rank > self.side or self.share > 1:
            raise ValueError(
                f"settings rank and share must be at most side, {self.side}, and 1, got "
                f"{self.rank} and {self.share:g}"
            )
        if self.records < 20:
            raise ValueError(f"setting records must be at least 20, got {self.records}")

    @property
    def product_depths(self) -> tuple[float, ...]:
        """Depths at which the product is followed, ∞ the last."""
        return (*sorted((*map(float, self.depths), *self.real_depths)), math.inf)


PRESETS = Presets(smoke=Config(rows=(8,), depths=(3,), step=4e-3, records=60), paper=Config())


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


def plot(dataset: xr.Dataset) -> "Figure":
    """Singular values with their predicted slopes, above ∇ℓ on and off the diagonal."""
    return plots.predicted_slopes(dataset)


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
