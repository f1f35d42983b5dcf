"""The value that should vanish in connected patterns, and nuclear norms where they fall apart."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    logarithmic_height,
    panels,
    styled,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_FLOOR = 1e-16
"""What is smaller is rounding, and is drawn here."""


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """σ_{r+1} / σ_1 of every draw against α (left), and ‖X‖_* over the least (right).

    Args:
        dataset: with `spectrum(rank, draw, alpha, index)`, `parted_spectrum(kind, block, alpha,
            value)` and `parted_least(kind, block)`.
    """
    figure, grid = panels(1, 2, 0.85 * PAGE, 2.7)
    connected, parted = grid[0]
    # Scales far apart stand at equal distances.
    places = np.arange(dataset.sizes["alpha"])

    for number, rank in enumerate(dataset["rank"].values.tolist()):
        spectrum = dataset["spectrum"].sel(rank=rank).transpose("alpha", "draw", "index").values
        tail = np.maximum(spectrum[..., rank] / spectrum[..., 0], _FLOOR)
        _draw(connected, places, tail, number, f"rank {rank}")
    logarithmic_height(connected)
    connected.set_ylabel("σ$_{r+1}$ / σ$_1$, connected")

    norm = dataset["parted_spectrum"].sum("value") / dataset["parted_least"]
    for number, kind in enumerate(dataset["kind"].values.tolist()):
        values = norm.sel(kind=kind).transpose("alpha", "block").values
        _draw(parted, places, values, number, kind)
    parted.axhline(1, color=GREY, linestyle="--", linewidth=0.8)
    parted.set_ylabel("‖X‖$_*$ / least, two components")

    for axes in grid[0]:
        axes.set_xticks(places, [f"{alpha:g}" for alpha in dataset["alpha"].values])
        axes.set_xlabel(label(dataset["alpha"]))
        axes.legend(loc="best")
    return figure


def _draw(axes, places: np.ndarray, values: np.ndarray, number: int, name: str) -> None:
    """Every draw as a point, a little aside of the others' place."""
    aside = places[:, None] + 0.15 * (number - 1) + np.zeros_like(values)
    axes.plot(
        aside.ravel(),
        values.ravel(),
        MARKERS[number % len(MARKERS)],
        color=PALETTE[number % len(PALETTE)],
        markersize=3,
        alpha=0.6,
        label=name,
    )
