"""Tables in columns of their own types: `.parquet`."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError, silent_panics
from tacit.media.location import Location
from tacit.media.memory import STILL, check_memory
from tacit.media.reading import Reading
from tacit.media.roles import choose_readings, left_alone, why_no_reading
from tacit.media.wording import several

if TYPE_CHECKING:
    import polars as pl

_OWN = "ARROW:schema"
"""What the writer itself notes of the columns' types."""
_INDEX = "__index_level_"
"""How the column begins that pandas keeps the labels of the rows in."""


@final
@dataclass(frozen=True, eq=False)
class Columns:
    """A table with its metadata, and which of its columns hold numbers."""

    frame: "pl.DataFrame"
    numeric: list[str]
    metadata: dict[str, str]


@final
class Parquet(AbstractCodec[Columns]):
    """Read and write Parquet; a column in which nothing changes is written as it was read.

    Null and NaN are missing. Columns that hold no readings, and an index of pandas, are kept, and
    said. A column of
    whole numbers or decimals in which something is filled becomes one of floating-point numbers,
    and a note says so; one of single precision stays that.
    """

    name: ClassVar[str] = "Parquet"
    suffixes: ClassVar[tuple[str, ...]] = (".parquet",)
    signatures: ClassVar[tuple[bytes, ...]] = (b"PAR1",)
    options: ClassVar[frozenset[str]] = frozenset(["--columns", "--ignore"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[Columns]:
        """Read the columns of readings, with NaN where one is null."""
        import polars as pl

        frame = read_whole(location.file, STILL)
        if frame.height == 0 and frame.width:
            raise MediaError(f"{location.file} has columns but no rows: add the rows")
        with silent_panics():
            metadata = pl.read_parquet_metadata(location.file)
        metadata.pop(_OWN, None)

        # What is no reading stays as it is: an index, other types, and ids, times and constants.
        types = {name: str(dtype) for name, dtype in frame.schema.items() if not dtype.is_numeric()}
        numeric, sorts = choose_readings(
            location.file, frame.columns, _sorts(frame, _index(metadata)), types, reading
        )
        whole = [repr(name) for name in numeric if not frame.schema[name].is_float()]
        notes = []
        if whole:
            notes.append(
                f"of the columns {several(whole)}, which hold whole numbers, those that are filled "
                "in are written as floating-point numbers"
            )
        values = frame.select(pl.col(numeric).cast(pl.Float64)).fill_null(float("nan"))
        return Stored(
            values.to_numpy(),
            layout=Columns(frame, numeric, metadata),
            notes=tuple(notes),
            columns=tuple(numeric),
            details=left_alone(list(sorts.items())),
        )

    def encode(
        self,
        stored: Stored[Columns],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the table, with new columns only where a number has changed."""
        import polars as pl

        frame = stored.layout.frame
        changed = [
            pl.Series(name, new, pl.Float64).cast(_floating(frame.schema[name]))
            for name, old, new in zip(stored.layout.numeric, stored.pixels.T, pixels.T, strict=True)
            if not np.array_equal(old, new)
        ]
        written = frame.with_columns(changed)
        written.write_parquet(
            path,
            metadata=stored.layout.metadata,
            arrow_schema=_schema(written, stored.layout.metadata),
        )


def read_whole(file: Path, work: int) -> "pl.DataFrame":
    """Return all columns of a file, once it is known that they fit into memory.

    Args:
        file: The Parquet file.
        work: How many numbers of 8 bytes a cell may take; see `tacit.media.memory`.

    Raises:
        MediaError: They do not.
    """
    import polars as pl

    with silent_panics():
        lazy = pl.scan_parquet(file)
        rows, columns = lazy.select(pl.len()).collect().item(), len(lazy.collect_schema())
        check_memory(file, (rows, columns), work)
        return pl.read_parquet(file)


def _index(metadata: Mapping[str, str]) -> frozenset[str]:
    """Return the columns that pandas keeps the labels of the rows in, as it notes itself."""
    try:
        listed = json.loads(metadata.get("pandas", "{}")).get("index_columns", [])
    except (ValueError, AttributeError):
        return frozenset()
    return frozenset(name for name in listed if isinstance(name, str))


def _schema(frame: "pl.DataFrame", metadata: Mapping[str, str]) -> Any:
    """Return the schema in which pyarrow looks for the index of pandas; None if there is none.

    Without pyarrow, which pandas reads Parquet with, the index would come back as a column there.
    """
    if not _index(metadata) or importlib.util.find_spec("pyarrow") is None:
        return None
    return frame.to_arrow().schema.with_metadata({"pandas": metadata["pandas"]})


def _sorts(frame: "pl.DataFrame", index: frozenset[str]) -> dict[str, str]:
    """Return what each column is that holds no readings."""
    import polars as pl

    sorts: dict[str, str] = {}
    for name, dtype in frame.schema.items():
        if name in index or name.startswith(_INDEX):
            sorts[name] = "the index"
        elif dtype.is_numeric():
            values = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            why = why_no_reading(name, values, first=not sorts and name == frame.columns[0])
            sorts |= {} if why is None else {name: why}
        elif dtype.is_temporal():
            sorts[name] = "dates"
        else:
            sorts[name] = {pl.Boolean: "booleans", pl.String: "text"}.get(
                dtype.base_type(), str(dtype.base_type()).lower()
            )
    return sorts


def _floating(dtype: "pl.DataType") -> "pl.DataType":
    """Return the type itself if it is one of floating-point numbers, else double precision."""
    import polars as pl

    return dtype if dtype.is_float() else pl.Float64()
