"""Saddle-escaping stages of stored runs, one or a whole sweep."""

from itertools import product

import numpy as np
import xarray as xr

from tacit._typing import Any
from tacit.observers import Stages, find_stages
from tacit.results.dataset import RECORD

STAGE = "stage"
"""Name of the dimension that counts plateaus."""

_LABELS = {
    "start": "first record of the plateau",
    "bottom": "record of least ‖∇L‖ on the plateau",
    "end": "last record of the plateau",
    "escape": "record of the escape after the plateau, or −1",
    "start_time": "time at which the plateau begins",
    "end_time": "time at which the plateau ends",
    "escape_time": "time of the escape after the plateau",
    "rank": "rank on the plateau",
    "gained": "singular values that the escape brings",
    "loss": "loss on the plateau",
    "predicted_loss": "½ Σ σᵢ² over what is not learnt",
    "predicted_escape": "predicted time of the escape",
}


def stage_table(
    dataset: xr.Dataset,
    *,
    target: Any = None,
    depth: Any = None,
    prominence: float = 0.5,
    tolerance: float = 1e-2,
) -> xr.Dataset:
    """Plateaus and escapes of every run in a dataset [cao2022].

    What `observers.find_stages` finds, along a new dimension `stage`, and `escapes` and `merged`,
    their numbers. Lanes with fewer plateaus are padded: −1 for records and ranks, not a number for
    the rest. Records after a lane's `length` are not looked at.

    Args:
        dataset: from `to_dataset`, with records of `gradient_norm`, `loss` and `singular_values`.
        target: singular values observed in full, as an array, or a DataArray with leading
            dimensions of the dataset and its own last.
        depth: N, a number or a DataArray over leading dimensions.
        prominence: as for `find_stages`.
        tolerance: as for `find_stages`.

    Raises:
        ValueError: if a record is missing.
    """
    missing = {"gradient_norm", "loss", "singular_values"} - set(dataset.data_vars)
    if missing:
        raise ValueError(
            f"stage_table: the dataset has no record {', '.join(sorted(missing))}; run with "
            "observers gradient_norm, loss and singular_values"
        )

    lanes = tuple(str(dim) for dim in dataset["loss"].dims if dim != RECORD)
    sizes = [dataset.sizes[dim] for dim in lanes]
    found = {}
    for index in product(*map(range, sizes)):
        where = dict(zip(lanes, index, strict=True))
        lane = dataset.isel(where)
        # A lane that stopped early repeats its last record, which would look like a plateau.
        lane = lane.isel({RECORD: slice(int(lane["length"]))})
        found[index] = find_stages(
            lane["time"].values,
            lane["gradient_norm"].values,
            lane["loss"].values,
            lane["singular_values"].transpose(RECORD, ...).values,
            target=_at(target, where),
            depth=_at(depth, where),
            prominence=prominence,
            tolerance=tolerance,
        )
    return _table(found, lanes, sizes).assign_coords(
        {dim: dataset[dim] for dim in lanes if dim in dataset.coords}
    )


def _at(value: Any, where: dict[str, int]) -> Any:
    """The value for one lane: a DataArray is indexed along those of its dimensions named."""
    if not isinstance(value, xr.DataArray):
        return value
    here = value.isel({dim: at for dim, at in where.items() if dim in value.dims}).values
    return here if here.ndim else here.item()


def _table(
    found: dict[tuple[int, ...], Stages], lanes: tuple[str, ...], sizes: list[int]
) -> xr.Dataset:
    width = max(lane.escapes for lane in found.values()) + 1
    variables = {}
    for name, label in _LABELS.items():
        integers = np.issubdtype(getattr(next(iter(found.values())), name).dtype, np.integer)
        table = np.full((*sizes, width), -1 if integers else np.nan)
        for index, lane in found.items():
            values = getattr(lane, name)
            table[(*index, slice(len(values)))] = values
        table = table.astype(int) if integers else table
        variables[name] = ((*lanes, STAGE), table, {"long_name": label})
    for name, label, count in (
        ("escapes", "number of escapes", lambda lane: lane.escapes),
        ("merged", "number of merged stages", lambda lane: lane.merged),
    ):
        numbers = np.zeros(sizes, int)
        for index, lane in found.items():
            numbers[index] = count(lane)
        variables[name] = (lanes, numbers, {"long_name": label})
    return xr.Dataset(variables, coords={STAGE: np.arange(width)})
