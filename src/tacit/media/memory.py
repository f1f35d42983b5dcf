"""Whether data and the work on them fit into memory, asked before they are decoded."""

import math
import os
import resource
from pathlib import Path

from tacit.media.errors import MediaError

WORK = 64
"""How many arrays of the size of a film or a cube, 8 bytes a number, completing it may hold."""
STILL = 24
"""The same of a picture or a matrix: a picture of 12 million numbers took 16 of them."""
TEXT = 40
"""Bytes of memory that a byte of a table of text may take, as cells and as numbers."""
ROWS = 4
"""Numbers of 8 bytes that a cell of a table of ratings may take while it is read."""

_LINUX = Path("/proc/meminfo")
_OWN = Path("/proc/self/statm")


def free_bytes() -> int:
    """Return how much memory can be had: what Linux says is available, elsewhere all there is.

    A limit on the memory of this process (`ulimit -v`) counts where it leaves less.
    """
    page = os.sysconf("SC_PAGE_SIZE")
    free = page * os.sysconf("SC_PHYS_PAGES")
    if _LINUX.exists():
        for line in _LINUX.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) * 1024
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        used = page * int(_OWN.read_text().split()[0]) if _OWN.exists() else 0
        free = min(free, max(limit - used, 0))
    return free


def check_memory(file: Path, shape: tuple[int, ...], work: int = WORK) -> None:
    """Refuse what could not be completed in memory; call it before decoding.

    Args:
        file: What is read, named in the message.
        shape: The shape that its values will have, as the file's header promises it.
        work: How many arrays of this shape are held at once: `WORK`, `STILL` or `ROWS`.

    Raises:
        MediaError: `work` arrays of this shape in float64 are more than `free_bytes`.
    """
    sizes = " × ".join(map(str, shape))
    _check(file, f"{sizes} numbers need", 8 * math.prod(shape) * work, "while they are completed")


def check_text(file: Path) -> None:
    """Refuse a table of text whose cells would not fit into memory.

    Raises:
        MediaError: `TEXT` times its bytes are more than `free_bytes`.
    """
    size = file.stat().st_size
    _check(file, f"{size / 2**20:.3g} MiB of text need", TEXT * size, "while they are read")


def _check(file: Path, what: str, needed: int, when: str) -> None:
    free = free_bytes()
    if needed > free:
        raise MediaError(
            f"{file}: {what} about {needed / 2**30:.3g} GiB {when}, and {free / 2**30:.3g} GiB are "
            "free: make it smaller or cut it into pieces"
        )
