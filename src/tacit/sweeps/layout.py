"""How a store is laid out: its arrays, with a chunk for each cell."""

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from tacit.sweeps.axes import Axes
from tacit.sweeps.cell import Array
from tacit.sweeps.disk import to_disk
from tacit.sweeps.identity import ATTRIBUTE, as_json

RESULTS = "result_names"
"""One text: the names of the results, once a cell has given them their form."""
OWN = {
    "done": ("u1", "0: missing, 1: done, 2: raised an error"),
    "cell_seconds": ("f8", "seconds that the cell took"),
    "cell_error": ("O", "why there are no results"),
    "cell_note": ("O", "what of the results was left out"),
    "cell_origin": ("O", "versions, device and machine, as JSON"),
}
"""What is kept of every cell beside its results and its seed: type and label."""
_SEED = "seed of the cell"
_OPTIONS: dict[str, Any] = {
    "compressors": None,
    # A file for each chunk, all in the folder of their array.
    "chunk_key_encoding": {"name": "default", "separator": "."},
    "config": {"write_empty_chunks": True},
}
"""The last is not kept in the store: it is said again of an array that is opened."""


def create_store(path: Path, axes: Axes, identity: dict[str, Any]) -> None:
    """Make a store without any cell; it appears whole.

    Args:
        path: folder of the store.
        axes: of the sweep.
        identity: all that the results depend on.
    """
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        attributes: dict[str, Any] = {ATTRIBUTE: as_json(identity)}
        group = zarr.create_group(temporary, zarr_format=3, attributes=attributes)
        for name, values in axes.coordinates().items():
            _create_whole(group, name, values, (name,), name)
        if "seed" not in axes.values:
            _create_whole(group, "seed", axes.seeds(), tuple(axes.values), _SEED)
        for name, (dtype, label) in OWN.items():
            form = Array((), np.zeros((), dtype), {"long_name": label})
            create_array(group, name, axes, form)
        _create_whole(group, RESULTS, np.asarray("", dtype=object), (), "names of the results")

        to_disk([*temporary.rglob("*"), temporary])
        os.replace(temporary, path)
        to_disk([path.parent])
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def create_array(group: zarr.Group, name: str, axes: Axes, form: Array) -> zarr.Array:
    """An array with a chunk for each cell.

    Args:
        group: of the store.
        name: of the array; one of that name that a kill left behind is replaced.
        axes: of the sweep.
        form: the result of one cell.
    """
    text, inner = form.values.dtype.kind == "O", form.values.shape
    return group.create_array(
        name,
        shape=(*axes.shape, *inner),
        chunks=(*(1 for _ in axes.shape), *(max(size, 1) for size in inner)),
        dtype=str if text else form.values.dtype,
        fill_value="" if text else np.nan if form.values.dtype.kind in "fc" else 0,
        dimension_names=(*axes.values, *form.dims),
        attributes=form.attrs,
        overwrite=True,
        **_OPTIONS,
    )


def get_array(group: zarr.Group, name: str) -> zarr.Array:
    """An array of the store.

    Raises:
        ValueError: if it is something else.
    """
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise ValueError(f"{name} is not an array")
    return array.with_config(_OPTIONS["config"])


def read_names(group: zarr.Group) -> list[str]:
    """Names of the results; none before a cell has given them their form."""
    text = str(get_array(group, RESULTS)[()])
    return json.loads(text) if text else []


def write_names(group: zarr.Group, path: Path, names: Sequence[str]) -> None:
    """Say that the arrays of the results are there, once they are on disk.

    Args:
        group: of the store.
        path: folder of the store.
        names: of the results.
    """
    to_disk(
        [*(path / name / "zarr.json" for name in names), *(path / name for name in names), path]
    )
    get_array(group, RESULTS)[()] = json.dumps(sorted(names))
    to_disk([path / RESULTS / "c", path / RESULTS])


def _create_whole(
    group: zarr.Group, name: str, values: np.ndarray, dims: tuple[str, ...], label: str
) -> None:
    """An array in one chunk."""
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype=str if values.dtype.kind == "O" else values.dtype,
        dimension_names=dims,
        attributes={"long_name": label},
        **_OPTIONS,
    )
    array[...] = values
