"""A run past the stages of greedy learning, nearest distances, and two traces."""

from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.style import (
    GREY,
    MARKERS,
    PAGE,
    PALETTE,
    label,
    legend_below,
    logarithmic_height,
    panels,
    styled,
    whole_numbers,
)

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """Distance to each stage along a run; nearest distance by scale; trace of the counterexample.

    Args:
        dataset: with `distance(depth, alpha, record, stage)`, `step(record)`, and of the
            counterexample `corner_trace(corner_alpha)`, `limit_trace` and `least_trace`.
    """
    figure, grid = panels(1, 3, PAGE, 2.8)
    along, nearest, traces = grid[0]
    _along(along, dataset.isel(depth=-1, alpha=-1))
    _nearest(nearest, dataset)
    _traces(traces, dataset)
    legend_below(figure, along)
    return figure


def _along(axes: "Axes", run: "xr.Dataset") -> None:
    """The run of the deepest model from the least start."""
    shown = run.isel(record=slice(1, None))
    for number, stage in enumerate(shown["stage"].values):
        axes.plot(
            shown["step"],
            shown["distance"].sel(stage=stage),
            color=PALETTE[number % len(PALETTE)],
            label=f"stage {stage}",
        )
    last = shown["distance"].values[:, -1]
    arrival = int(np.argmax(last <= 2 * last.min()))
    axes.set_xlim(0, 1.4 * float(shown["step"][arrival]))
    whole_numbers(axes.xaxis)
    logarithmic_height(axes)
    axes.set_xlabel(label(run["step"]))
    axes.set_ylabel(label(run["distance"]))
    axes.set_title(f"depth {int(run['depth'])}, α = {float(run['alpha']):.0e}".replace("e-0", "e-"))


def _nearest(axes: "Axes", dataset: "xr.Dataset") -> None:
    """One line a depth and stage; the depth is told by the line, the stage by colour and marker."""
    for line, depth in zip(("-", "--", "-.", ":"), dataset["depth"].values, strict=False):
        least = dataset["distance"].sel(depth=depth).min("record")
        for number, stage in enumerate(dataset["stage"].values):
            axes.plot(
                dataset["alpha"],
                least.sel(stage=stage),
                color=PALETTE[number % len(PALETTE)],
                marker=MARKERS[number % len(MARKERS)],
                linestyle=line,
            )
        axes.plot([], [], color="black", linestyle=line, label=f"depth {depth}")
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_xlabel(label(dataset["alpha"]))
    axes.set_ylabel("nearest distance to the stage")
    axes.set_title("stages, by colour")
    axes.legend(loc="lower right")


def _traces(axes: "Axes", dataset: "xr.Dataset") -> None:
    """Trace of descent between that of the greedy answer and the least."""
    for name, text, style in (
        ("limit_trace", "greedy", "--"),
        ("least_trace", "least trace", ":"),
    ):
        axes.axhline(float(dataset[name]), color=GREY, linestyle=style, label=text)
    axes.plot(
        dataset["corner_alpha"], dataset["corner_trace"], "o-", color=PALETTE[0], label="descent"
    )
    axes.set_xscale("log")
    axes.set_xlabel(label(dataset["alpha"]))
    axes.set_ylabel("trace")
    axes.set_title("counterexample")
    axes.legend(loc="center right")
