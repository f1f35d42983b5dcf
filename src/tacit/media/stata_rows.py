"""Where the rows of Stata's `.dta` files stand, and how wide each cell is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.whole_numbers import whole_number

NEW = b"<stata_dta>"
"""How a file of Stata 13 and later begins; an older one begins with the number of its release."""
OLD = (113, 114, 115)
_RELEASES = (*OLD, 117, 118, 119)


@final
class Number(NamedTuple):
    """A type of Stata's numbers.

    Attributes:
        dtype: Of numpy, without the order of its bytes.
        low: The least value.
        high: The largest value.
        missing: The least of the codes of missing, `.`.
        step: From one of these codes to the next.
    """

    dtype: str
    low: float
    high: float
    missing: float
    step: float


BYTE = Number("i1", -127, 100, 101, 1)
INT = Number("i2", -32767, 32740, 32741, 1)
LONG = Number("i4", -2147483647, 2147483620, 2147483621, 1)
FLOAT = Number("f4", -(2.0**127 - 2.0**103), 2.0**127 - 2.0**103, 2.0**127, 2.0**115)
DOUBLE = Number("f8", -(2.0**1023 - 2.0**970), 2.0**1023 - 2.0**970, 2.0**1023, 2.0**1011)
WIDER = (BYTE, INT, LONG, DOUBLE)
"""The types that a column of whole numbers may need when it is filled, the narrowest first."""
_OLD_CODES = {251: BYTE, 252: INT, 253: LONG, 254: FLOAT, 255: DOUBLE}
_NEW_CODES = {65530: BYTE, 65529: INT, 65528: LONG, 65527: FLOAT, 65526: DOUBLE}
_LONG_TEXT, _LONG_TEXT_WIDTH = 32768, 8
"""The code of texts that stand elsewhere in the file, and the width of what refers to one."""


@final
class Rows(NamedTuple):
    """How the rows of a file are laid out.

    Attributes:
        order: Of the bytes, `<` or `>`.
        codes: The types of the columns, as the file writes them.
        codes_at: Where they stand.
        at: Where the first row stands.
        height: How many rows there are.
        map_at: Where the places of the parts behind the rows stand, if the file lists them.
        names: Of the columns: where the first one stands, and bytes a name.
        formats: The same of how they are shown.
        labels: The same of the names of their lists of labels.
        lists: Where these lists stand.
    """

    order: str
    codes: tuple[int, ...]
    codes_at: int
    at: int
    height: int
    map_at: int | None
    names: tuple[int, int]
    formats: tuple[int, int]
    labels: tuple[int, int]
    lists: int

    @property
    def numbers(self) -> tuple[Number | None, ...]:
        """The types of the columns; None for one of text."""
        known = _OLD_CODES if self.map_at is None else _NEW_CODES
        return tuple(known.get(code) for code in self.codes)

    @property
    def dtype(self) -> "np.dtype[Any]":
        """The type of a row, its columns named "0", "1" and so on."""
        widths = (_LONG_TEXT_WIDTH if code == _LONG_TEXT else code for code in self.codes)
        fields = [
            (str(at), f"V{width}" if number is None else f"{self.order}{number.dtype}")
            for at, (number, width) in enumerate(zip(self.numbers, widths, strict=True))
        ]
        return np.dtype(fields)

    def read(self, data: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the rows of the file with these bytes."""
        return np.frombuffer(data, self.dtype, count=self.height, offset=self.at)

    def retyped(self, numbers: Sequence[Number | None]) -> "Rows":
        """Return the layout with other types of numbers; None leaves a column as it is."""
        code_of = {
            number: code
            for code, number in (_OLD_CODES if self.map_at is None else _NEW_CODES).items()
        }
        codes = [
            old if number is None else code_of[number]
            for old, number in zip(self.codes, numbers, strict=True)
        ]
        return self._replace(codes=tuple(codes))


def find_rows(file: Path, data: NDArray[np.uint8]) -> Rows:
    """Return where the rows of a file stand.

    Args:
        file: Named in messages.
        data: Its bytes.

    Raises:
        MediaError: The file is of another release, or shorter than it says.
    """
    try:
        rows = _new(data) if bytes(data[: len(NEW)]) == NEW else _old(data)
        end = rows.at + rows.height * rows.dtype.itemsize
        if rows.height < 0 or end > data.size:
            raise ValueError(f"its rows end at byte {end} of {data.size}")
    except (IndexError, ValueError, OverflowError) as error:
        raise MediaError(
            f"{file} is not a readable Stata file, or was cut short ({error}): "
            "save or download it again"
        ) from error
    return rows


