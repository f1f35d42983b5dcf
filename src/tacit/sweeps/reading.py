"""A sweep as a labelled dataset, whether it is finished or not."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr

from tacit.sweeps.identity import ATTRIBUTE, DONE, as_json, read_identity
from tacit.sweeps.layout import OWN, get_array, read_names


def open_sweep(store: str | Path) -> xr.Dataset:
    """What there is of a sweep, finished or not, also while it is being computed.

    Results of cells that are missing or raised are NaN (whole numbers and truth values become
    numbers for that); `done` has the flag of each cell, and `cell_error` why it has no results.
    With them come `seed`, `cell_seconds`, `cell_note`, and `cell_origin`, the versions and device.
    Coordinates of a result's own dimensions are coordinates here if they are the same in all cells.

    Raises:
        FileNotFoundError: if there is no such store.
        ValueError: if it is something else, or damaged.
    """
    path = Path(store)
    identity = read_identity(path)
    try:
        group = zarr.open_group(path, mode="r")
        # Flags first: a cell that has one by now is whole.
        names = [*OWN, "seed", *read_names(group), *identity["axes"]]
        found = {}
        for name in dict.fromkeys(names):
            array = get_array(group, name)
            dims = array.metadata.dimension_names  # pyright: ignore
            values = np.asarray(array[...])
            values = values if values.dtype.kind in "biufc" else values.astype(object)
            found[name] = xr.Variable(dims, values, dict(array.attrs))
    except OSError:
        raise
    except Exception as error:  # what zarr and its codecs raise of damaged files is anything
        raise ValueError(f"{path}: damaged: {error}") from None
    return _labelled(found, identity)


def _labelled(found: dict[str, xr.Variable], identity: dict[str, Any]) -> xr.Dataset:
    """A dataset in which what is missing is NaN."""
    axes = list(identity["axes"])
    coordinates = {name: found[name] for name in axes}
    variables = {name: value for name, value in found.items() if name not in axes}
    there = xr.Variable(axes, variables["done"].values == DONE)
    results = [name for name in variables if name not in (*OWN, "seed")]
    for name in results:
        # Texts of a cell that is not there are empty as they are.
        if not there.values.all() and variables[name].dtype != object:
            variables[name] = variables[name].where(there)
            variables[name].attrs.update(found[name].attrs)

    # Coordinates of a result's own dimensions were kept a cell: one is enough if all are the same.
    for name in results:
        dim = name.removesuffix("_values")
        if name != dim and variables[name].dims == (*axes, dim) and there.values.any():
            rows = found[name].values[there.values]
            if all(np.array_equal(row, rows[0]) for row in rows):
                coordinates[dim] = xr.Variable(dim, rows[0], found[name].attrs)
                del variables[name]
    return xr.Dataset(variables, coordinates, {ATTRIBUTE: as_json(identity)})
