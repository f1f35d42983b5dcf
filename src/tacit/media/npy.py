"""NumPy's `.npy` arrays."""

from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import STILL, WORK, check_memory
from tacit.media.reading import Reading


@final
class Npy(AbstractCodec[None]):
    """Read and write `.npy`, in the dtype that was read; pickled objects are refused."""

    name: ClassVar[str] = "NPY"
    suffixes: ClassVar[tuple[str, ...]] = (".npy",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"\x93NUMPY",)
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[None]:
        """Read the array."""
        with open(location.file, "rb") as stream:
            return Stored(read_array(stream, location), layout=None)

    def encode(
        self,
        stored: Stored[None],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the array."""
        with open(path, "wb") as stream:
            np.lib.format.write_array(stream, pixels, allow_pickle=False)


def read_array(stream: IO[bytes] | BufferedIOBase, location: Location) -> NDArray[Any]:
    """Return the array in NumPy's format that starts at the head of `stream`.

    Raises:
        MediaError: The array holds pickled objects, which could run code when they are read, does
            not fit into memory, or is shorter than the file.
    """
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        header = np.lib.format.read_array_header_2_0
    shape, _, dtype = header(stream)
    if dtype.hasobject:
        raise MediaError(
            f"{location.file} holds pickled Python objects, which Tacit does not read: "
            "save it again with numbers alone"
        )
    check_memory(location.file, shape, WORK if len(shape) > 2 else STILL)
    stream.seek(0)
    array = np.lib.format.read_array(stream, allow_pickle=False)
    if stream.read(1):
        raise MediaError(
            f"{location.file} has more bytes than the array that its header promises: "
            "save or download it again"
        )
    return array
