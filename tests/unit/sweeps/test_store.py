"""What a sweep leaves behind when it is killed, and which store it refuses."""

import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from filelock import FileLock

from tacit.sweeps import disk, grid, open_sweep
from tacit.sweeps.cell import versions
from tests.unit.sweeps._functions import contents

AXES = {"rank": [1, 2], "scale": [0.5, 1.0]}


def fit(rank, scale):
    if rank == 2 and scale == 1.0:
        raise ValueError("no")
    return {"value": rank * scale, "row": np.full(3, rank * scale), "name": f"{rank}"}


class Killed(BaseException):
    """Stands for a signal: nothing catches it to go on."""


@pytest.fixture
def store(tmp_path):
    return tmp_path / "sweep.zarr"


@pytest.fixture
def undisturbed(tmp_path):
    grid(fit, tmp_path / "undisturbed.zarr", **AXES)
    return contents(tmp_path / "undisturbed.zarr")


def kill_at(monkeypatch, count):
    """The process is killed at a write of zarr, with the file that is to be there half written."""
    writes = iter(range(count))
    real = zarr.storage.LocalStore.set

    async def write(self, key, value):
        if next(writes, None) is None:
            half = Path(self.root, key).with_suffix(".0123456789abcdef.partial")
            half.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(b"half")
            raise Killed
        await real(self, key, value)

    monkeypatch.setattr(zarr.storage.LocalStore, "set", write)


def check_what_is_done(store):
    """Every cell that counts as done, or as one that raised, is whole."""
    if not store.exists():
        return 0
    swept = open_sweep(store)
    for rank in AXES["rank"]:
        for scale in AXES["scale"]:
            cell = swept.sel(rank=rank, scale=scale)
            if cell["done"] == 1:
                assert cell["value"] == rank * scale
                assert (cell["row"] == rank * scale).all()
                assert cell["name"] == f"{rank}"
                assert cell["cell_origin"] != ""
            elif cell["done"] == 2:
                assert cell["cell_error"] == "ValueError: no"
    return int((swept["done"] > 0).sum())


def test_a_kill_at_any_write_leaves_whole_cells_and_the_rest_is_computed(
    tmp_path, monkeypatch, undisturbed
):
    # A cell has eight writes: over the cells, every third is each of them once.
    kept = []
    for count in range(0, 200, 3):
        store = tmp_path / f"{count}.zarr"
        with monkeypatch.context() as patch:
            kill_at(patch, count)
            try:
                grid(fit, store, **AXES)
            except Killed:
                kept.append(check_what_is_done(store))
                patch.undo()
                grid(fit, store, **AXES)
                assert contents(store) == undisturbed
                continue
        break
    # The last round was not killed; between the first and it, cells were done one by one.
    assert contents(store) == undisturbed
    assert kept == sorted(kept)
    assert set(kept) == {0, 1, 2, 3}


def test_a_machine_that_stops_loses_only_what_is_not_on_disk(tmp_path, monkeypatch, undisturbed):
    """Files that nobody waited for are cut to nothing, as a file system may after a power cut."""
    store = tmp_path / "sweep.zarr"
    real, ended = disk._sync, False
    for count in itertools.count(0, 5):
        on_disk, waits = {}, itertools.count()

        def sync(path, on_disk=on_disk, waits=waits, count=count):
            if next(waits) >= count:
                raise Killed
            real(path)
            if path.is_file():
                on_disk[path] = path.read_bytes()

        with monkeypatch.context() as patch:
            patch.setattr(disk, "_sync", sync)
            with suppress(Killed):
                grid(fit, store, **AXES)
                ended = True
        if store.exists():
            stop(store, on_disk)
            grid(fit, store, **AXES)
            assert contents(store) == undisturbed
            shutil.rmtree(store)
        if ended:
            break


def stop(store, on_disk):
    """Cut what is not on disk to nothing."""
    kept = {}
    for path, content in on_disk.items():
        # What was made under another name, and renamed.
        parts = [store.name if part.startswith(f".{store.name}.") else part for part in path.parts]
        kept[Path(*parts)] = content
    for path in store.rglob("*"):
        if path.is_file() and kept.get(path) != path.read_bytes():
            path.write_bytes(b"")


def test_what_a_kill_left_is_cleared_away(store, undisturbed):
    grid(fit, store, **AXES)
    (store / "value" / "c.1.0.0123.partial").write_bytes(b"half")
    (store.parent / ".sweep.zarr.01234567").mkdir()
    grid(fit, store, **AXES)
    assert contents(store) == undisturbed
    assert not list(store.parent.glob(".sweep.zarr.0*"))


