"""From a trajectory, or a sweep of them, to a labelled dataset."""

import numpy as np
import xarray as xr

from tacit._typing import Any
from tacit.runs import Result, Trajectory

RECORD = "record"
"""Name of the dimension that counts records."""


def to_dataset(
    trajectory: Trajectory, *, coords: dict[str, Any] | None = None, **attrs: Any
) -> xr.Dataset:
    """Dataset of o(record, …) for every observer o, with coordinates step(record), time(record).

    Names, dimensions and labels are those that the observers declared. `result` holds `Result`
    codes with their meanings as attributes, `length` the number of records that are valid: a lane
    of a sweep that stopped early repeats its last record.

    Args:
        trajectory: a run, or the result of `sweep`, whose leading axes become dimensions.
        coords: for a sweep, name and values of each leading axis in its order; random keys and
            other things that are not numbers or text may be given as `range(count)`.
        attrs: attributes of the dataset, such as those of `provenance`.

    Raises:
        ValueError: if `coords` does not name every leading axis with values of its length, or a
            name is taken by a record.
    """
    coords = coords or {}
    lanes = np.shape(trajectory.result_code)
    _check(coords, lanes, trajectory)
    leading = tuple(coords)

    # An observer declares its name, dimensions and label, so that no second table is needed here.
    variables: dict[str, Any] = {
        axes.name: (
            (*leading, RECORD, *axes.dims),
            np.asarray(trajectory.records[axes.name]),
            {"long_name": axes.label},
        )
        for axes in trajectory.axes
    }
    variables["result"] = (leading, _codes(trajectory.result_code), _FLAGS)
    variables["length"] = (
        leading,
        np.asarray(trajectory.length),
        {"long_name": "number of valid records"},
    )
    variables["best"] = (
        leading,
        np.asarray(trajectory.best),
        {"long_name": "record of the model kept"},
    )

    # Lanes may stop at different steps: both clocks have the leading dimensions too.
    clocks = {
        "step": ((*leading, RECORD), np.asarray(trajectory.step), {"long_name": "step"}),
        "time": ((*leading, RECORD), np.asarray(trajectory.time), {"long_name": "time t"}),
    }
    named = {name: (name, np.asarray(values)) for name, values in coords.items()}
    return xr.Dataset(variables, coords={**named, **clocks}, attrs=attrs)


_FLAGS = {
    "long_name": "why the run ended",
    "flag_values": [int(result) for result in Result],
    "flag_meanings": " ".join(result.name.lower() for result in Result),
}


def _codes(codes: Any) -> np.ndarray:
    return np.asarray(codes, np.int8)


def _check(coords: dict[str, Any], lanes: tuple[int, ...], trajectory: Trajectory) -> None:
    lengths = tuple(len(values) for values in coords.values())
    if lengths != lanes:
        raise ValueError(
            f"to_dataset: the trajectory has leading axes of lengths {lanes}, coords name axes of "
            f"lengths {lengths}; name each leading axis, in its order"
        )
    taken = {RECORD, "step", "time", "result", "length", "best"}
    names = {axes.name for axes in trajectory.axes}
    for name in (taken | set(coords)) & names | taken & set(coords):
        raise ValueError(f"to_dataset: the name {name!r} is used twice; rename it")
