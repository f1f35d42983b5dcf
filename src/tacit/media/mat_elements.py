"""Whether the elements of a MATLAB file are what they say, asked before SciPy reads them."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, final

from tacit.media.errors import MediaError

_HEADER = 128
_NUMBERS = frozenset([1, 2, 3, 4, 5, 6, 7, 9, 12, 13])
_TEXTS = frozenset([16, 17, 18])
_MATRIX, _COMPRESSED = 14, 15
_NUMERIC_CLASSES = range(6, 16)
_NAME = 2
"""The place of a variable's name: before it are flags and dimensions, behind it what it holds."""
_DEEPEST = 64


@final
class _Element(NamedTuple):
    kind: int
    content: memoryview


def check_elements(file: Path, data: bytes) -> None:
    """Refuse a file of version 5 with an element of an unknown type, or one that ends too late.

    SciPy takes the number of a type as an index and does not look whether there is such a type: one
    wrong byte ends the process. Call it when the sizes are known to fit into memory, for compressed
    elements are unpacked.

    Args:
        file: Named in messages.
        data: All its bytes.

    Raises:
        MediaError: The file is damaged.
    """
    order = "<" if data[126:_HEADER] == b"IM" else ">"
    try:
        _check(memoryview(data)[_HEADER:], order, 0)
    except (_DamagedError, zlib.error, struct.error) as error:
        raise MediaError(
            f"{file} is not a readable MAT file, or was cut short ({error}): "
            "save or download it again"
        ) from None


@final
class _DamagedError(Exception):
    """What is wrong with an element."""


def _check(content: memoryview, order: str, depth: int) -> None:
    """Look at the elements of a file, or of a compressed part of it."""
    if depth > _DEEPEST:
        raise _DamagedError("its variables are nested too deeply")
    for element in _elements(content, order):
        if element.kind == _COMPRESSED:
            _check(memoryview(zlib.decompress(element.content)), order, depth + 1)
        elif element.kind == _MATRIX:
            _check_matrix(element.content, order, depth + 1)


def _check_matrix(content: memoryview, order: str, depth: int) -> None:
    """Look at the elements of a variable: those of numbers hold numbers, others anything known."""
    if depth > _DEEPEST:
        raise _DamagedError("its variables are nested too deeply")
    numeric = False
    for place, element in enumerate(_elements(content, order)):
        if place == 0 and len(element.content) >= 4:
            (flags,) = struct.unpack_from(f"{order}I", element.content)
            numeric = flags & 0xFF in _NUMERIC_CLASSES
        if element.kind == _MATRIX:
            _check_matrix(element.content, order, depth + 1)
        elif element.kind not in _NUMBERS and place != _NAME and (numeric or place < _NAME):
            raise _DamagedError(f"numbers of type {element.kind}")


def _elements(content: memoryview, order: str) -> Iterator[_Element]:
    """Yield the elements that stand one behind the other, those of four bytes in their tag."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from(f"{order}II", content, at)
        if kind >> 16:
            kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
            at += 8
        else:
            start = at + 8
            # All but what is compressed fills eight bytes, and the last one may do without.
            at = start + size + (0 if kind == _COMPRESSED else -size % 8)
        if kind not in _NUMBERS | _TEXTS | {_MATRIX, _COMPRESSED}:
            raise _DamagedError(f"an element of type {kind}")
        if start + size > len(content):
            raise _DamagedError("an element that ends behind the file")
        yield _Element(kind, content[start : start + size])
