"""One style for all figures: fonts, sizes, colours, labels, and how a figure is written."""

import os
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from tacit.media import atomic_path

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

P = ParamSpec("P")
R = TypeVar("R")

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours of Okabe and Ito, told apart with any colour vision; without their faint yellow."""
GREY = "#8C8C8C"
_LEFTWARDS = frozenset(["R", "AL", "AN"])
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
COLUMN = 3.4
"""Width of one column of a paper, in inches; `PAGE` is the width of both."""
PAGE = 7.0

_RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "mathtext.fontset": "dejavusans",
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.use_mathtext": True,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.hashsalt": "tacit",
}
_METADATA: dict[str, dict[str, Any]] = {
    ".pdf": {"CreationDate": None, "ModDate": None},
    ".svg": {"Date": None},
    ".png": {},
}


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in the style of this module, and leave matplotlib's settings as they were."""

    @wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib as mpl

        with mpl.rc_context(_RC):
            return draw(*args, **kwargs)

    return wrapped


def panels(
    rows: int, columns: int, width: float, height: float, **sharing: Any
) -> "tuple[Figure, np.ndarray]":
    """A figure of rows × columns axes.

    Args:
        rows: of axes.
        columns: of axes.
        width: of the figure, in inches.
        height: of the figure, in inches.
        sharing: what `Figure.subplots` takes, such as `sharex`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **sharing)
    return figure, axes


def label(variable: "xr.DataArray") -> str:
    """Its long name with units, subscripts typeset; its name where it has no long name."""
    text = variable.attrs.get("long_name")
    if text is None:
        return str(variable.name).replace("_", " ")
    units = variable.attrs.get("units")
    text = re.sub(r"_\{(.+?)\}|_(\S)", r"$_{\1\2}$", text)
    return f"{text} ({units})" if units else text


def wrapped(text: str, inches: float) -> str:
    """A label broken into lines that fit along an axis of this length."""
    return textwrap.fill(text, max(12, round(15 * inches)), break_long_words=False)


def is_drawable(text: str) -> bool:
    """Whether matplotlib draws a text as it is read.

    Its font must have all the characters, and they must run from left to right: what is written
    the other way matplotlib draws letter by letter in the wrong order.
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties()))
    return all(
        font.get_char_index(ord(character))
        and unicodedata.bidirectional(character) not in _LEFTWARDS
        for character in text
    )


def whole_numbers(axis: "Axis") -> None:
    """A few ticks at whole numbers, with commas: 10,000."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(4, integer=True))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def logarithmic_height(axes: "Axes") -> None:
    """A logarithmic vertical axis with ticks at powers of ten alone."""
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())


def legend_below(figure: "Figure", axes: "Axes", columns: int = 4) -> None:
    """One legend for all panels, outside them, so that it covers nothing.

    Args:
        figure: to put it on.
        axes: whose lines it names.
        columns: of the legend, at most.
    """
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(columns, len(labels)))


@contextmanager
def written_whole(path: str | os.PathLike[str], kinds: Iterable[str], what: str) -> Iterator[Path]:
    """A path beside `path` to write to, as `tacit.media.atomic_path`; its ending is looked at.

    Args:
        path: to be replaced.
        kinds: endings that are allowed, with the dot.
        what: is written, in the plural, for messages.

    Raises:
        ValueError: if the ending is none of `kinds`.
        MediaError: if it cannot be written to the folder, or that does not exist.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in kinds:
        raise ValueError(f"{path}: {what} are written as {', '.join(kinds)}, not {kind!r}")
    with atomic_path(path) as temporary:
        yield temporary


def save(figure: "Figure", path: str | os.PathLike[str]) -> Path:
    """Write the figure as PNG, PDF or SVG by the ending of `path`, whole or not at all.

    The same figure gives the same bytes: no date is written.

    Raises:
        ValueError: if the ending is another one.
        MediaError: if the folder does not exist or cannot be written to.
    """
    import matplotlib as mpl

    with written_whole(path, _METADATA, "figures") as temporary, mpl.rc_context(_RC):
        figure.savefig(temporary, metadata=_METADATA[temporary.suffix])
    return Path(path)
