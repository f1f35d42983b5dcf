"""Components with their predicted slopes, and the exponents that are measured."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    panels,
    styled,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TANGENT = {"color": "black", "linewidth": 0.9, "zorder": 3}
_TANGENTS = 9
"""Places along a curve at which its predicted slope is drawn."""


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """σ_r(t) with its predicted slopes in two cases, and the slope of every case by σ_r.

    Args:
        dataset: with `norms`, `predicted`, `difference` and `along` over (case, record, component),
            and `time(case, record)`.
    """
    figure, grid = panels(1, 3, PAGE, 2.8)
    cases = dataset["case"].values
    for axes, case in zip(grid[0], (cases[0], cases[-1]), strict=False):
        _norms(axes, dataset.sel(case=case))
        axes.set_title(str(case))
    grid[0, 0].set_ylabel(label(dataset["norms"]))
    _exponents(grid[0, 2], dataset)
    grid[0, 2].plot([], [], **_TANGENT, label="predicted slope")
    legend_below(figure, grid[0, 2], columns=5)
    return figure


def _norms(axes: "Axes", part: "xr.Dataset") -> None:
    """Each component as a line with tangents."""
    time, norms, slopes = (part[name].values for name in ("time", "norms", "predicted"))
    width, height = (time[-1] - time[0]) / 25, norms.max() / 12
    for index in range(norms.shape[1]):
        axes.plot(time, norms[:, index], color=PALETTE[index % len(PALETTE)])
        for at in np.linspace(0, len(time) - 1, _TANGENTS + 2).astype(int)[1:-1]:
            slope = slopes[at, index]
            ends = np.array([-1, 1]) / np.hypot(1 / width, slope / height)
            axes.plot(time[at] + ends, norms[at, index] + slope * ends, **_TANGENT)
    axes.set_xlabel(label(part["time"]))
    axes.set_ylim(bottom=0)


def _exponents(axes: "Axes", dataset: "xr.Dataset") -> None:
    """(dσ/dt) / (N K ⟨−∇ℓ, ⊗û⟩) by σ: on logarithmic axes a line, its slope is the exponent."""
    for number, case in enumerate(dataset["case"].values):
        part = dataset.sel(case=case)
        order, layers = (int(text.split("=")[1]) for text in str(case).split(", "))
        slope = part["difference"].values
        clear = np.abs(slope) > 0.005 * np.max(np.abs(slope))
        sizes = part["norms"].values[clear]
        ratios = slope[clear] / part["along"].values[clear] / (order * layers)
        rising = np.argsort(sizes)
        axes.plot(
            sizes[rising],
            ratios[rising],
            color=PALETTE[number % len(PALETTE)],
            linestyle=("-", "--")[number // len(PALETTE) % 2],
            marker=MARKERS[number % len(MARKERS)],
            markevery=0.2,
            label=str(case),
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(label(dataset["norms"]))
    axes.set_ylabel("(dσᵣ/dt) / N K ⟨−∇ℓ, ⊗ûᵣ⟩")
