"""What a dimension counts, by the names and attributes of the CF conventions."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Count = Literal["time", "row", "column", "channel"] | None

_NAMES: dict[str, Count] = {
    **dict.fromkeys(["time", "t", "date", "datetime", "valid_time"], "time"),
    **dict.fromkeys(["lat", "latitude", "y", "nlat", "rlat", "south_north"], "row"),
    **dict.fromkeys(["lon", "longitude", "x", "nlon", "rlon", "west_east"], "column"),
    **dict.fromkeys(["band", "channel"], "channel"),
}
"""Dimensions by name."""
_AXES: dict[str, Count] = {"t": "time", "y": "row", "x": "column"}
"""The attribute `axis`."""
_STANDARD: dict[str, Count] = {
    "time": "time",
    "latitude": "row",
    "grid_latitude": "row",
    "projection_y_coordinate": "row",
    "longitude": "column",
    "grid_longitude": "column",
    "projection_x_coordinate": "column",
}
"""The attribute `standard_name`."""


def axis_of(name: str, coordinate: Any = None) -> Count:
    """Return what a dimension counts; None where that is not known, as of levels.

    Args:
        name: Of the dimension.
        coordinate: Its coordinate with `attrs` and `dtype`, if it has one.
    """
    if coordinate is not None:
        attributes = coordinate.attrs
        for key, known in (("standard_name", _STANDARD), ("axis", _AXES)):
            value = str(attributes.get(key, "")).lower()
            if value in known:
                return known[value]
        units = str(attributes.get("units", "")).lower()
        if " since " in units or np.dtype(coordinate.dtype).kind == "M":
            return "time"
        if units in ("degrees_north", "degree_north"):
            return "row"
        if units in ("degrees_east", "degree_east"):
            return "column"
    return _NAMES.get(name.lower())


def never_observed(
    holes: NDArray[np.bool_], counts: Sequence[str | None]
) -> NDArray[np.bool_] | None:
    """Return the entries of a map's places that are missing at all times; None if there are none.

    Args:
        holes: Where something is missing.
        counts: What each axis counts; without rows, columns and times there is no such place.
    """
    if not {"row", "column", "time"} <= set(counts):
        return None
    others = tuple(at for at, axis in enumerate(counts) if axis not in ("row", "column"))
    never = holes.all(axis=others, keepdims=True)
    return np.broadcast_to(never, holes.shape) if never.any() else None
