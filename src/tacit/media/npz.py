"""NumPy's `.npz` archives."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location, choose_variable
from tacit.media.npy import read_array
from tacit.media.reading import Reading


@final
@dataclass(frozen=True, eq=False)
class Archive:
    """All the arrays of an archive by name, which of them was chosen, and how it is packed."""

    arrays: Mapping[str, NDArray[Any]]
    chosen: str
    members: tuple[zipfile.ZipInfo, ...]


@final
class Npz(AbstractCodec[Archive]):
    """Read and write one array of an `.npz` archive; the other arrays are written as read."""

    name: ClassVar[str] = "NPZ"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)
    options: ClassVar[frozenset[str]] = frozenset(["--variable"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[Archive]:
        """Read all arrays and choose the one that was named, or the only one."""
        arrays: dict[str, NDArray[Any]] = {}
        with zipfile.ZipFile(location.file) as archive:
            members = tuple(archive.infolist())
            for member in members:
                if not member.filename.endswith(".npy"):
                    raise MediaError(
                        f"{location.file} holds {member.filename!r}, which is not an array: "
                        "save the arrays with numpy.savez"
                    )
                with archive.open(member) as stream:
                    arrays[_variable(member)] = read_array(stream, location)
        numeric = {name: array for name, array in arrays.items() if array.dtype.kind in "biufc"}
        shapes = {name: array.shape for name, array in numeric.items()}
        chosen = choose_variable(location, shapes)
        return Stored(
            arrays[chosen],
            layout=Archive(arrays, chosen, members),
            details=(f"variable {chosen!r} of {len(arrays)}",),
        )

    def encode(
        self,
        stored: Stored[Archive],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the archive with the chosen array replaced."""
        layout = stored.layout
        with zipfile.ZipFile(path, "w") as archive:
            for member in layout.members:
                name = _variable(member)
                fresh = zipfile.ZipInfo(member.filename, member.date_time)
                fresh.compress_type = member.compress_type
                with archive.open(fresh, "w", force_zip64=True) as file:
                    array = pixels if name == layout.chosen else layout.arrays[name]
                    np.lib.format.write_array(file, array, allow_pickle=False)


def _variable(member: zipfile.ZipInfo) -> str:
    """Return the name of the array in a member of the archive."""
    return member.filename.removesuffix(".npy")
