"""Tables of any columns, of which only some are numbers: text or Parquet to polars, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tacit.media.atomic import atomic_path, check_place
from tacit.media.cells import DELIMITERS
from tacit.media.errors import MediaError, explained
from tacit.media.location import locate
from tacit.media.memory import ROWS, check_text
from tacit.media.parquet import read_whole

if TYPE_CHECKING:
    import polars as pl

_WRITTEN = {".csv": ",", ".tsv": "\t", ".parquet": ""}
_DOUBLE = "::"
"""What stands between the columns of the older MovieLens files."""
_UNIT = b"\x1f"
"""ASCII's own separator of cells, which polars splits at in its place."""


def read_frame(path: Path, *, header: bool = True) -> "pl.DataFrame":
    """Return a table; the cells of one that is text are text, and blank ones are null.

    Args:
        path: Parquet by its suffix, else text: in columns separated by a tab, semicolon, bar, comma
            or two colons, whichever the first line has most of.
        header: Whether the first line of a text has the names of the columns; without, they are
            named "1", "2" and so on.

    Raises:
        MediaError: The file cannot be used, or has no rows.
    """
    file = locate(path).file
    if file.is_dir():
        raise MediaError(f"{path} is a folder: name a table")
    with explained(path, "Parquet" if _is_parquet(file) else "text"):
        frame = read_whole(file, ROWS) if _is_parquet(file) else _text(file, header)
    if frame.height == 0:
        raise MediaError(f"{path} has no rows of data: check what was saved")
    return frame


def write_frame(
    columns: Mapping[str, Any], output: Path, *, beside: "pl.DataFrame | None" = None
) -> None:
    """Write columns as CSV, TSV or Parquet by the suffix of `output`, whole or not at all.

    Args:
        columns: Values by the name of the column.
        output: The file to write.
        beside: A table that stands before them.

    Raises:
        MediaError: The file cannot be written.
    """
    check_frame_output(output)
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise MediaError(
            f"{output}: writing it needs {error.name}: pip install 'tacit-lowrank[media]'"
        ) from error
    frame = pl.DataFrame(columns)
    frame = frame if beside is None else beside.hstack(frame)
    with atomic_path(output) as temporary:
        try:
            if _is_parquet(output):
                frame.write_parquet(temporary)
            else:
                frame.write_csv(temporary, separator=_WRITTEN[output.suffix.lower()])
        except Exception as error:  # polars raises anything
            raise MediaError(f"{output} cannot be written: {error}") from error


def check_frame_output(output: Path, inputs: Sequence[Path] = ()) -> None:
    """Refuse an output that could or should not be written; call it before any work begins.

    Raises:
        MediaError: It is one of the inputs, its suffix is unknown, or its folder is not there.
    """
    if output.suffix.lower() not in _WRITTEN:
        raise MediaError(
            f"{output}: tables are written as {', '.join(_WRITTEN)}, not {output.suffix!r}"
        )
    if output.resolve() in [path.resolve() for path in inputs]:
        raise MediaError(f"{output} is the input itself: choose another name")
    check_place(output)


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() == ".parquet"


def _text(file: Path, header: bool) -> "pl.DataFrame":
    import polars as pl

    check_text(file)
    with open(file, encoding="utf-8") as lines:
        first = next((line for line in lines if line.strip()), "")
    if _DOUBLE in first:
        return _doubled(file, header)
    separator = max(DELIMITERS, key=first.count)
    frame = pl.read_csv(file, separator=separator, has_header=header, infer_schema=False)
    return frame if header else _numbered(frame)


def _doubled(file: Path, header: bool) -> "pl.DataFrame":
    """Return the cells of a file in which two colons separate them, which polars cannot split."""
    import polars as pl

    data = file.read_bytes()
    if _UNIT in data:
        raise MediaError(f"{file} has control characters in it: save it again as text")
    # In time that grows with the file alone: polars splits a line in time that grows with the
    # square of its columns.
    frame = pl.read_csv(
        data.replace(_DOUBLE.encode(), _UNIT),
        separator=_UNIT.decode(),
        has_header=header,
        infer_schema=False,
        quote_char=None,
        truncate_ragged_lines=True,
    )
    return frame if header else _numbered(frame)


def _numbered(frame: "pl.DataFrame") -> "pl.DataFrame":
    return frame.rename({name: str(at) for at, name in enumerate(frame.columns, 1)})
