"""Whole numbers among the bytes of a file."""

import numpy as np
from numpy.typing import NDArray


def whole_number(data: NDArray[np.uint8], dtype: str, at: int) -> int:
    """Return a whole number of a file.

    Args:
        data: all bytes of the file.
        dtype: of the number, with its byte order.
        at: its first byte.
    """
    return int(np.frombuffer(data, dtype, count=1, offset=at)[0])
