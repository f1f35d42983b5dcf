"""Sampled estimates against the exact coefficient, and how fast they come to it."""

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
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Estimate against λ at each t, and the deficit times ln t against the multiplicity.

    Args:
        dataset: with `estimate(case, draw, strength)`, `coefficient(case)`, `multiplicity(case)`
            and `regular(case)`.
    """
    figure, grid = panels(1, 2, 0.8 * PAGE, 2.9)
    values, deficits = grid[0]
    exact = dataset["coefficient"].values

    values.plot([0, exact.max()], [0, exact.max()], color=GREY, linewidth=0.8)
    for number, strength in enumerate(dataset["strength"].values.tolist()):
        at = dataset["estimate"].sel(strength=strength).transpose("case", "draw").values
        look = {
            "color": PALETTE[number % len(PALETTE)],
            "marker": MARKERS[number % len(MARKERS)],
            "linestyle": "none",
        }
        values.plot(np.repeat(exact, at.shape[1]), at.ravel(), label=f"t = {strength:.0e}", **look)
        missing = (exact - at.mean(axis=1)) * np.log(strength)
        deficits.plot(dataset["multiplicity"].values - 1, missing, **look)

    values.set_xlabel(label(dataset["coefficient"]))
    values.set_ylabel(label(dataset["estimate"]))
    legend_below(figure, values)

    most = int(dataset["multiplicity"].max()) - 1
    deficits.plot([0, most], [0, most], color=GREY, linewidth=0.8)
    deficits.set_xticks(range(most + 1))
    deficits.set_xlabel("m − 1")
    deficits.set_ylabel("(λ − t E K) ln t")
    return figure
