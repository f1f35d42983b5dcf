"""Recorded numbers along a run: loss, held-out error, effective rank."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tacit.plots.style import (
    COLUMN,
    GREY,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
    wrapped,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 1.35


@styled
def curves(
    dataset: "xr.Dataset",
    names: Sequence[str],
    *,
    over: str = "step",
    logarithmic: Sequence[str] = (),
    horizontal: Literal["linear", "log"] = "linear",
) -> "Figure":
    """Each named record against `over`, one panel below another on a common axis.

    A record with one axis beside the records, such as that of a sweep, gives one line for each of
    its values, named below the panels.

    Args:
        dataset: as `to_dataset` makes it.
        names: records of one number.
        over: the coordinate along the horizontal axis, `step` or `time`.
        logarithmic: those of the names whose vertical axis is logarithmic.
        horizontal: scale of the horizontal axis.

    Raises:
        ValueError: if no name is given, or a record has more than one further axis.
    """
    if not names:
        raise ValueError("curves: give at least one name")
    figure, grid = panels(len(names), 1, COLUMN, 0.6 + _HEIGHT * len(names), sharex=True)
    for name, axes in zip(names, grid[:, 0], strict=True):
        _draw(axes, dataset[name], over)
        axes.set_xscale(horizontal)
        if name in logarithmic:
            logarithmic_height(axes)
    if horizontal == "linear" and over == "step":
        whole_numbers(grid[-1, 0].xaxis)
    figure.align_ylabels()
    grid[-1, 0].set_xlabel(label(dataset[over]))
    if grid[0, 0].get_legend_handles_labels()[1]:
        legend_below(figure, grid[0, 0], columns=3)
    return figure


def _draw(axes: "Axes", record: "xr.DataArray", over: str) -> None:
    along = record[over].dims[-1]
    others = [dim for dim in record.dims if dim != along]
    if len(others) > 1:
        raise ValueError(f"curves: {record.name} has axes {record.dims}; select until one is left")
    axes.set_ylabel(wrapped(label(record), _HEIGHT))
    if not others:
        axes.plot(record[over], record, color=PALETTE[0])
        return
    for number in range(record.sizes[others[0]]):
        line = record.isel({others[0]: number})
        value = line[others[0]].item() if others[0] in record.coords else number
        text = f"{value:g}" if isinstance(value, int | float) else str(value)
        name = f"{label(record[others[0]])} {text}"
        colour = PALETTE[number] if number < len(PALETTE) else GREY
        axes.plot(line[over], line, color=colour, label=name)
