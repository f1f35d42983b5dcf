"""The roads from a source to its completion: for tensors, for tables, for matrices."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.cli.complete import Options
from tacit.media import Source

if TYPE_CHECKING:
    from tacit.completion import Completion, Scores
    from tacit.completion.trial import Report

Values = NDArray[np.float64]

_ALIKE = ("row", "column", "frame")
"""Axes of pictures and films along which neighbours are alike."""


class Answer(NamedTuple):
    """A source with its completion and, where a truth is known, how close they are."""

    source: Source
    completion: "Completion"
    truth: Values | None
    scores: "Scores | None"

    @property
    def error(self) -> float:
        """Root mean square error over the missing entries; NaN without a truth."""
        if self.truth is None:
            return math.nan
        difference = (self.completion.filled - self.truth)[self.source.mask]
        return float(np.sqrt(np.mean(difference**2)))


def check_road(source: Source, options: Options) -> None:
    """Refuse settings that the road of this source does not have, before any work begins.

    Raises:
        ValueError: if a depth, a scale or a weight is given for a film or a cube, or a loss for
            anything but a table.
    """
    if options.loss != "squared" and _road(source, options) is not _by_tables:
        raise ValueError(
            f"--loss: {options.loss} is of tables that are completed without --depth, --scale and "
            "--smooth: leave it out"
        )
    if not _is_long(source):
        return
    for name, value in (("--depth", options.depth), ("--scale", options.scale)):
        if value is not None:
            raise ValueError(
                f"{name}: is of a matrix factorisation, and a film or a cube is not completed by "
                "one: leave it out"
            )
    if not isinstance(options.smooth, str):
        raise ValueError(
            f"--smooth: a film or a cube takes auto or off, not the weight {options.smooth:g}"
        )


def answered(
    source: Source, truth: Values | None, options: Options, report: "Report | None"
) -> Answer:
    """Complete a source by the road that it belongs on, and compare with the truth if known."""
    import jax

    from tacit.completion import scores

    with jax.enable_x64(options.dtype == "float64"):
        completion = _road(source, options)(source, options, report)
    if truth is None:
        return Answer(source, completion, None, None)
    peak = 1.0 if source.kind == "picture" else float(np.ptp(truth))
    compared = completion.denoised if options.denoise else completion.filled
    return Answer(source, completion, truth, scores(compared, truth, source.mask, peak))


def is_table(source: Source) -> bool:
    """Whether this is an array of rows and columns."""
    return source.kind == "array" and not _is_long(source)


def _is_long(source: Source) -> bool:
    """Whether there are frames or slices."""
    return source.mask.ndim > 2


def _road(source: Source, options: Options) -> "Callable[..., Completion]":
    """For films and cubes tensors; for pictures too, and for tables tables, but where asked."""
    asked = (options.depth, options.scale, options.smooth) != (None, None, "auto")
    if _is_long(source) or (source.kind == "picture" and not asked):
        return _by_tensors
    return _by_matrices if asked else _by_tables


def _by_tensors(source: Source, options: Options, report: "Report | None") -> "Completion":
    import jax

    from tacit.completion import complete_tensor

    return complete_tensor(
        source.values,
        source.mask,
        smooth=_smooth(source, options),
        frames=source.axes.index("frame") if "frame" in source.axes else None,
        budget=options.budget,
        dtype=options.dtype,
        report=report,
        key=jax.random.key(options.seed),
    )


def _by_tables(source: Source, options: Options, report: "Report | None") -> "Completion":
    import jax

    from tacit.completion import complete_table

    return complete_table(
        source.values,
        source.mask,
        loss=options.loss,
        budget=options.budget,
        dtype=options.dtype,
        report=report,
        key=jax.random.key(options.seed),
    )


def _by_matrices(source: Source, options: Options, report: "Report | None") -> "Completion":
    import jax

    from tacit.completion import complete

    return complete(
        source.values,
        source.mask,
        model=_starts(options),
        penalty=None if options.smooth == "off" else options.smooth,
        budget=options.budget,
        dtype=options.dtype,
        report=report,
        key=jax.random.key(options.seed),
    )


def _smooth(source: Source, options: Options) -> Literal["auto"] | tuple[int, ...]:
    """Modes along which neighbours are alike; of a cube nobody knows, and the search finds out."""
    if options.smooth == "off":
        return ()
    if source.kind == "array":
        return "auto"
    return tuple(mode for mode, axis in enumerate(source.axes) if axis in _ALIKE)


def _starts(options: Options) -> Any:
    """Starts to try: those of the search, narrowed to the depth and scale that were given."""
    from tacit.completion import STARTS

    if options.depth is None and options.scale is None:
        return "auto"
    depths = [options.depth] if options.depth else sorted({depth for depth, _ in STARTS})
    scales = [options.scale] if options.scale else sorted({scale for _, scale in STARTS})[::-1]
    return [(depth, scale) for depth in depths for scale in scales]
