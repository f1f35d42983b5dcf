"""The cases of SPSS's `.sav` and `.zsav` files: 8 bytes a cell, as they are or compressed."""

import zlib
from pathlib import Path
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from tacit.media.errors import MediaError
from tacit.media.spss_dictionary import CODED, PLAIN, ZIPPED, Bytes, Dictionary
from tacit.media.whole_numbers import whole_number

_SKIP, _END, _LITERAL, _BLANKS, _MISSING = 0, 252, 253, 254, 255
"""Codes of compressed cells that stand for no number of their own."""
_BLOCK = 24
"""Bytes that a block of a `.zsav` takes in the list at the end of the file."""


@final
class Cases(NamedTuple):
    """The cells of all cases, and how the file codes them.

    Attributes:
        cells: 8 bytes each, in the order of the file.
        codes: One for each cell, and those between and behind them that stand for none; nothing
            where cells are not compressed.
        coded: Which of the codes stand for a cell.
        tail: The bytes behind the last code.
    """

    cells: NDArray[np.uint64]
    codes: NDArray[np.uint8]
    coded: NDArray[np.bool_]
    tail: bytes


def read_cases(file: Path, data: Bytes, dictionary: Dictionary) -> Cases:
    """Return the cells of all cases.

    Args:
        file: Named in messages.
        data: The bytes of the file.
        dictionary: What stands before the cases.

    Raises:
        MediaError: There are fewer of them than the file says, or a part of one.
    """
    try:
        cases = _read_cases(data, dictionary)
    except (IndexError, ValueError, OverflowError, zlib.error) as error:
        raise MediaError(f"{file} was cut short ({error}): save or download it again") from error
    count, over = divmod(cases.cells.size, dictionary.width)
    if over or dictionary.height not in (-1, count):
        said = "" if dictionary.height < 0 else f", and says that it has {dictionary.height}"
        raise MediaError(
            f"{file} was cut short: it has {cases.cells.size / dictionary.width:.6g} cases{said}: "
            "save or download it again"
        )
    return cases


def write_cases(
    data: Bytes, dictionary: Dictionary, cases: Cases, cells: NDArray[np.uint64]
) -> bytes:
    """Return the bytes of a file with other cells; the codes of the others stay.

    Args:
        data: The bytes of the file.
        dictionary: What stands before its cases.
        cases: What stands in them.
        cells: What stands in them now.
    """
    head = data[: dictionary.end].tobytes()
    if dictionary.compression == PLAIN:
        return head + cells.tobytes()
    coded = _encode(cases, cells, dictionary)
    return head + (coded if dictionary.compression == CODED else _zip(data, coded, dictionary))


def _read_cases(data: Bytes, dictionary: Dictionary) -> Cases:
    order = dictionary.order
    if dictionary.compression == PLAIN:
        cells = np.frombuffer(data, f"{order}u8", offset=dictionary.end)
        return Cases(cells, np.zeros(0, np.uint8), np.zeros(0, bool), b"")
    zipped = dictionary.compression == ZIPPED
    coded = _unzip(data, dictionary) if zipped else data[dictionary.end :].tobytes()

    # Eight codes, then the cells in full that they announce; and so on.
    at, codes, literals, last = 0, bytearray(), [], -1
    while at < len(coded) and last < 0:
        eight = coded[at : at + 8]
        last = eight.find(_END)
        size = 8 * (eight if last < 0 else eight[:last]).count(_LITERAL)
        if at + 8 + size > len(coded):
            raise ValueError("a part of a case")
        codes += eight
        literals.append(coded[at + 8 : at + 8 + size])
        at += 8 + size
    numbers = np.frombuffer(bytes(codes), np.uint8)
    stands = numbers != _SKIP
    if last >= 0:
        stands[len(stands) - 8 + last :] = False
    cells = _meanings(dictionary)[numbers[stands]]
    cells[numbers[stands] == _LITERAL] = np.frombuffer(b"".join(literals), f"{order}u8")
    return Cases(cells, numbers, stands, coded[at:])


