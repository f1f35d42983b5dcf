"""How far the sweeps of a folder are, without reading what they hold: no JAX, no zarr."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import NamedTuple

from tacit.sweeps.identity import DONE, FAILED, read_identity


class SweepStatus(NamedTuple):
    """A sweep as a list shows it.

    Attributes:
        path: of its store.
        done: cells that have been computed, those that raised among them.
        failed: cells that raised.
        cells: all there are.
        axes: name and number of values of each.
        begun: when the store was made, by its clock, in UTC.
    """

    path: Path
    done: int
    failed: int
    cells: int
    axes: dict[str, int]
    begun: datetime

    def __str__(self) -> str:
        """`37 of 200 cells, 1 failed`."""
        return say_cells(self.done, self.cells, self.failed)


def say_cells(done: int, cells: int, failed: int) -> str:
    """How many cells are done, and how many of them raised.

    Args:
        done: cells that have been computed.
        cells: all there are.
        failed: cells that raised.
    """
    return f"{done} of {cells} cells" + (f", {failed} failed" if failed else "")


def is_sweep(path: Path) -> bool:
    """Whether a folder is the store of a sweep."""
    try:
        read_identity(path)
    except (OSError, ValueError):
        return False
    return True


def find_sweeps(folder: Path) -> tuple[SweepStatus, ...]:
    """The sweeps in a folder, by name, or the one that it is."""
    paths = [folder] if is_sweep(folder) else filter(is_sweep, sorted(folder.glob("*/")))
    return tuple(_status(path) for path in paths)


def read_flags(store: Path) -> Iterator[tuple[tuple[int, ...], int]]:
    """The cells that are done or raised, and which; many times faster than through zarr.

    The flag of a cell is a chunk of one byte, in a file that is not there while the cell is not.
    """
    with os.scandir(store / "done") as entries:
        for entry in entries:
            if entry.name.startswith("c.") and not entry.name.endswith(".partial"):
                flag = int.from_bytes(Path(entry.path).read_bytes())
                if flag in (DONE, FAILED):
                    yield tuple(map(int, entry.name.split(".")[1:])), flag


def _status(path: Path) -> SweepStatus:
    axes = {name: len(values) for name, values in read_identity(path)["axes"].items()}
    flags = Counter(flag for _, flag in read_flags(path))
    begun = datetime.fromtimestamp((path / "zarr.json").stat().st_mtime, UTC)
    done = flags[DONE] + flags[FAILED]
    return SweepStatus(path, done, flags[FAILED], prod(axes.values()), axes, begun)
