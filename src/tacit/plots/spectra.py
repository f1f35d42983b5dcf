"""Singular values that appear one after another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tacit.plots.style import (
    COLUMN,
    GREY,
    PALETTE,
    label,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@styled
def singular_values(
    dataset: "xr.Dataset",
    name: str = "singular_values",
    *,
    over: str = "step",
    highlight: int = 6,
    truth: Sequence[float | int] = (),
    vertical: Literal["linear", "log"] = "linear",
    horizontal: Literal["linear", "log"] = "linear",
) -> "Figure":
    """Singular values σᵢ(X) along one run; the first `highlight` in colour, the others grey.

    Args:
        dataset: as `to_dataset` makes it, of a single run.
        name: the record of singular values, largest first.
        over: the coordinate along the horizontal axis, `step` or `time`.
        highlight: how many are coloured and named at their ends; at most 6.
        truth: singular values of the truth, as short marks at the right edge.
        vertical: scale of the vertical axis.
        horizontal: scale of the horizontal axis.

    Raises:
        ValueError: if the record is not of a single run.
    """
    record = dataset[name]
    if record.ndim != 2:
        raise ValueError(f"singular_values: {name} has axes {record.dims}; select one run")
    highlight = min(highlight, len(PALETTE) - 1, record.shape[1])

    # From the smallest to the largest, so that the few in colour lie above the grey ones.
    figure, grid = panels(1, 1, COLUMN, 2.5)
    axes = grid[0, 0]
    for index in range(record.shape[1] - 1, -1, -1):
        named = index < highlight
        axes.plot(
            record[over],
            record[:, index],
            color=PALETTE[index] if named else GREY,
            linewidth=1.2 if named else 0.5,
            label=f"i = {index + 1}" if named else None,
        )
    if record.shape[1] > highlight:
        axes.plot([], [], color=GREY, linewidth=0.5, label="others")

    # Marks at the edge, where the curves should end: lines across would hide how they get there.
    for value in truth:
        axes.plot(
            [0.985, 1.0], [value] * 2, color="black", transform=axes.get_yaxis_transform(), lw=1.5
        )
    if len(truth):
        axes.plot([], [], color="black", linewidth=1.5, label="truth")

    axes.set_xscale(horizontal)
    if vertical == "log":
        logarithmic_height(axes)
    if horizontal == "linear" and over == "step":
        whole_numbers(axes.xaxis)
    axes.set_xlabel(label(record[over]))
    axes.set_ylabel(label(record))

    # In the order of the singular values, not in that of drawing.
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda at: (not labels[at].startswith("i"), labels[at]))
    figure.legend(
        [handles[at] for at in order], [labels[at] for at in order], loc="outside right center"
    )
    return figure