def _meanings(dictionary: Dictionary) -> NDArray[np.uint64]:
    """Return the cell that each code stands for."""
    cells = (np.arange(256) - dictionary.bias).astype(f"{dictionary.order}f8")
    cells[_MISSING] = -np.finfo(float).max
    cells = cells.view(f"{dictionary.order}u8")
    cells[_BLANKS] = int.from_bytes(b" " * 8, "big")
    return cells


def _encode(cases: Cases, cells: NDArray[np.uint64], dictionary: Dictionary) -> bytes:
    """Return cells with one code each, and in full where no code stands for them."""
    meanings = _meanings(dictionary)
    changed = cells != cases.cells
    order = np.argsort(meanings[1:_END], kind="stable")
    known = meanings[1:_END][order]
    at = np.minimum(np.searchsorted(known, cells), known.size - 1)
    new = np.where(known[at] == cells, order[at] + 1, _LITERAL).astype(np.uint8)
    codes = cases.codes.copy()
    codes[cases.coded] = np.where(changed, new, cases.codes[cases.coded])

    full = cells[codes[cases.coded] == _LITERAL]
    announced = ((codes == _LITERAL) & cases.coded).reshape(-1, 8).sum(axis=1)
    codes = codes.reshape(-1, 8)
    # Words of 8 bytes: those of codes stand behind the cells that the ones before announced.
    of_codes = np.arange(len(codes)) + np.cumsum(announced) - announced
    words = np.empty(len(codes) + full.size, cells.dtype)
    literal = np.ones(words.size, bool)
    literal[of_codes] = False
    words[of_codes] = codes.view(cells.dtype)[:, 0]
    words[literal] = full
    return words.tobytes() + cases.tail


def _unzip(data: Bytes, dictionary: Dictionary) -> bytes:
    """Return what zlib has compressed, block by block."""
    order = dictionary.order
    trailer = whole_number(data, f"{order}i8", dictionary.end + 8)
    blocks = whole_number(data, f"{order}i4", trailer + 20)
    places = [trailer + _BLOCK * (block + 1) for block in range(blocks)]
    # A cell has a code of one byte, and 8 more in full: what promises more is no honest file.
    promised = sum(whole_number(data, f"{order}i4", at + 16) for at in places)
    if promised > 9 * dictionary.height * dictionary.width + 16:
        raise ValueError("more than its cases")
    parts = []
    for at in places:
        start = whole_number(data, f"{order}i8", at + 8)
        size, packed = (whole_number(data, f"{order}i4", at + place) for place in (16, 20))
        parts.append(
            zlib.decompressobj().decompress(bytes(data[start : start + packed]), max(size, 1))
        )
        if len(parts[-1]) != size:
            raise ValueError("a part of a block")
    return b"".join(parts)


def _zip(data: Bytes, coded: bytes, dictionary: Dictionary) -> bytes:
    """Return codes as zlib compresses them, with the list of the blocks."""
    order, start = dictionary.order, dictionary.end
    trailer = whole_number(data, f"{order}i8", start + 8)
    size = whole_number(data, f"{order}i4", trailer + 16)
    pieces = [coded[at : at + size] for at in range(0, len(coded), size)]
    packed = [zlib.compress(piece) for piece in pieces]
    end = start + _BLOCK + sum(map(len, packed))
    head = np.array([start, end, _BLOCK * (1 + len(pieces))], f"{order}i8").tobytes()
    listed, plain, at = [], start, start + _BLOCK
    for piece, block in zip(pieces, packed, strict=True):
        listed.append(np.array([plain, at], f"{order}i8").tobytes())
        listed.append(np.array([len(piece), len(block)], f"{order}i4").tobytes())
        plain, at = plain + len(piece), at + len(block)
    count = np.array([len(pieces)], f"{order}i4").tobytes()
    return b"".join([head, *packed, data[trailer : trailer + 20].tobytes(), count, *listed])
