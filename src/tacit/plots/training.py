"""Training at several rates: loss, nuclear norm, leading singular values."""

from typing import TYPE_CHECKING

from tacit.plots.style import (
    COLUMN,
    GREY,
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

_HEIGHT = 1.35
_NAMES = ("loss", "nuclear_norm", "singular_values")


@styled
def training_at_rates(dataset: "xr.Dataset") -> "Figure":
    """Loss, nuclear norm and leading singular values against the step, a line for each rate.

    Those of the truth are dashed. A dimension `network` gives one column for each network, whose
    rates are in `rate_value` if they differ; else `rate` is the rate itself.

    Args:
        dataset: variables loss, nuclear_norm and singular_values over (rate, record), the latter
            with `index`; truth_nuclear_norm; truth_singular_values over `index`.
    """
    networks = dataset["network"].values if "network" in dataset.dims else [None]
    width = PAGE if len(networks) > 1 else COLUMN
    figure, grid = panels(
        len(_NAMES), len(networks), width, 0.8 + _HEIGHT * len(_NAMES), sharex="col", sharey="row"
    )
    for column, network in enumerate(networks):
        part = dataset if network is None else dataset.sel(network=network)
        for name, axes in zip(_NAMES, grid[:, column], strict=True):
            _draw(axes, part, name, own_rates="rate_value" in part.coords)
            if column == 0:
                axes.set_ylabel(wrapped(label(part[name]), _HEIGHT))
        if network is not None:
            grid[0, column].set_title(str(network))
        grid[-1, column].set_xlabel("step")
        if "rate_value" in part.coords:
            grid[0, column].legend(loc="lower left", fontsize=6)
    if "rate_value" not in dataset.coords:
        legend_below(figure, grid[0, 0], columns=3)
    figure.align_ylabels()
    return figure


def _draw(axes: "Axes", dataset: "xr.Dataset", name: str, own_rates: bool) -> None:
    for number in range(dataset.sizes["rate"]):
        line = dataset.isel(rate=number)
        rate = float(line["rate_value"] if own_rates else line["rate"])
        shown = line[name].values
        axes.plot(
            line["step"].values[1:],
            shown[1:],
            color=PALETTE[number % len(PALETTE)],
            label=[f"rate {rate:g}", *[None] * (shown.shape[1] - 1)]
            if shown.ndim > 1
            else f"rate {rate:g}",
        )
    truth = f"truth_{name}"
    for value in dataset[truth].values.ravel() if truth in dataset else ():
        axes.axhline(value, color=GREY, linestyle="--", linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    if name == "loss":
        logarithmic_height(axes)
    else:
        _within(axes, dataset, name)


def _within(axes: "Axes", dataset: "xr.Dataset", name: str) -> None:
    """Up to twice the truth: a run that diverged leaves the panel."""
    truth = float(dataset[f"truth_{name}"].max())
    axes.set_ylim(0, 2 * truth if name == "nuclear_norm" else 1.5 * truth)
