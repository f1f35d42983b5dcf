"""The zarr store of a sweep: one region a cell, and a flag that is written last.

Each cell has a chunk of its own in every array, in a file of its own that appears whole. The flag
follows in a write of its own, once the rest is on disk, so that a cell with a flag is whole
whatever is killed: the process, or the machine. One process writes at a time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from tacit.results.store import naming
from tacit.sweeps.axes import Axes, Index
from tacit.sweeps.cell import Array, Outcome
from tacit.sweeps.disk import clear_partial, to_disk
from tacit.sweeps.identity import DONE, FAILED, MISSING, read_identity, refuse_unless_same
from tacit.sweeps.layout import (
    OWN,
    create_array,
    create_store,
    get_array,
    read_names,
    write_names,
)
from tacit.sweeps.status import read_flags


@dataclass(frozen=True)
class SweepStore:
    """A store that is open for writing, in the process that holds its lock."""

    path: Path
    axes: Axes
    group: zarr.Group
    arrays: dict[str, zarr.Array]

    def flags(self) -> np.ndarray:
        """The flag of every cell."""
        flags = np.zeros(self.axes.shape, np.uint8)
        for index, flag in read_flags(self.path):
            flags[index] = flag
        return flags

    @property
    def has_form(self) -> bool:
        """Whether a cell has given the results their form."""
        return len(self.arrays) > len(OWN)

    def write(self, index: Index, outcome: Outcome, *, strict: bool) -> Outcome:
        """Write what came of a cell, and then its flag; returns it as it was written.

        Args:
            index: of the cell.
            outcome: results, or an error.
            strict: whether a result of another form than in the other cells is an error of the
                cell; else it is left out, with a note.

        Raises:
            OSError: if the folder cannot be written to; the cell is then missing, no other is.
        """
        with naming(self.path):
            if outcome.results and not self.has_form:
                self._shape(outcome.results)
            fitting, note = self._fitting(outcome.results)
            if note and strict:
                outcome = outcome._replace(error=f"results unlike those of other cells: {note}")
                fitting, note = {}, ""
            own = {"cell_seconds": outcome.seconds, "cell_error": outcome.error, "cell_note": note,
                   "cell_origin": outcome.origin}  # fmt: skip

            # The flag is cleared first where a cell that raised is computed again.
            if (self.path / "done" / ".".join(["c", *map(str, index)])).exists():
                self._put("done", index, MISSING)
            names = [*fitting, *own]
            for name in fitting:
                self.arrays[name][(*index, ...)] = fitting[name].values
            for name, value in own.items():
                self.arrays[name][index] = value
            to_disk(self._chunks(names, index))
            self._put("done", index, FAILED if outcome.error else DONE)
        return outcome

    def _put(self, name: str, index: Index, value: Any) -> None:
        self.arrays[name][index] = value
        to_disk(self._chunks([name], index))

    def _chunks(self, names: Iterable[str], index: Index) -> Iterator[Path]:
        """Files that hold a cell, and their folders."""
        for name in names:
            inner = self.arrays[name].ndim - len(index)
            folder = self.path / name
            yield folder / ".".join(["c", *map(str, index), *["0"] * inner])
            yield folder

    def _shape(self, results: dict[str, Array]) -> None:
        """Make the arrays, in the form of the first results."""
        made = {
            name: create_array(self.group, name, self.axes, result)
            for name, result in results.items()
        }
        write_names(self.group, self.path, list(made))
        self.arrays.update(made)

    def _fitting(self, results: dict[str, Array]) -> tuple[dict[str, Array], str]:
        """The results that have the form of the first ones, and a line on the others."""
        if not results:
            return {}, ""
        fitting, unlike = {}, []
        for name, result in results.items():
            array = self.arrays.get(name)
            if array is None:
                unlike.append(f"{name} is in no other")
                continue
            form, wanted = result.values.shape, array.shape[len(self.axes.shape) :]
            if form != wanted:
                unlike.append(f"{name} has shape {form}, not {wanted}")
            elif not _castable(result.values.dtype, array):
                unlike.append(f"{name} is {result.values.dtype}, not {array.dtype}")
            else:
                fitting[name] = result
        known = self.arrays.keys() - OWN.keys()
        unlike += [f"{name} is absent" for name in sorted(known - results.keys())]
        return fitting, "; ".join(unlike)


@contextmanager
def opened(path: Path, axes: Axes, identity: dict[str, Any]) -> Iterator[SweepStore]:
    """The store of a sweep, made if it is not there; no other process opens it meanwhile.

    Args:
        path: folder of the store.
        axes: of the sweep.
        identity: all that the results depend on; a store of anything else is refused.

    Raises:
        ValueError: if the folder is something else, the store of another sweep, or in use.
        OSError: if the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.parent / f".{path.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(
            f"{path}: another process is computing this sweep; wait for it, or give another store"
        ) from None
    try:
        with naming(path):
            if not path.exists():
                create_store(path, axes, identity)
            refuse_unless_same(path, read_identity(path), identity)
            clear_partial(path)
            group = zarr.open_group(path, mode="r+")
            arrays = {name: get_array(group, name) for name in [*OWN, *read_names(group)]}
        yield SweepStore(path, axes, group, arrays)
    finally:
        lock.release()


def _castable(dtype: np.dtype, array: zarr.Array) -> bool:
    """Whether every value can be written as it is."""
    text = dtype.kind == "O", array.dtype.kind not in "biufc"
    return all(text) or (not any(text) and np.can_cast(dtype, array.dtype, "safe"))
