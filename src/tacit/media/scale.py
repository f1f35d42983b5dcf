"""From stored numbers to values and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import Stored


def to_values(stored: Stored[Any]) -> NDArray[np.float64]:
    """Return the stored numbers in their unit: a picture of whole numbers lies in [0, 1]."""
    with np.errstate(invalid="ignore"):  # NaN of whatever bits is NaN
        return stored.pixels.astype(np.float64) / stored.unit


def from_values(values: NDArray[np.float64], stored: Stored[Any]) -> NDArray[Any]:
    """Return values as stored numbers: multiplied by the unit, for whole numbers rounded, clipped.

    Args:
        values: What `to_values` returned, or another array in the same units.
        stored: Where the unit and the dtype are taken from.
    """
    dtype = stored.pixels.dtype
    scaled = values * stored.unit
    if dtype.kind == "b":
        return scaled >= 0.5
    if dtype.kind == "f":
        return scaled.astype(dtype)
    limits = np.iinfo(dtype)
    top = float(limits.max)
    if int(top) > limits.max:  # 64 bits: the limit itself is not a floating-point number
        top = float(np.nextafter(top, 0.0))
    return np.clip(np.rint(scaled), float(limits.min), top).astype(dtype)
