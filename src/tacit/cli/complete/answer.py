"""A source with its completion: the door of the library, given what a file says of its axes."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.cli.complete.options import Options
from tacit.cli.interrupts import keep_the_best
from tacit.media import Source

if TYPE_CHECKING:
    from tacit.completion import Axis, Completion, Scores
    from tacit.completion.bounds import Bounds
    from tacit.completion.search import Report

Values = NDArray[np.float64]


class Answer(NamedTuple):
    """A source with its completion and, where a truth is known, how close they are."""

    source: Source
    completion: "Completion"
    truth: Values | None
    scores: "Scores | None"

    @property
    def notes(self) -> tuple[str, ...]:
        """Of the source and of the completion."""
        return (*self.source.notes, *self.completion.notes)

    @property
    def error(self) -> float:
        """Root mean square error over the missing entries; NaN without a truth."""
        if self.truth is None:
            return math.nan
        difference = (self.completion.filled - self.truth)[self.source.missing]
        return float(np.sqrt(np.mean(difference**2)))


def complete_source(
    source: Source,
    truth: Values | None,
    options: Options,
    report: "Report | None",
    elapsed: float = 0.0,
) -> Answer:
    """Complete a source, and compare with the truth if it is known.

    Args:
        source: what was read.
        truth: the complete data.
        options: of the command.
        report: called with the stage and its progress.
        elapsed: seconds of the budget that have been used.
    """
    import jax

    from tacit.completion import complete, scores

    keep_the_best()
    depth = options.depth
    if depth is not None and depth.is_integer():
        depth = int(depth)  # of chains of factors it is a number of them
    settings = {"depth": depth, "init_scale": options.init_scale}
    with jax.enable_x64(options.dtype == "float64"):
        completion = complete(
            source.values,
            source.missing,
            outside=source.outside,
            axes=axes_of(source, options),
            budget=max(options.budget - elapsed, 0.0),
            bounds=_in_unit(bounds_of(options.bounds), source.stored.unit),
            # Of pictures of whole numbers, which lie in [0, 1], writing rounds.
            integer=options.integer and source.stored.unit == 1,
            loss=options.loss,
            methods="auto" if options.method == "auto" else [options.method],
            given={name: value for name, value in settings.items() if value is not None},
            denoise=options.denoise,
            dtype=options.dtype,
            report=report,
            key=jax.random.key(options.seed),
        )
    if truth is None:
        return Answer(source, completion, None, None)
    peak = 1.0 if source.kind == "picture" else float(np.ptp(truth))
    compared = completion.denoised if options.denoise else completion.filled
    if source.outside is not None:
        compared = np.where(source.outside, truth, compared)
    return Answer(source, completion, truth, scores(compared, truth, source.missing, peak))


def axes_of(source: Source, options: Options) -> "Sequence[Axis]":
    """What each axis counts: of pictures and films it is known; of arrays it is found out.

    Raises:
        ValueError: if both --axes and --smooth off say it.
    """
    if options.smooth == "off" and options.axes is not None:
        raise ValueError(
            "--smooth off cannot be combined with --axes, which says where neighbours are alike"
        )
    if options.smooth == "off":
        return tuple("colour" if axis == "channel" else "item" for axis in source.axes)
    if options.axes is not None:
        names = [name.strip() for name in options.axes.split(",")]
        return tuple(None if name in ("", "?") else name for name in names)  # type: ignore[misc]
    if source.stored.counts:
        return tuple(count or None for count in source.stored.counts)  # type: ignore[misc]
    if source.kind == "array":
        return (None,) * len(source.axes)
    return tuple("colour" if axis == "channel" else axis for axis in source.axes)  # type: ignore[misc]


def bounds_of(text: str) -> "Bounds":
    """`auto`, `none`, or a pair such as `0:100`, `0:` or `:1`.

    Raises:
        ValueError: if it is none of them.
    """
    if text in ("auto", "none"):
        return None if text == "none" else "auto"
    low, colon, high = text.partition(":")
    try:
        if not colon:
            raise ValueError
        return (float(low) if low else None, float(high) if high else None)
    except ValueError:
        raise ValueError(
            f"--bounds must be auto, none or LOWEST:HIGHEST, such as 0:100 or 0:, not {text!r}"
        ) from None


def _in_unit(bounds: "Bounds", unit: float) -> "Bounds":
    """Bounds of the numbers that a file stores, as bounds of the values that are read from it."""
    if bounds is None or isinstance(bounds, str):
        return bounds
    low, high = (None if end is None else end / unit for end in bounds)
    return low, high


def is_table(source: Source) -> bool:
    """Whether this is an array of rows and columns."""
    return source.kind == "array" and source.missing.ndim == 2
