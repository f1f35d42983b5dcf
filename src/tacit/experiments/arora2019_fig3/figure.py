"""Singular values along training at several depths, beside the test error of each."""

from typing import TYPE_CHECKING

from tacit.plots.style import (
    GREY,
    PAGE,
    PALETTE,
    label,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLES = ("-", "--", "-.", ":")


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """The largest singular values over the time, a column for each depth, then the test errors.

    Below the first row they are on a logarithmic axis: one dwarfs the others where there is a mean.

    Args:
        dataset: with `singular_values(data, depth, record, index)`, `test_error(data, depth,
            record)` and `time(record)`, a row for each of `data`; `truth_singular_values(mode)`
            are dotted in the first row.
    """
    names, depths = dataset["data"].values, dataset["depth"].values
    figure, grid = panels(len(names), len(depths) + 1, PAGE, 0.4 + 1.9 * len(names), sharex=True)

    for row, name in zip(grid, names, strict=True):
        part = dataset.sel(data=name)
        for axes, depth in zip(row, depths, strict=False):
            _values(axes, part.sel(depth=depth))
            # All panels of a row share one scale: a reader compares the depths, not the runs.
            if name == names[0]:
                axes.set_ylim(0, 1.06 * float(part["singular_values"].max()))
            else:
                logarithmic_height(axes)
                axes.set_ylim(1e-3, 3 * float(part["singular_values"].max()))
            axes.tick_params(labelleft=axes is row[0])
        if name == names[0]:
            for axes in row[:-1]:
                for value in dataset["truth_singular_values"].values:
                    axes.axhline(value, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
        row[0].set_ylabel(f"{name}\n{label(dataset['singular_values'])}")
        _errors(row[-1], part)

    for axes, depth in zip(grid[0], depths, strict=False):
        axes.set_title(f"depth {depth}")
    for axes in grid[-1]:
        axes.set_xlabel(label(dataset["time"]))
        whole_numbers(axes.xaxis)
    figure.align_ylabels(grid[:, 0])
    grid[0, -1].legend()
    return figure


def _values(axes: "Axes", part: "xr.Dataset") -> None:
    for index in range(part.sizes["index"]):
        axes.plot(
            part["time"],
            part["singular_values"][:, index],
            color=PALETTE[index % len(PALETTE)],
            linestyle=_STYLES[index // len(PALETTE) % len(_STYLES)],
        )


def _errors(axes: "Axes", part: "xr.Dataset") -> None:
    """Test error of each depth, with a marker at the least."""
    for number, depth in enumerate(part["depth"].values):
        error = part["test_error"].sel(depth=depth)
        least = int(error.values.argmin())
        axes.plot(
            part["time"],
            error,
            color=PALETTE[number],
            linestyle=_STYLES[number % len(_STYLES)],
            marker="o",
            markevery=[least],
            label=f"depth {depth}",
        )
    logarithmic_height(axes)
    axes.set_ylabel(label(part["test_error"]))
