"""What a trial or a refit will take, from what others took."""

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.families import AbstractMethod
from tacit.completion.fit import Fit
from tacit.runs import known_pace

Mask = NDArray[np.bool_]

_UNKNOWN_PROGRAM = 6.0
"""Seconds that a program may take to compile of which nothing is known."""


def predict_seconds(method: AbstractMethod, wanted: Sequence[Mask], fits: Sequence[Fit]) -> float:
    """Seconds that a method will take, from what others of its kind took.

    Args:
        method: what would be trained, once for each of the masks.
        wanted: where answers are wanted, of the shape of the data.
        fits: those so far.
    """
    extents = [method.extent(mask) for mask in wanted]
    pairs = zip(extents, wanted, strict=True)
    work = sum(extent.share * method.work(mask.shape) for extent, mask in pairs)
    is_ready = all(method.is_ready(each) for each in extents)
    alike = [fit for fit in fits if fit.method.kind == method.kind]
    if not alike:
        return known_pace(method.kind) * work + _UNKNOWN_PROGRAM * (not is_ready)
    # What was compiled for them is there, unless the shape is another.
    seconds = min((fit.seconds - fit.compile_seconds) / max(fit.work, 1e-9) for fit in alike)
    anew = 0.0 if is_ready else max(fit.compile_seconds for fit in alike)
    return seconds * work + anew
