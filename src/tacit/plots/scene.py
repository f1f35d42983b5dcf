"""The figure of a run that `watch_rank` sets in motion."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tacit.plots.style import GREY, PAGE, PALETTE, label, logarithmic_height, whole_numbers

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE, _DPI = (PAGE, 3.3), 100
_DASHED: dict[str, Any] = {"color": "#404040", "linewidth": 0.8, "linestyle": (0, (4, 3))}
_OTHERS: dict[str, Any] = {"color": GREY, "linewidth": 0.5}
_DEEPEST = 1e-7
"""Share of the largest loss below which it leaves the axes."""


class Piece(NamedTuple):
    """What moves, in the order of drawing, and how it is moved to a record."""

    artists: "list[Any]"
    move: Callable[[int], None]


class Scene(NamedTuple):
    """A figure, its pieces in the order of drawing, and the records that it can be moved to."""

    figure: "Figure"
    pieces: list[Piece]
    records: np.ndarray


def rank_scene(
    dataset: "xr.Dataset",
    over: str,
    truth: np.ndarray,
    stages: "xr.Dataset | None",
    highlight: int,
) -> Scene:
    """Bars of the singular values, their curves above the loss; see `watch_rank`.

    Args:
        dataset: with `singular_values` and the losses, of a single run.
        over: the coordinate along the horizontal axis.
        truth: singular values to compare with; may be empty.
        stages: that were found in the run, if any.
        highlight: how many singular values are drawn, largest first.

    Raises:
        ValueError: if the records are not of a single run, or fewer than two can be drawn.
    """
    from matplotlib.figure import Figure

    record, at = dataset["singular_values"], dataset[over].values
    if record.ndim != 2:
        raise ValueError(f"watch_rank: singular_values has axes {record.dims}; select one run")
    spectra = record.values
    drawable = np.isfinite(spectra).all(axis=1) & np.isfinite(on_axis(at))
    records = np.flatnonzero(drawable)
    if len(records) < 2 or not at[records[-1]] > at[records[0]]:
        raise ValueError(
            f"watch_rank: {len(records)} of {len(at)} records can be drawn over {over}; give a run "
            "with two or more finite ones"
        )
    shown = spectra[:, : min(highlight, len(PALETTE) - 1)]

    # The bars are the curves at one instant: all three panels share their scales in pairs.
    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.9), height_ratios=(1.7, 1))
    bars, upper = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1])
    lower = figure.add_subplot(grid[1, 1], sharex=upper)
    height = 1.06 * max(spectra[records].max(), *truth, 1e-30)
    bars.set(ylim=(0, height), xlabel="i", ylabel=label(record))
    upper.set(ylim=(0, height), ylabel=label(record), xlim=(at[records[0]], at[records[-1]]))
    upper.tick_params(labelbottom=False)
    lower.set_xlabel(label(dataset[over]))
    if _logarithmic(at):
        upper.set_xscale("log")
    elif over == "step":
        whole_numbers(lower.xaxis)

    pieces = [
        *_plateaus([upper, lower], at, stages, bars),
        _curves(upper, at, spectra, int(records[0]), shown.shape[1], truth),
        _descent(lower, at, dataset, records),
        _marks([upper, lower], at),
        _heights(bars, shown, truth),
        _clock(bars, dataset[over]),
    ]
    figure.align_ylabels([upper, lower])
    return Scene(figure, pieces, records)


def on_axis(at: np.ndarray) -> np.ndarray:
    """Places on the horizontal axis; records at zero are nowhere on a logarithmic one."""
    if not _logarithmic(at):
        return at.astype(float)
    return np.log(np.where(at > 0, at, np.nan))


def _logarithmic(at: np.ndarray) -> bool:
    """Whether half of the records lie in the first quarter."""
    positive = at[at > 0]
    return bool(positive.size and np.median(positive) < positive[-1] / 4)


def _plateaus(
    axes: "list[Axes]", at: np.ndarray, stages: "xr.Dataset | None", bars: "Axes"
) -> list[Piece]:
    """Bands as far as the run has come, and the rank in words."""
    if stages is None:
        return []
    if stages["start"].ndim != 1:
        raise ValueError(f"watch_rank: stages has axes {stages['start'].dims}; select one run")
    valid = stages["start"].values >= 0
    starts, ends, ranks = (stages[name].values[valid] for name in ("start", "end", "rank"))
    bands = [
        [panel.axvspan(start, start, color=PALETTE[0], alpha=0.1, lw=0) for panel in axes]
        for start in at[starts].tolist()
    ]
    text = bars.text(0.97, 0.97, "", size=13, ha="right", va="top", transform=bars.transAxes)

    def move(record: int) -> None:
        for start, end, pair in zip(starts, ends, bands, strict=True):
            for band in pair:
                band.set_width(max(float(at[min(end, record)] - at[start]), 0))
        here = max(int(np.searchsorted(starts, record, side="right")) - 1, 0)
        leaves = record > ends[here] and here + 1 < len(ranks)
        following = ranks[here + 1] if leaves else ranks[here]
        rises = f" → {following}" if following != ranks[here] else ""
        text.set_text(f"rank {ranks[here]}{rises}")

    return [Piece([*(band for pair in bands for band in pair), text], move)]


def _curves(
    axes: "Axes", at: np.ndarray, spectra: np.ndarray, first: int, named: int, truth: np.ndarray
) -> Piece:
    """Singular values from the `first` record on; those with a bar in its colour, ending in a dot.

    The dots are not cut off at the edges of the axes.
    """
    wanted = [axes.axhline(height, **_DASHED) for height in truth]
    named_style: dict[str, Any] = {"marker": "o", "markersize": 3.5, "markevery": [-1]}
    lines: list[Any] = []
    for index in range(spectra.shape[1]):
        style: Any = named_style | {"color": PALETTE[index]} if index < named else _OTHERS
        lines += axes.plot([], [], clip_on=False, in_layout=False, **style)

    def move(record: int) -> None:
        for index, line in enumerate(lines):
            line.set_data(at[first : record + 1], spectra[first : record + 1, index])

    return Piece([*wanted, *reversed(lines)], move)


def _descent(axes: "Axes", at: np.ndarray, dataset: "xr.Dataset", records: np.ndarray) -> Piece:
    """Loss so far, and ‖∇L‖ where it is recorded."""
    names = ["loss", *(["gradient_norm"] if "gradient_norm" in dataset else [])]
    logarithmic_height(axes)
    lines: list[Any] = []
    low, high = np.inf, 0.0
    for name, colour in zip(names, ("black", GREY), strict=False):
        heights = dataset[name].values
        lines += axes.plot([], [], color=colour, label=label(dataset[name]))
        positive = heights[records][heights[records] > 0]
        low, high = min(low, *positive), max(high, *positive)
    axes.set_ylim(max(low, _DEEPEST * high) / 2, 2 * high)
    if len(names) > 1:
        axes.legend(loc="lower left")
    else:
        axes.set_ylabel(label(dataset["loss"]))

    def move(record: int) -> None:
        for name, line in zip(names, lines, strict=True):
            line.set_data(at[: record + 1], dataset[name].values[: record + 1])

    return Piece(lines, move)


def _marks(axes: "list[Axes]", at: np.ndarray) -> Piece:
    """A vertical line at the record."""
    lines = [panel.axvline(at[-1], color=GREY, linewidth=0.8) for panel in axes]

    def move(record: int) -> None:
        for line in lines:
            line.set_xdata([at[record]] * 2)

    return Piece(lines, move)


def _heights(axes: "Axes", spectra: np.ndarray, truth: np.ndarray) -> Piece:
    """A bar for each singular value, and a dashed line across it at that of the truth."""
    places = np.arange(1, spectra.shape[1] + 1)
    bars = axes.bar(places, 0, width=0.7, color=PALETTE[: len(places)])
    wanted = [
        axes.plot([place - 0.45, place + 0.45], [height] * 2, **_DASHED)[0]
        for place, height in zip(places, truth, strict=False)
    ]
    axes.set_xticks(places)

    def move(record: int) -> None:
        for bar, height in zip(bars, spectra[record], strict=True):
            bar.set_height(height)

    return Piece([*bars, *wanted], move)


def _clock(axes: "Axes", at: "xr.DataArray") -> Piece:
    """The step or the time above the bars."""
    name = label(at)
    text = axes.set_title(f"{name} = 0", loc="left")

    def move(record: int) -> None:
        value = float(at[record])
        text.set_text(f"{name} = {value:,.0f}" if value >= 100 else f"{name} = {value:.3g}")

    return Piece([text], move)
