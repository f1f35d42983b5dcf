"""Tubal gradient descent: phases of a run, recovery by width and by scale."""

from typing import TYPE_CHECKING, Any

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

_ERRORS = ("test_error", "train_error", "tube_error")
_ANGLES = ("angle_to_spectral_tensor", "angle_to_truth", "power_iterate_angle")
_LEAST = 1e-12
"""Sines below it are rounding, and are not drawn."""
_DASHED: Any = {"color": GREY, "linestyle": "--", "linewidth": 0.8}


@styled
def tubal_phases(dataset: "xr.Dataset") -> "Figure":
    """Errors (left) and sines of angles (right) along the first draw, its phases shaded.

    Args:
        dataset: with `test_error`, `train_error`, `tube_error`, `angle_to_spectral_tensor`,
            `angle_to_truth` and `power_iterate_angle(draw, record)`, `step(record)` and
            `phase_end(draw, phase)`; also `authors_NAME` for some of them, over steps of its own.
    """
    figure, grid = panels(1, 2, PAGE, 3.0)
    first = dataset.isel(draw=0)
    names = ("relative error", "largest principal angle, sine")

    # The same phases shade both panels: what the angles do is what the errors follow.
    shades: list[Any] = []
    for axes, records, name in zip(grid[0], (_ERRORS, _ANGLES), names, strict=True):
        shades = _phases(axes, first)
        for number, record in enumerate(records):
            colour = PALETTE[number]
            line = first[record]
            axes.plot(line["step"], line, color=colour, label=label(line))
            if f"authors_{record}" in dataset:
                known = dataset[f"authors_{record}"]
                axes.plot(known[known.dims[0]], known, MARKERS[number], color=colour, mfc="none")
        logarithmic_height(axes)
        whole_numbers(axes.xaxis)
        axes.set_xlabel(label(first["step"]))
        axes.set_ylabel(name)

    # An angle between equal spaces is rounding, which would take most of a logarithmic axis.
    least = max(float(grid[0, 1].get_ylim()[0]), _LEAST)
    grid[0, 1].set_ylim(least, 2)
    if any(name.startswith("authors_") for name in map(str, dataset.data_vars)):
        grid[0, 0].plot([], [], "o", color="black", mfc="none", label="the authors' draw")

    for axes in grid[0]:
        named = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
        axes.legend(handles=named, loc="best")
    figure.legend(handles=shades, loc="outside lower center", ncols=len(shades))
    return figure


@styled
def tubal_recovery(dataset: "xr.Dataset", by: str) -> "Figure":
    """The middle error along the runs by width R or by scale α, and what it comes to (right).

    By width the right panel shows when runs leave zero against two predictions; by scale the error
    at the end, with the paper's bound.

    Args:
        dataset: with `middle_error(by, record)`, `step(record)` and `middle_regression`; by width
            `escape(width, draw)`, `first_growth(draw)` and `escape_growth(draw)`, by scale
            `test_error(draw, alpha, record)`, `bound` and `guide(alpha)`; also
            `authors_error(authors_run, authors_step)` or `authors_final(alpha)`.
        by: `"width"` or `"alpha"`.
    """
    figure, grid = panels(1, 2, PAGE, 3.0)
    along, right = grid[0]
    _middle(along, dataset, by)
    if "authors_error" in dataset:
        for marker, run in zip(MARKERS, dataset["authors_error"], strict=False):
            name = f"the authors' {run['authors_run'].item()}"
            along.plot(run["authors_step"], run, marker, color="black", mfc="none", label=name)
    # Above the line of least squares, which is at rounding.
    along.legend(loc="lower left", bbox_to_anchor=(0, 0.07))
    if by == "width":
        _escapes(right, dataset)
    else:
        _ends(right, dataset)
    return figure


