"""What every file format offers: one way in, one way out."""

import abc
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from numpy.typing import NDArray

from tacit.media.location import Location
from tacit.media.reading import Reading

Layout = TypeVar("Layout")


@dataclass(frozen=True, eq=False)
class Stored(Generic[Layout]):
    """What one file holds, in the file's own numbers and before any rule about holes.

    Attributes:
        pixels: The entries in the file's own dtype: of an array as they stand; of a picture
            `(m, n)`, or `(m, n, 3)` in colour; of a film `(m, n, frames)` or `(m, n, frames, 3)`.
        layout: All else that is needed to write the file again: metadata, options, other variables.
        alpha: The opacity of each pixel in the dtype of `pixels`, without the axis of the colours,
            if the file has one.
        unit: The stored number that stands for 1 in `Source.values`.
        lossy: Whether the file's compression changes the numbers that are written.
        notes: What a user should know about how the file was read and will be written.
        film: Whether the third axis of `pixels` counts the frames of a film.
        columns: The names of a table's columns, if they have any; where they have none but are not
            all the columns of the file, their numbers in it.
        details: How the file was read, a phrase each, for the line that says as what it was.
        counts: What each axis counts where the file says it: `row`, `column`, `time`, `channel`, or
            nothing where it does not say; none if it says nothing at all.
        is_series: Whether the file has one dimension, and the column is what was made of it.
        orientation: The Exif tag by which viewers turn the picture; 1 if they do not.
    """

    pixels: NDArray[Any]
    layout: Layout
    alpha: NDArray[Any] | None = None
    unit: float = 1.0
    lossy: bool = False
    notes: tuple[str, ...] = ()
    film: bool = False
    columns: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    is_series: bool = False
    orientation: int = 1


class AbstractCodec(abc.ABC, Generic[Layout]):
    """Read and write one file format.

    A codec may raise whatever its library raises: `formats.decode` and `write` turn it into a
    `MediaError`. What only the codec can explain, it explains with a `MediaError` of its own.

    Attributes:
        name: The format's name in messages.
        suffixes: The suffixes of the format's files, in lower case; the first is the preferred one.
        signatures: How such a file begins, one of these; empty if it may begin with anything.
        options: The options of `Reading` that the format heeds, as the command line names them.
        kind: Whether the file is a picture or a film, scaled to [0, 1], or an array in its own
            units.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    signatures: ClassVar[tuple[bytes, ...]]
    options: ClassVar[frozenset[str]] = frozenset()
    kind: ClassVar[Literal["picture", "array"]]

    @abc.abstractmethod
    def decode(self, location: Location, reading: Reading) -> Stored[Layout]:
        """Read the file, which exists, is not empty and begins with one of the signatures.

        Args:
            location: The file, and of an archive the variable.
            reading: What the user said; options that the format has no use for were refused.
        """

    @abc.abstractmethod
    def encode(
        self,
        stored: Stored[Layout],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write `pixels` and `alpha`, of the shapes and dtypes in `stored`, in its layout.

        The path is that of an empty file, or of an empty folder for a stack of pictures.
        """
