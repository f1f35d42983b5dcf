"""What Stata's `.dta` files say of their columns: names, formats, and which numbers have labels."""

from pathlib import Path
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.stata_rows import Rows
from tacit.media.whole_numbers import whole_number

_MARK = b"<lbl>"
"""How a list of labels begins in files of Stata 13 and later."""


@final
class Words(NamedTuple):
    """What the file says of a column.

    Attributes:
        name: Of the column.
        format: How it is shown.
        labelled: The numbers that have labels.
    """

    name: str
    format: str
    labelled: tuple[float, ...]


def read_words(file: Path, data: NDArray[np.uint8], rows: Rows) -> list[Words]:
    """Return what a file says of its columns.

    Args:
        file: Named in messages.
        data: Its bytes.
        rows: Where its parts stand.

    Raises:
        MediaError: It was cut short: without labels, categories would look like readings.
    """
    names, formats, labels = (
        [_text(data, at + width * column, width) for column in range(len(rows.codes))]
        for at, width in (rows.names, rows.formats, rows.labels)
    )
    try:
        lists = _lists(data, rows)
    except (IndexError, ValueError, OverflowError) as error:
        raise MediaError(
            f"{file} was cut short within its labels ({error}): save or download it again"
        ) from error
    return [
        Words(name, shown, lists.get(label, ()))
        for name, shown, label in zip(names, formats, labels, strict=True)
    ]


def _lists(data: NDArray[np.uint8], rows: Rows) -> dict[str, tuple[float, ...]]:
    """Return the numbers of each list of labels by its name."""
    order, at, width = rows.order, rows.lists, rows.labels[1]
    found: dict[str, tuple[float, ...]] = {}
    while at < data.size:
        if rows.map_at is not None:
            if bytes(data[at : at + len(_MARK)]) != _MARK:
                break
            at += len(_MARK)
        length = whole_number(data, f"{order}i4", at)
        table = at + 4 + width + 3
        count = whole_number(data, f"{order}i4", table)
        if not 0 <= 8 + 8 * count <= length or table + length > data.size:
            raise ValueError(f"{length} bytes for {count} labels")
        # The places of the texts, then the numbers, then the texts.
        values = np.frombuffer(data, f"{order}i4", count=count, offset=table + 8 + 4 * count)
        found[_text(data, at + 4, width)] = tuple(values.astype(float).tolist())
        at = table + length + (0 if rows.map_at is None else len(_MARK) + 1)
    if (
        rows.map_at is not None
        and whole_number(data, f"{order}u8", rows.map_at + 8 * 13) > data.size
    ):
        raise ValueError("its end is not there")
    return found


def _text(data: NDArray[np.uint8], at: int, width: int) -> str:
    """Return a text up to the zero that ends it."""
    text = data[at : at + width].tobytes().partition(b"\0")[0]
    try:
        return text.decode()
    except UnicodeDecodeError:  # files before Stata 14 have the letters of Windows
        return text.decode("cp1252", "replace")
