"""What is claimed of a run of `gunasekar2017_commuting`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.gunasekar2017_commuting.config import Config

_ROUNDING = 1e-8
"""What the tolerances of flow and programme leave of an exact inequality."""


def claims(config: Config) -> tuple[Claim, ...]:
    """The flow interpolates in the shared basis, and both inequalities hold at every run."""
    runs = config.draws * len(config.alphas)

    return (
        # The bound supposes that the flow interpolates in the shared basis, and a true minimum.
        Claim(
            f"largest ‖A X − y‖ / ‖y‖ of {runs} runs",
            lambda dataset: _largest(np.abs(dataset["residual"])),
            "≤",
            1e-9,
        ),
        Claim(
            "largest entry of Qᵀ X Q off its diagonal",
            lambda dataset: _largest(np.abs(dataset["off_diagonal"])),
            "≤",
            1e-12,
        ),
        Claim(
            "largest relative duality gap of the linear programmes",
            lambda dataset: _largest(np.abs(dataset["duality_gap"])),
            "≤",
            1e-9,
        ),
        # Then it is exact, but for what the two solvers leave.
        Claim(
            f"least excess of the trace over its minimum, of {runs} runs",
            lambda dataset: -_largest(-find_excess(dataset)),
            "≥",
            -_ROUNDING,
        ),
        Claim(
            f"largest of excess − bound, of {runs} runs",
            lambda dataset: _largest(find_excess(dataset) - find_bound(dataset)),
            "≤",
            _ROUNDING,
        ),
        Claim(
            "largest excess at the least α over that at the largest",
            _compare_ends,
            "<",
            1,
        ),
    )


def _compare_ends(dataset: xr.Dataset) -> float:
    excess = find_excess(dataset)
    return _largest(excess[:, -1]) / _largest(excess[:, 0])


def _largest(values: xr.DataArray) -> float:
    return float(values.max(skipna=False))


def find_excess(dataset: xr.Dataset) -> xr.DataArray:
    """Excess of the trace over its minimum, over draws and α."""
    found = (dataset["trace"] - dataset["least_trace"]).transpose("draw", "alpha")
    return found.assign_attrs(long_name="excess of the trace over its minimum")


def find_bound(dataset: xr.Dataset) -> xr.DataArray:
    """What is proved of that excess: (H(x*) − H(x_α)) / (2 ln 1/α)."""
    fall = (dataset["least_entropy"] - dataset["entropy"]).transpose("draw", "alpha")
    return (fall / (2 * np.log(1 / dataset["alpha"]))).assign_attrs(long_name="its bound")
