"""What a trial or a refit will take, from what others took."""

from tacit._typing import Sequence
from tacit.completion.families import AbstractMethod
from tacit.completion.fit import Fit
from tacit.runs import known_pace

_UNKNOWN_PROGRAM = 6.0
"""Seconds that a program may take to compile of which nothing is known."""


def predict_seconds(
    method: AbstractMethod, shape: Sequence[int], fits: Sequence[Fit], done: Sequence[int]
) -> float:
    """Seconds that a method will take on data of this shape, from what others of its kind took.

    Args:
        method: what would be trained.
        shape: of the data.
        fits: those so far.
        done: shape of the data of the fits.
    """
    alike = [fit for fit in fits if fit.method.kind == method.kind]
    if not alike:
        pace = known_pace(method.kind)
        return pace * method.work(shape) + _UNKNOWN_PROGRAM * (not method.is_ready(shape))
    # What was compiled for them is there, unless the shape is another.
    seconds = min(
        (fit.seconds - fit.compile_seconds) / max(fit.method.work(done), 1e-9) for fit in alike
    )
    anew = 0.0 if method.is_ready(shape) else max(fit.compile_seconds for fit in alike)
    return seconds * method.work(shape) + anew
