"""What deep factorisations reach from starts of several scales, beside what other methods reach."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tacit.plots.style import (
    COLUMN,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 1.75
_DASHES = {"convex": (0, (4, 2)), "truth": (0, (1, 1.5))}
_TITLES = {"convex": "minimum nuclear norm", "truth": "truth"}


@styled
def against_scale(
    dataset: "xr.Dataset", names: Sequence[str], *, references: Sequence[str] = ()
) -> "Figure":
    """Each quantity against the scale of the start, a row for each, a column for each entry count.

    Args:
        dataset: with coordinates `entries`, `depth` and `scale`.
        names: variables over these three; one that is called `…_error` has a logarithmic axis.
        references: prefixes of variables without a scale, such as `convex_nuclear_norm` beside
            `final_nuclear_norm`, drawn as level lines where they exist.
    """
    counts = dataset["entries"].values
    width = PAGE if len(counts) > 1 else COLUMN
    figure, grid = panels(
        len(names), len(counts), width, 0.7 + _HEIGHT * len(names), sharex=True, sharey="row"
    )
    for row, name in zip(grid, names, strict=True):
        row[0].set_ylabel(wrapped(label(dataset[name]), _HEIGHT))
        for axes, count in zip(row, counts, strict=True):
            part = dataset.sel(entries=count)
            _lines(axes, part[name])
            for reference in references:
                _reference(axes, part, name.replace("final", reference, 1), reference)
        if name.endswith("_error"):
            logarithmic_height(row[0])
    for axes, count in zip(grid[0], counts, strict=True):
        axes.set_title(f"{count:,} {label(dataset['entries'])}")
    for axes in grid[-1]:
        axes.set_xscale("log")
        axes.set_xlabel(label(dataset["scale"]))
    figure.align_ylabels()
    columns = 6 if len(counts) > 1 else 2
    legend_below(figure, grid[1, 0] if len(names) > 1 else grid[0, 0], columns=columns)
    return figure


def _lines(axes: "Axes", values: "xr.DataArray") -> None:
    for number, depth in enumerate(values["depth"].values):
        axes.plot(
            values["scale"],
            values.sel(depth=depth),
            color=PALETTE[number],
            marker=MARKERS[number],
            label=f"depth {depth}",
        )


def _reference(axes: "Axes", part: "xr.Dataset", name: str, reference: str) -> None:
    if name in part:
        axes.axhline(
            float(part[name]),
            color="black",
            linewidth=1,
            linestyle=_DASHES.get(reference, "-"),
            label=_TITLES.get(reference, reference),
            zorder=1,
        )