def test_a_full_disk_is_one_line_and_what_is_done_stays(store, monkeypatch, undisturbed):
    real, writes = zarr.storage.LocalStore.set, iter(range(30))

    async def full(self, key, value):
        if next(writes, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        await real(self, key, value)

    with monkeypatch.context() as patch:
        patch.setattr(zarr.storage.LocalStore, "set", full)
        with pytest.raises(OSError, match="No space left on device") as raised:
            grid(fit, store, **AXES)
    assert raised.value.filename == str(store)
    assert check_what_is_done(store) > 0
    grid(fit, store, **AXES)
    assert contents(store) == undisturbed


def test_a_store_in_use_is_refused(store):
    grid(fit, store, **AXES)
    code = (
        "import sys\n"
        "from filelock import FileLock\n"
        "with FileLock(sys.argv[1]):\n"
        "    print('locked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    lock = str(store.parent / ".sweep.zarr.lock")
    command = [sys.executable, "-c", code, lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(ValueError, match="another process is computing this sweep"):
            grid(fit, store, **AXES)
        xr.testing.assert_identical(open_sweep(store), open_sweep(store))
        other.kill()
    # The lock of a process ends with it.
    grid(fit, store, **AXES)
    assert not FileLock(lock).is_locked


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({"rank": [1, 2], "scale": [0.5]}, r"axis scale is \[0.5\], not \[0.5, 1.0\]"),
        ({"rank": [1, 2.0], "scale": [0.5, 1.0]}, r"axis rank is \[1, 2.0\], not \[1, 2\]"),
        ({"scale": [0.5, 1.0], "rank": [1, 2]}, "the axes are in another order"),
        ({"rank": list(range(50)), "scale": [1.0]}, r"axis rank is 50 values, not \[1, 2\]"),
    ],
)
def test_a_store_of_other_axes_is_refused(store, axes, said, undisturbed):
    grid(fit, store, **AXES)
    with pytest.raises(ValueError, match=f"the store of another sweep: {said}") as refused:
        grid(fit, store, **axes)
    assert "\n" not in str(refused.value)
    assert contents(store) == undisturbed


def test_a_store_of_other_versions_is_refused(store, monkeypatch):
    grid(fit, store, **AXES)
    real = versions()
    monkeypatch.setattr("tacit.sweeps._grid.versions", lambda: {**real, "tacit": "9.9"})
    with pytest.raises(ValueError, match=f"tacit is 9.9, not {real['tacit']}"):
        grid(fit, store, **AXES)


@pytest.mark.parametrize("what", ["a file", "a folder", "another zarr", "damaged"])
def test_what_is_no_store_of_a_sweep_is_refused_and_left_alone(store, what):
    if what == "a file":
        store.write_text("mine")
    elif what == "a folder":
        store.mkdir()
        (store / "mine").write_text("mine")
    elif what == "another zarr":
        xr.Dataset({"mine": ("x", [1.0])}).to_zarr(store, consolidated=False)
    else:
        grid(fit, store, **AXES)
        (store / "zarr.json").write_text("{")
    before = contents(store) if store.is_dir() else store.read_text()
    with pytest.raises(ValueError, match=r"sweep.zarr: not the store of a sweep"):
        grid(fit, store, **AXES)
    with pytest.raises(ValueError, match=r"sweep.zarr: not the store of a sweep"):
        open_sweep(store)
    assert (contents(store) if store.is_dir() else store.read_text()) == before


def test_a_damaged_store_is_one_line_when_read(store):
    grid(fit, store, **AXES)
    (store / "row" / "c.0.0.0").write_bytes(b"half")
    with pytest.raises(ValueError, match=r"sweep.zarr: damaged: "):
        open_sweep(store)
    with pytest.raises(FileNotFoundError, match=r"other.zarr: there is no such store"):
        open_sweep(store.parent / "other.zarr")


def test_xarray_reads_the_store_by_itself(store):
    swept = grid(fit, store, **AXES)
    with xr.open_zarr(store, consolidated=False, chunks=None) as found:
        assert found["row"].dims == ("rank", "scale", "row_0")
        assert np.array_equal(found["row"], swept["row"], equal_nan=True)
        assert found["scale"].values.tolist() == AXES["scale"]
    assert json.loads(swept.attrs["tacit_sweep"])["axes"] == AXES
