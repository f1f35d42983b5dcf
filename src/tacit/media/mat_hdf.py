"""MATLAB's `.mat` files of version 7.3, which are HDF5."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location, choose_variable
from tacit.media.memory import STILL, WORK, check_memory

_CLASS, _EMPTY = "MATLAB_class", "MATLAB_empty"
"""Attributes in which MATLAB notes what a dataset is."""
_NUMERIC = frozenset(
    ["double", "single", "logical"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)


@final
@dataclass(frozen=True, eq=False)
class HdfWorkspace:
    """The file, and which of its variables was chosen."""

    file: Path
    chosen: str


def read_hdf(location: Location) -> Stored[HdfWorkspace]:
    """Read one numeric variable, in MATLAB's order of the axes.

    Raises:
        MediaError: There is none, several may be meant, or it does not fit into memory.
    """
    import h5py

    with h5py.File(location.file, "r") as file:
        shapes = {
            name: tuple(reversed(item.shape))
            for name, item in file.items()
            if isinstance(item, h5py.Dataset) and _is_numeric(item)
        }
        chosen = choose_variable(location, shapes)
        shape = shapes[chosen]
        check_memory(location.file, shape, WORK if len(shape) > 2 else STILL)
        dataset: Any = file[chosen]
        if dataset.dtype.names is not None:
            raise MediaError(
                f"{location.file} holds complex numbers: save the real part, or the modulus, alone"
            )
        values = np.ascontiguousarray(dataset[()].T)
        logical = _text(dataset.attrs.get(_CLASS)) == "logical"
        count = len(file)
    return Stored(
        values.astype(bool) if logical else values,
        layout=HdfWorkspace(location.file, chosen),
        details=("version 7.3", f"variable {chosen!r} of {count}"),
    )


def write_hdf(layout: HdfWorkspace, pixels: NDArray[Any], path: Path) -> None:
    """Write the file as it was read, byte for byte but for the chosen variable.

    Args:
        layout: What was read.
        pixels: The numbers of the variable, in MATLAB's order of the axes.
        path: The file to write.
    """
    import h5py

    shutil.copyfile(layout.file, path)
    with h5py.File(path, "r+") as file:
        dataset: Any = file[layout.chosen]
        dataset[...] = pixels.T.astype(dataset.dtype)


def _is_numeric(item: Any) -> bool:
    """Return whether a dataset is an array of numbers, and not text, a cell or an empty one."""
    kind = _text(item.attrs.get(_CLASS))
    numbers = item.dtype.kind in "iuf" or item.dtype.names == ("real", "imag")
    return numbers and (not kind or kind in _NUMERIC) and _EMPTY not in item.attrs


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else "" if value is None else str(value)
