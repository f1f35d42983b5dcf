"""Theorems of spectral networks: a loss between its bounds, nuclear norms over the minimum."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import GREY, PAGE, PALETTE, label, panels, styled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """The loss of a run between its exponential bounds; excess nuclear norms, by case and by scale.

    Args:
        dataset: `loss`, `upper_bound`, `lower_bound` over `record` with `time`; `ratio` over (case,
            draw) and `scale_ratio` over (scale, draw): nuclear norms over their minima.
    """
    figure, grid = panels(1, 3, PAGE, 2.6)
    bounds, cases, scales = grid[0]
    _between(bounds, dataset)
    names = [str(case) for case in dataset["case"].values]
    _strip(cases, dataset["ratio"].values, [name.replace(" ", "\n", 1) for name in names])
    cases.set_title("all-ones vector measured")
    _strip(scales, dataset["scale_ratio"].values, [f"{s:g}" for s in dataset["scale"].values])
    scales.set_xlabel(label(dataset["scale"]))
    scales.set_title("without it, sparse truth")
    for axes in (cases, scales):
        axes.set_ylabel("excess of ‖X‖$_*$ over its minimum")
    return figure


def _between(axes: "Axes", dataset: "xr.Dataset") -> None:
    shown = dataset.isel(record=slice(1, None))
    for name, colour, style in (
        ("upper_bound", PALETTE[1], "--"),
        ("loss", PALETTE[0], "-"),
        ("lower_bound", PALETTE[2], "-."),
    ):
        axes.plot(
            shown["time"], shown[name], color=colour, linestyle=style, label=label(shown[name])
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(float(shown["loss"].min()) / 10, 10 * float(shown["loss"].max()))
    axes.set_xlabel(label(shown["time"]))
    axes.set_ylabel(label(shown["loss"]))
    axes.set_title("the loss between its bounds")
    axes.legend(loc="lower left")


def _strip(axes: "Axes", ratios: np.ndarray, names: list[str]) -> None:
    """One dot a draw at |ratio − 1|, its median a bar; exact minima lie on the floor."""
    excess = np.maximum(np.abs(ratios - 1), 1e-12)
    for place, values in enumerate(excess):
        spread = place + np.linspace(-0.2, 0.2, len(values))
        axes.plot(spread, values, "o", color=PALETTE[0], markersize=2.5, alpha=0.7)
        axes.plot([place - 0.3, place + 0.3], [np.median(values)] * 2, color=GREY)
    axes.set_yscale("log")
    axes.set_xticks(range(len(names)), names)
