"""Singular values of a layer along training, what moves beside 2r directions, and two paths."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_FLOOR = 1e-17
"""What is smaller is drawn here."""


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Singular values of the first layer (left), their spread by case, and the compressed path.

    Args:
        dataset: with `spectrum(depth, case, record, index)`, `spread(depth, case, record)`, `error`
            alike, `apart_product(depth, record)` and `step(record)`.
    """
    figure, grid = panels(1, 3, PAGE, 2.6)
    values, spreads, paths = grid[0]
    depths, cases = (dataset[name].values.tolist() for name in ("depth", "case"))
    shown, step = dataset.sel(depth=depths[-1]), dataset["step"].values

    spectra = shown["spectrum"].sel(case=cases[0]).transpose("record", "index").values
    values.plot(step, spectra, color=PALETTE[0], linewidth=0.7)
    values.plot(step, np.median(spectra, axis=1), color=PALETTE[1], label="d − 2r others")
    values.set_ylabel(label(dataset["spectrum"]))
    values.set_title(f"depth {depths[-1]}")
    values.legend(loc="center right")

    for number, case in enumerate(cases):
        spreads.plot(
            step,
            np.maximum(shown["spread"].sel(case=case).values, _FLOOR),
            color=PALETTE[number],
            marker=MARKERS[number],
            markevery=0.2,
            label=case,
        )
    spreads.set_ylabel("spread of d − 2r of them, relative")
    spreads.set_title(f"depth {depths[-1]}")
    legend_below(figure, spreads)

    for number, depth in enumerate(depths):
        path = dataset.sel(depth=depth)
        paths.plot(step, np.maximum(path["apart_product"].values, _FLOOR), color=PALETTE[number])
        error = path["error"].sel(case=cases[0]).values
        paths.plot(step, error, color=PALETTE[number], linestyle="--")
        paths.plot([], [], color=PALETTE[number], label=f"depth {depth}")
    paths.plot([], [], color=GREY, linestyle="--", label="error")
    paths.plot([], [], color=GREY, label="distance of the two")
    paths.set_ylabel("‖·‖$_F$ / ‖X★‖$_F$")
    paths.legend(loc="center right")

    for axes in grid[0]:
        axes.set_xlabel(label(dataset["step"]))
        whole_numbers(axes.xaxis)
    for axes in (spreads, paths):
        axes.set_yscale("log")
    return figure
