"""Errors along both rules, and iterations by condition number."""

from typing import TYPE_CHECKING

from tacit.plots.style import (
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Error along preconditioned and plain descent, and iterations against κ.

    Args:
        dataset: with `scaled_error`, `plain_error`, `scaled_iterations` and `plain_iterations`.
    """
    figure, grid = panels(1, 3, PAGE, 2.8)
    scaled, plain, counts = grid[0]
    first = dataset.isel(draw=0, width=0)
    _errors(scaled, first["iteration"], first["scaled_error"].sel(amount="enough"))
    scaled.set_title("preconditioned")
    scaled.set_xlim(0, 1.5 * float(first["scaled_iterations"].sel(amount="enough").max()))
    _errors(plain, first["step"], first["plain_error"])
    plain.set_title("plain")
    _counts(counts, dataset)
    legend_below(figure, scaled)
    return figure


def _errors(axes: "Axes", steps: "xr.DataArray", errors: "xr.DataArray") -> None:
    """One line a condition number, at the width that is the rank."""
    for number, condition in enumerate(errors["condition"].values):
        color = PALETTE[number % len(PALETTE)]
        axes.plot(steps, errors.sel(condition=condition), color=color, label=f"κ = {condition:g}")
    logarithmic_height(axes)
    axes.set_xlabel(label(steps))
    axes.set_ylabel(label(errors))


def _counts(axes: "Axes", dataset: "xr.Dataset") -> None:
    """Medians of the draws; widths by marker."""
    for line, counted in (
        ("-", dataset["scaled_iterations"].sel(amount="enough")),
        ("--", dataset["plain_iterations"]),
    ):
        for number, width in enumerate(dataset["width"].values):
            axes.plot(
                dataset["condition"],
                counted.sel(width=width).median("draw"),
                line,
                color=PALETTE[number % len(PALETTE)],
                marker=MARKERS[number % len(MARKERS)],
                label=f"R = {width}" if line == "-" else None,
            )
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_xlabel(label(dataset["condition"]))
    axes.set_ylabel("iterations to 1e-6")
    axes.set_title("plain dashed")
    axes.legend()
