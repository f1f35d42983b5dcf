"""Gridded fields: NetCDF and Zarr, by the CF conventions."""

import abc
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.cf import axis_of
from tacit.media.location import Location, choose_variable
from tacit.media.memory import WORK, check_memory
from tacit.media.packing import Packing
from tacit.media.reading import Reading

if TYPE_CHECKING:
    from xarray import Dataset

_HDF5 = b"\x89HDF"


@final
@dataclass(frozen=True, eq=False)
class Grid:
    """A dataset on the disk, one variable of it as it is stored, and how its numbers are packed.

    Attributes:
        file: The file or the folder.
        variable: The name of the variable.
        raw: Its numbers as they are stored.
        packing: Numbers to values and back.
        order: The dimensions of `raw` in the order of the values: rows, columns, then the others.
    """

    file: Path
    variable: str
    raw: NDArray[Any]
    packing: Packing
    order: tuple[int, ...]


class AbstractGrid(AbstractCodec[Grid]):
    """Read one variable of a dataset, and write the dataset with nothing but its holes changed.

    What equals `_FillValue` or `missing_value` is missing. `scale_factor` and `add_offset` are
    undone and done again; only the numbers that were filled are written, into a copy, so that all
    else (coordinates, attributes, compression, other variables) stays as it is. Rows and columns
    are latitudes and longitudes, by their CF attributes or names, and come first.
    """

    @abc.abstractmethod
    def engine(self, file: Path) -> dict[str, Any]:
        """Return by what engine xarray opens the file, and its options."""

    @abc.abstractmethod
    def copy(self, file: Path, path: Path) -> None:
        """Copy the dataset as it is stored."""

    @abc.abstractmethod
    def replace(self, file: Path, variable: str, raw: NDArray[Any]) -> None:
        """Write all numbers of one variable into a file that is there."""

    def decode(self, location: Location, reading: Reading) -> Stored[Grid]:
        """Read one variable."""
        return decode_grid(self, location)

    def encode(
        self,
        stored: Stored[Grid],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Copy the dataset, and write into the holes."""
        self.copy(stored.layout.file, path)
        self.replace(path, stored.layout.variable, packed(stored, pixels))


def decode_grid(codec: AbstractGrid, location: Location) -> Stored[Grid]:
    """Return one variable of a dataset as it is stored, and its values in the order of a map.

    Args:
        codec: of the format.
        location: the file and the variable.

    Raises:
        MediaError: There is no such variable, or several may be meant.
    """
    import xarray

    with xarray.open_dataset(
        location.file,
        mask_and_scale=False,
        decode_times=False,
        decode_coords=False,
        **codec.engine(location.file),
    ) as dataset:
        shapes = {
            str(name): tuple(found.shape)
            for name, found in sorted(dataset.data_vars.items(), key=lambda item: str(item[0]))
            if found.dtype.kind in "biufc" and not _is_bounds(dataset, str(name))
        }
        chosen = choose_variable(location, shapes)
        check_memory(location.file, shapes[chosen], WORK)
        found = dataset[chosen]
        raw = np.asarray(found.values)
        packing = Packing.of(found.attrs, raw.dtype)
        dims = [str(dim) for dim in found.dims]
        counts = [axis_of(dim, dataset.variables.get(dim)) for dim in dims]

    # A map's rows and columns first, as of pictures; then a mask that is a picture fits.
    rank = {"row": 0, "column": 1}
    is_map = {"row", "column"} <= set(counts)
    order = sorted(range(raw.ndim), key=lambda at: rank.get(counts[at] or "", 2) if is_map else 0)
    values = np.transpose(packing.values(raw), order)
    sizes = " × ".join(f"{dim} {size}" for dim, size in zip(dims, raw.shape, strict=True))
    return Stored(
        values,
        layout=Grid(location.file, chosen, raw, packing, tuple(order)),
        details=(f"variable {chosen!r} of {len(shapes)} ({sizes})", *packing.in_words()),
        counts=tuple(counts[at] or "" for at in order),
    )


def packed(stored: Stored[Grid], pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the numbers to store: those that were read, but for values that have changed."""
    grid = stored.layout
    back = np.argsort(grid.order)
    old, new = (np.transpose(each, back) for each in (stored.pixels, pixels))
    changed = ~((old == new) | (np.isnan(old) & np.isnan(new)))
    raw = grid.raw.copy()
    raw[changed] = grid.packing.raw(new[changed])
    return raw


@final
class NetCdf(AbstractGrid):
    """Read and write NetCDF: version 4 through h5netcdf and h5py, classic ones through SciPy."""

    name: ClassVar[str] = "NetCDF"
    suffixes: ClassVar[tuple[str, ...]] = (".nc", ".nc4", ".cdf")
    signatures: ClassVar[tuple[bytes, ...]] = (_HDF5, b"CDF\x01", b"CDF\x02")
    options: ClassVar[frozenset[str]] = frozenset(["--variable"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def engine(self, file: Path) -> dict[str, Any]:
        """Return by what engine xarray opens the file."""
        with open(file, "rb") as stream:
            return {"engine": "h5netcdf" if stream.read(4) == _HDF5 else "scipy"}

    def replace(self, file: Path, variable: str, raw: NDArray[Any]) -> None:
        """Write all numbers of one variable into a file that is there."""
        if self.engine(file)["engine"] == "h5netcdf":
            import h5py

            with h5py.File(file, "r+") as opened:
                dataset: Any = opened[variable]
                dataset[...] = raw
            return
        from scipy.io import netcdf_file

        with netcdf_file(file, "a", mmap=False) as opened:
            opened.variables[variable][:] = raw

    def copy(self, file: Path, path: Path) -> None:
        """Copy the file."""
        shutil.copyfile(file, path)


@final
class Zarr(AbstractGrid):
    """Read and write a Zarr store, which is a folder, through xarray and zarr."""

    name: ClassVar[str] = "Zarr"
    suffixes: ClassVar[tuple[str, ...]] = (".zarr",)
    signatures: ClassVar[tuple[bytes, ...]] = ()
    options: ClassVar[frozenset[str]] = frozenset(["--variable"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def engine(self, file: Path) -> dict[str, Any]:
        """Return by what engine xarray opens the store: there may be no consolidated metadata."""
        return {"engine": "zarr", "consolidated": False}

    def replace(self, file: Path, variable: str, raw: NDArray[Any]) -> None:
        """Write all numbers of one variable into a store that is there."""
        import zarr

        array = zarr.open_group(file, mode="r+")[variable]
        array[...] = raw  # type: ignore[index]

    def copy(self, file: Path, path: Path) -> None:
        """Copy the folder."""
        shutil.copytree(file, path, dirs_exist_ok=True)


def _is_bounds(dataset: "Dataset", name: str) -> bool:
    """Return whether a variable describes others: bounds of cells, or the grid's mapping."""
    keys = ("bounds", "grid_mapping", "ancillary_variables")
    return any(
        name in str(other.attrs.get(key, "")).split()
        for other in dataset.variables.values()
        for key in keys
    )
