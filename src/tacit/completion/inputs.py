"""What is given to the door: real numbers, holes and weights, or a refusal that says why."""

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_REFUSED = {
    "c": "complex numbers; complete their real and imaginary parts as a last axis of two",
    "O": "objects; convert them to numbers, with NaN where something is missing",
    "M": "dates; complete the numbers beside them",
    "m": "time differences; convert them to numbers",
    "U": "text; convert it to numbers",
    "S": "bytes; convert them to numbers",
    "V": "records; complete their fields as columns of a table",
}


def real_array(data: Any, missing: Any = None) -> tuple[Values, Mask]:
    """The data in double precision, and where something is missing of them.

    Missing is what is NaN, what a masked array masks, and what `missing` marks.

    Args:
        data: numbers.
        missing: true where something is missing: of the data's shape, or of that of its leading
            axes, and then missing along the others.

    Raises:
        ValueError: if the data are not real numbers, or the shape of `missing` does not fit.
    """
    masked = np.ma.getmaskarray(data) if np.ma.isMaskedArray(data) else None
    array = np.asarray(np.ma.getdata(data))
    if array.dtype.kind in _REFUSED:
        raise ValueError(f"data: real numbers are needed, not {_REFUSED[array.dtype.kind]}")
    values = array.astype(float)
    holes = np.isnan(values)
    if masked is not None:
        holes |= masked
    if missing is not None:
        holes |= every_entry(np.asarray(missing), values.shape)
    return values, holes


def refuse_unless_completable(
    data: Values, holes: Mask, outside: Mask | None = None, *, denoise: bool = False
) -> None:
    """Check that something is missing, something can be learnt from, and that it is finite.

    Args:
        data: numbers.
        holes: where one is missing.
        outside: what is not looked at, if anything.
        denoise: whether nothing need be missing.

    Raises:
        ValueError: if not.
    """
    seen = ~holes if outside is None else ~(holes | outside)
    if data.size < 4:
        raise ValueError(f"data: at least four entries are needed, got shape {data.shape}")
    if not (denoise or holes.any()):
        raise ValueError("missing: nothing is missing, so there is nothing to complete")
    if seen.sum() < 2:
        raise ValueError("missing: fewer than two entries are observed, so nothing can be learnt")
    if not np.isfinite(data[seen]).all():
        raise ValueError("data: there are infinite values where nothing is said to be missing")


def observed_weights(weights: Any, holes: Mask) -> Values:
    """Weights of the entries, 0 where they are missing; all alike if none are given.

    Args:
        weights: as given, or None.
        holes: where entries are missing.

    Raises:
        ValueError: if they do not fit the data, or are negative or not finite.
    """
    if weights is None:
        return (~holes).astype(float)
    if np.shape(weights) != holes.shape:
        raise ValueError(
            f"weights: their shape {np.shape(weights)} is not that of the data, {holes.shape}"
        )
    shares = np.where(holes, 0.0, np.asarray(weights, float))
    if not np.isfinite(shares).all() or (shares < 0).any():
        raise ValueError("weights: of observed entries they must be finite and ≥ 0")
    return shares


def every_entry(missing: NDArray, shape: tuple[int, ...], name: str = "missing") -> Mask:
    """A mask of every entry, from one of the leading axes.

    Args:
        missing: the mask.
        shape: of the data.
        name: of the mask, in messages.

    Raises:
        ValueError: if it is none of the data.
    """
    if missing.ndim == 0 or missing.shape != shape[: missing.ndim]:
        raise ValueError(
            f"{name}: its shape {missing.shape} is neither that of the data, {shape}, nor of its "
            "leading axes"
        )
    further = (1,) * (len(shape) - missing.ndim)
    return np.broadcast_to(missing.astype(bool).reshape(*missing.shape, *further), shape)