def write_rows(
    data: NDArray[np.uint8], old: Rows, new: Rows, rows: NDArray[Any]
) -> tuple[bytes, bytes, bytes]:
    """Return the parts of a file with other rows: before them, themselves, behind them.

    Args:
        data: The bytes of the file.
        old: How its rows are laid out.
        new: The same layout with the types of `rows`.
        rows: What stands there now.
    """
    width = 1 if old.map_at is None else 2
    head = bytearray(data[: old.at].tobytes())
    codes = np.array(new.codes, f"{old.order}u{width}").tobytes()
    head[old.codes_at : old.codes_at + len(codes)] = codes
    if old.map_at is not None:
        # Whatever stands behind the rows, from the long texts on, moves with their width.
        places = np.frombuffer(head, f"{old.order}u8", count=14, offset=old.map_at)
        places[10:] += np.uint64(rows.nbytes - old.height * old.dtype.itemsize)
    end = old.at + old.height * old.dtype.itemsize
    return bytes(head), rows.tobytes(), data[end:].tobytes()


def _old(data: NDArray[np.uint8]) -> Rows:
    """Return the layout of a file of Stata 8 to 12."""
    release, order = int(data[0]), ">" if data[1] == 1 else "<"
    columns = whole_number(data, f"{order}u2", 4)
    count = whole_number(data, f"{order}i4", 6)
    codes_at = 109
    codes = tuple(int(data[codes_at + at]) for at in range(columns))
    # Names, the order of sorting, formats, and the names and texts of labels.
    width = 12 if release == 113 else 49
    names = codes_at + columns
    formats = names + 33 * columns + 2 * (columns + 1)
    labels = formats + width * columns
    at = labels + (33 + 81) * columns
    # Then what other programs noted, until a note without a type and a length.
    while data[at] or whole_number(data, f"{order}i4", at + 1):
        length = whole_number(data, f"{order}i4", at + 1)
        if length < 0:
            raise ValueError("a note of negative length")
        at += 5 + length
    rows = Rows(
        order, codes, codes_at, at + 5, count, None, (names, 33), (formats, width), (labels, 33), 0
    )
    return rows._replace(lists=rows.at + count * rows.dtype.itemsize)


def _new(data: NDArray[np.uint8]) -> Rows:
    """Return the layout of a file of Stata 13 and later, whose parts stand between marks."""
    at = _behind(data, b"<release>", 0)
    release = int(bytes(data[at : at + 3]))
    if release not in _RELEASES:
        raise ValueError("unknown release")
    at = _behind(data, b"<byteorder>", at)
    order = ">" if bytes(data[at : at + 3]) == b"MSF" else "<"
    at = _behind(data, b"<K>", at)
    columns = whole_number(data, f"{order}u{4 if release == 119 else 2}", at)
    at = _behind(data, b"<N>", at)
    count = whole_number(data, f"{order}u{4 if release == 117 else 8}", at)
    map_at = _behind(data, b"<map>", at)
    places = [whole_number(data, f"{order}u8", map_at + 8 * part) for part in range(14)]
    codes_at = places[2] + len(b"<variable_types>")
    if codes_at + 2 * columns > data.size:
        raise ValueError("no types")
    codes = np.frombuffer(data, f"{order}u2", count=columns, offset=codes_at)
    wide = 0 if release == 117 else 96  # letters may take four bytes from 118 on
    rows = Rows(
        order,
        tuple(map(int, codes)),
        codes_at,
        places[9] + len(b"<data>"),
        count,
        map_at,
        (places[3] + len(b"<varnames>"), 33 + wide),
        (places[5] + len(b"<formats>"), 49 if release == 117 else 57),
        (places[6] + len(b"<value_label_names>"), 33 + wide),
        places[11] + len(b"<value_labels>"),
    )
    if bytes(data[places[9] : rows.at]) != b"<data>":
        raise ValueError("no rows where they should be")
    return rows


def _behind(data: NDArray[np.uint8], mark: bytes, start: int) -> int:
    """Return the place behind a mark of the header.

    Raises:
        ValueError: It is not there.
    """
    header = bytes(data[start : start + 512])
    return start + header.index(mark) + len(mark)
