"""Singular values, component norms and local component norms along training, side by side."""

from typing import TYPE_CHECKING

from tacit.plots.style import GREY, PAGE, PALETTE, label, panels, styled, whole_numbers

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_HEIGHTS = ("singular values", "component norms", "local component norms")


@styled
def plot(dataset: "xr.Dataset") -> "Figure":
    """The first draw of each model; what is beyond the rank of the truth in grey.

    Args:
        dataset: with `norms(model, draw, record, component)`, `last(model, draw)`, `step(record)`.
    """
    models = dataset["model"].values
    figure, grid = panels(1, len(models), PAGE, 2.4)
    rank = dataset.sizes["turn"]
    for axes, model, height in zip(grid[0], models, _HEIGHTS, strict=True):
        part = dataset.sel(model=model).isel(draw=0)
        shown = part.isel(record=part["step"].values <= float(part["last"]))
        for number, norms in enumerate(shown["norms"].values.T):
            colour = PALETTE[number % len(PALETTE)] if number < rank else GREY
            axes.plot(shown["step"], norms, color=colour)
        axes.set_title(str(model))
        axes.set_ylabel(height)
        axes.set_xlabel(label(dataset["step"]))
        axes.set_ylim(bottom=0)
        whole_numbers(axes.xaxis)
    return figure
