"""MATLAB's `.mat` files."""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location, choose_variable
from tacit.media.mat_elements import check_elements
from tacit.media.mat_hdf import HdfWorkspace, read_hdf, write_hdf
from tacit.media.memory import STILL, WORK, check_memory
from tacit.media.reading import Reading

_HDF5 = b"\x89HDF"
_HEADER_BYTES = 116  # the free text that begins a version 5 file; it holds the date of writing
_NOT_WRITABLE = ("function", "object", "opaque", "unknown")


@final
@dataclass(frozen=True, eq=False)
class Workspace:
    """All the variables of a file by name, which was chosen, the version, and the header's text."""

    variables: Mapping[str, Any]
    chosen: str
    version: Literal["4", "5"]
    header: bytes


@final
class Mat(AbstractCodec[Workspace | HdfWorkspace]):
    """Read and write one array of a `.mat` file; the other variables are written as read.

    Versions 4 to 7 are read through SciPy, and version 7.3, which is HDF5, through h5py.
    """

    name: ClassVar[str] = "MAT"
    suffixes: ClassVar[tuple[str, ...]] = (".mat",)
    signatures: ClassVar[tuple[bytes, ...]] = ()
    options: ClassVar[frozenset[str]] = frozenset(["--variable"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[Any]:
        """Read all variables and choose the one that was named, or the only one."""
        from scipy.io import loadmat, whosmat
        from scipy.io.matlab import matfile_version

        data = location.file.read_bytes()
        major = 2 if data.startswith(_HDF5) else matfile_version(io.BytesIO(data))[0]
        if major == 2:
            return read_hdf(location)
        with warnings.catch_warnings():
            # Of a damaged file SciPy warns, and fails or gives something else: that is looked at.
            warnings.simplefilter("ignore")
            held = whosmat(io.BytesIO(data))
        for name, shape, kind in held:
            check_memory(location.file, shape, WORK if len(shape) > 2 else STILL)
            if kind in _NOT_WRITABLE:
                raise MediaError(
                    f"{location.file}: its variable {name!r} ({kind}) could not be written back: "
                    "save the matrix to a file of its own"
                )
        if major == 1:
            check_elements(location.file, data)
        variables = _load(location, loadmat, data)
        shapes = {
            name: value.shape
            for name, value in variables.items()
            if isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
        }
        chosen = choose_variable(location, shapes)
        layout = Workspace(
            variables, chosen, "5" if major == 1 else "4", data[: _HEADER_BYTES * (major == 1)]
        )
        return Stored(
            variables[chosen], layout=layout, details=(f"variable {chosen!r} of {len(variables)}",)
        )

    def encode(
        self,
        stored: Stored[Workspace | HdfWorkspace],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write all variables with the chosen one replaced."""
        from scipy.io import savemat

        layout = stored.layout
        if isinstance(layout, HdfWorkspace):
            write_hdf(layout, pixels, path)
            return
        buffer = io.BytesIO()
        variables = {**layout.variables, layout.chosen: pixels}
        savemat(buffer, variables, format=layout.version, do_compression=layout.version == "5")
        data = buffer.getvalue()
        path.write_bytes(layout.header + data[len(layout.header) :])


def _load(location: Location, loadmat: Any, data: bytes) -> dict[str, Any]:
    """Return the variables in their MATLAB types, which SciPy casts complex numbers to as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            variables = loadmat(io.BytesIO(data), mat_dtype=True)
        except np.exceptions.ComplexWarning:
            raise MediaError(
                f"{location.file} holds complex numbers: save the real part, or the modulus, alone"
            ) from None
    return {name: value for name, value in variables.items() if not name.startswith("__")}