@styled
def tubal_recovery_by_count(dataset: "xr.Dataset") -> "Figure":
    """The middle error along runs by scale, a panel for each number of measurements; their ends.

    Args:
        dataset: with `middle_error(count, alpha, record)`, `step(record)`,
            `middle_regression(count)` and `test_error(count, draw, alpha, record)`.
    """
    counts = dataset["count"].values
    figure, grid = panels(1, len(counts) + 1, PAGE, 3.0, sharey=True)
    for axes, count in zip(grid[0], counts, strict=False):
        _middle(axes, dataset.sel(count=count), "alpha")
        axes.set_title(f"{label(dataset['count'])} = {count}")
    ends = grid[0, -1]
    for number, count in enumerate(counts):
        final = dataset["test_error"].sel(count=count).isel(record=-1)
        for draw in final.transpose("draw", "alpha"):
            ends.plot(draw["alpha"], draw, MARKERS[number], color=PALETTE[number], markersize=2.5)
        middle = dataset["middle_error"].sel(count=count).isel(record=-1)
        ends.plot(middle["alpha"], middle, color=PALETTE[number], label=f"m = {count}")
    ends.set_xscale("log")
    ends.set_xlabel(label(dataset["alpha"]))
    ends.set_title("at the end, each draw")
    ends.legend(loc="lower right")
    for axes in grid[0, 1:]:
        axes.set_ylabel("")
    figure.set_layout_engine("constrained", wspace=0.06)
    legend_below(figure, grid[0, 0], columns=5)
    return figure


def _phases(axes: "Axes", run: "xr.Dataset") -> list[Any]:
    """A shade for each phase that was seen."""
    begin, shades = 0.0, []
    for number, phase in enumerate(run["phase"].values):
        end = float(run["phase_end"].sel(phase=phase))
        if end > begin:
            strength = (0.34, 0.18, 0.07)[number]
            shade = axes.axvspan(
                begin, end, color=GREY, alpha=strength, linewidth=0, label=str(phase)
            )
            shades.append(shade)
            begin = end
    return shades


def _middle(axes: "Axes", dataset: "xr.Dataset", by: str) -> None:
    """One line for each width or scale, and that of linear least squares."""
    middle = dataset["middle_error"]
    for number, value in enumerate(middle[by].values):
        name = f"R = {value}" if by == "width" else f"α = {value:.0e}".replace("e-0", "e-")
        name = name.removesuffix("e+00")
        line = middle.sel({by: value})
        axes.plot(line["step"], line, color=PALETTE[number % len(PALETTE)], label=name)
    axes.axhline(float(dataset["middle_regression"]), **_DASHED, label="least squares")
    logarithmic_height(axes)
    whole_numbers(axes.xaxis)
    axes.set_xlabel(label(middle["step"]))
    axes.set_ylabel(label(middle))


def _escapes(axes: "Axes", dataset: "xr.Dataset") -> None:
    """Escape times against two predictions, all widths and draws."""
    width = dataset["width"].values
    for number, name in enumerate(("first_growth", "escape_growth")):
        for value in width:
            axes.plot(
                dataset[name],
                dataset["escape"].sel(width=value),
                MARKERS[number],
                color=PALETTE[number],
                markersize=3,
                mfc="none" if number == 0 else None,
                label=label(dataset[name]).removesuffix(", steps") if value == width[0] else None,
            )
    low, high = axes.get_xlim()
    axes.plot([low, high], [low, high], **_DASHED)
    axes.set_xlabel("predicted, steps")
    axes.set_ylabel(label(dataset["escape"]))
    axes.legend(loc="upper left")


def _ends(axes: "Axes", dataset: "xr.Dataset") -> None:
    """Errors at the end against α, with lines of the paper's exponent and of half of it."""
    final = dataset["test_error"].isel(record=-1).transpose("draw", "alpha")
    for number, draw in enumerate(final):
        name = None if number else "each draw"
        axes.plot(draw["alpha"], draw, "o", color=PALETTE[5], markersize=2, label=name)
    middle = dataset["middle_error"].isel(record=-1)
    axes.plot(middle["alpha"], middle, "o-", color=PALETTE[0], label="middle draw")
    if "authors_final" in dataset:
        known = dataset["authors_final"]
        axes.plot(known["alpha"], known, "s", color="black", mfc="none", label=label(known))
    axes.plot(dataset["alpha"], dataset["guide"], ":", color="black", label=label(dataset["guide"]))
    axes.plot(dataset["alpha"], dataset["bound"], **_DASHED, label=label(dataset["bound"]))
    axes.set_xscale("log")
    logarithmic_height(axes)
    axes.set_xlabel(label(dataset["alpha"]))
    axes.set_ylabel("relative error at the end")
    axes.legend(loc="upper left")
