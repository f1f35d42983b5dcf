"""The two roads from a source to its completion: one for matrices, one for tensors."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit.cli.complete import Options
from tacit.media import Source

if TYPE_CHECKING:
    from tacit.completion import Completion, Scores
    from tacit.completion.search import Report

Values = NDArray[np.float64]

_ALIKE = ("row", "column", "frame")
"""Axes of pictures and films along which neighbours are alike."""


class Answer(NamedTuple):
    """A source with its completion and, where a truth is known, how close they are."""

    source: Source
    completion: "Completion"
    truth: Values | None
    scores: "Scores | None"


def check_road(source: Source, options: Options) -> None:
    """Refuse settings that the road of this source does not have, before any work begins.

    Raises:
        ValueError: if a depth, a scale or a weight is given for a film or a cube.
    """
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
        road = _by_tensors if _is_for_tensors(source, options) else _by_matrices
        completion = road(source, options, report)
    if truth is None:
        return Answer(source, completion, None, None)
    peak = 1.0 if source.kind == "picture" else float(np.ptp(truth))
    compared = completion.denoised if options.denoise else completion.filled
    return Answer(source, completion, truth, scores(compared, truth, source.mask, peak))


def _is_long(source: Source) -> bool:
    """Whether there are frames or slices."""
    return source.mask.ndim > 2


def _is_for_tensors(source: Source, options: Options) -> bool:
    """Films and cubes are, tables are not; pictures are, unless the matrix road is asked for."""
    asked = (options.depth, options.scale, options.smooth) != (None, None, "auto")
    return _is_long(source) or (source.kind == "picture" and not asked)


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
