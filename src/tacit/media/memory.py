"""Whether a tensor and the work on it fit into memory, asked before it is decoded."""

import math
import os
from pathlib import Path

from tacit.media.errors import MediaError

WORK = 64
"""How many arrays of the size of the values, 8 bytes a number, reading and completing may hold."""

_LINUX = Path("/proc/meminfo")


def free_bytes() -> int:
    """Return how much memory can be had: what Linux says is available, elsewhere all there is."""
    if _LINUX.exists():
        for line in _LINUX.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def check_memory(file: Path, shape: tuple[int, ...]) -> None:
    """Refuse a film or a cube that could not be completed in memory; call it before decoding.

    Args:
        file: What is read, named in the message.
        shape: The shape that its values will have, as the file's header promises it.

    Raises:
        MediaError: `WORK` arrays of this shape in float64 are more than `free_bytes`.
    """
    needed, free = 8 * math.prod(shape) * WORK, free_bytes()
    if needed > free:
        raise MediaError(
            f"{file}: {' × '.join(map(str, shape))} numbers need about {needed / 2**30:.3g} GiB "
            f"while they are completed, and {free / 2**30:.3g} GiB are free: "
            "make it smaller or cut it into pieces"
        )
