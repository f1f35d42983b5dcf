import json
import shutil
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
import xarray as xr

from tacit.results import Store
from tacit.results import store as store_module


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


def dataset(value=1.0):
    return xr.Dataset(
        {
            "loss": ("record", np.full(3, value), {"long_name": "loss"}),
            "count": ((), np.int8(3)),
            "lost": ("record", np.array([1.0, np.nan, np.inf])),
        },
        coords={"step": ("record", [0, 1, 2])},
        attrs={"seed": 3, "config": '{"a": [1, 2]}', "seconds": 0.5},
    )


def test_what_was_saved_comes_back(store):
    path = store.begin("one", preset="smoke").finish(dataset(), seconds=2.5)
    assert path.suffix == ".zarr"
    xr.testing.assert_identical(store.load("one"), dataset())
    (run,) = store.runs()
    assert (run.name, run.status, run.has_records) == ("one", "finished", True)
    assert run.facts["preset"] == "smoke"
    assert run.facts["seconds"] == 2.5


def test_a_run_is_unfinished_until_its_records_are_written(store):
    store.begin("one")
    (run,) = store.runs()
    assert (run.status, run.has_records) == ("unfinished", False)
    with pytest.raises(FileNotFoundError, match="unfinished"):
        store.load("one")
    with pytest.raises(FileNotFoundError, match="there is no run 'two'"):
        store.load("two")


def test_damaged_records_are_one_line(store):
    path = store.begin("one").finish(dataset())
    for file in [file for file in path.rglob("*") if file.is_file()]:
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], b"", b"\0" * len(whole)):
            file.write_bytes(damaged)
            # What holds no number may be damaged without harm; else it is told.
            with suppress(FileNotFoundError):
                store.load("one")
        file.write_bytes(whole)
    xr.testing.assert_identical(store.load("one"), dataset())


def test_earlier_records_stay_until_new_ones_are_complete(store, monkeypatch):
    store.begin("one").finish(dataset(1.0))
    run = store.begin("one")
    assert store.runs()[0].status == "unfinished"
    xr.testing.assert_identical(store.load("one"), dataset(1.0))

    def breaks(self, path, **keywords):
        path.mkdir()
        (path / "half").write_text("")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(xr.Dataset, "to_zarr", breaks)
        with pytest.raises(OSError, match="disk full"):
            run.finish(dataset(2.0))
        assert not list((store.folder / "one").glob(".*"))
        patch.setattr(json, "dump", lambda *_, **__: breaks(None, store.folder / "other"))
        with pytest.raises(OSError, match="disk full"):
            store.begin("one")
        assert not list((store.folder / "one").glob(".*"))
        shutil.rmtree(store.folder / "other")
    xr.testing.assert_identical(store.load("one"), dataset(1.0))
    run.finish(dataset(3.0))
    xr.testing.assert_identical(store.load("one"), dataset(3.0))
    assert len(list((store.folder / "one").iterdir())) == 2


def test_a_process_killed_while_writing_leaves_the_old_records(store):
    store.begin("one").finish(dataset())
    code = (
        "import os, signal, xarray, pathlib\n"
        "from tacit.results import Store\n"
        "real = xarray.Dataset.to_zarr\n"
        "def to_zarr(*a, **k):\n"
        "    real(*a, **k); os.kill(os.getpid(), signal.SIGKILL)\n"
        "xarray.Dataset.to_zarr = to_zarr\n"
        f"store = Store(pathlib.Path({str(store.folder)!r}))\n"
        "data = store.load('one'); store.begin('one').finish(data + 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    (run,) = store.runs()
    assert run.status == "unfinished"
    xr.testing.assert_identical(store.load("one"), dataset())


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", ".hidden", "a b"])
def test_a_name_is_no_path(store, name):
    with pytest.raises(ValueError, match="no name of a run"):
        store.begin(name)


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps({"records": "../../elsewhere"})])
def test_a_damaged_record_is_refused_in_one_line(store, text):
    store.begin("one")
    (store.folder / "one" / "run.json").write_text(text)
    with pytest.raises(ValueError, match="not a record of a run"):
        store.load("one")


def test_a_folder_that_does_not_exist_has_no_runs(store):
    assert store.runs() == ()


def test_what_a_run_was_told_stays_with_its_records(store):
    """Two runs of one name overlap; the last to finish is read, with its own settings."""
    one = store.begin("one", seed=1)
    two = store.begin("one", seed=2)
    two.finish(dataset(2.0))
    xr.testing.assert_identical(store.load("one"), dataset(2.0))
    one.finish(dataset(1.0))
    (run,) = store.runs()
    assert run.facts["seed"] == 1
    xr.testing.assert_identical(store.load("one"), dataset(1.0))


def test_records_that_are_replaced_while_they_are_read_are_read_again(store, monkeypatch):
    store.begin("one").finish(dataset(1.0))
    real = store_module._read_records

    def replaced(folder):
        monkeypatch.setattr(store_module, "_read_records", real)
        store.begin("one").finish(dataset(2.0))
        return real(folder)

    monkeypatch.setattr(store_module, "_read_records", replaced)
    xr.testing.assert_identical(store.load("one"), dataset(2.0))


@pytest.mark.slow
def test_writers_and_a_reader_never_mix(store):
    """Two processes write runs of one name, of values 1 and 2, while a third reads."""
    store.begin("one").finish(dataset(1.0))
    writer = (
        "import sys, pathlib, numpy as np\n"
        "from tacit.results import Store\n"
        f"store = Store(pathlib.Path({str(store.folder)!r}))\n"
        "data = store.load('one')\n"
        "for _ in range(25):\n"
        "    store.begin('one', value=sys.argv[1]).finish(data * 0 + float(sys.argv[1]))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", writer, value]) for value in "12"]
    seen = set()
    while any(process.poll() is None for process in writers):
        found = store.load("one")
        assert set(found.data_vars) == {"loss", "count", "lost"}
        values = np.unique(found.loss)
        assert values.size == 1
        seen.add(float(values[0]))
    assert [process.returncode for process in writers] == [0, 0]
    assert seen <= {1.0, 2.0}
    (run,) = store.runs()
    assert float(run.facts["value"]) == float(store.load("one").loss[0])
    assert len(list((store.folder / "one").iterdir())) == 2
