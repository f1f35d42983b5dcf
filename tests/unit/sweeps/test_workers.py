"""Sweeps by Dask's workers: the same store, whoever computes it and whatever is killed."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time

import dask
import jax
import numpy as np
import pytest
from distributed import Client, LocalCluster, default_client

from tacit.sweeps import _grid, grid, local_client, open_sweep, remote_client
from tacit.sweeps.cell import Cell, Outcome, versions
from tests.unit.sweeps._functions import (
    AXES,
    contents,
    fails_at_two,
    fit,
    kills,
    kills_once,
    slow_and_unlike,
    waits,
)


@pytest.fixture(scope="module")
def client():
    """Two workers that are threads of this process."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.mark.parametrize("function", [fit, fails_at_two])
def test_workers_and_this_process_give_the_same_bytes(tmp_path, client, function):
    here = grid(function, tmp_path / "here.zarr", **AXES)
    there = grid(function, tmp_path / "there.zarr", client=client, **AXES)
    assert contents(tmp_path / "here.zarr") == contents(tmp_path / "there.zarr")
    assert here["done"].values.tolist() == there["done"].values.tolist()


def test_workers_compute_with_the_settings_of_the_caller(tmp_path, client):
    with jax.enable_x64(False):
        swept = grid(fit, tmp_path / "sweep.zarr", client=client, **AXES)
    assert swept["gram"].dtype == np.float32
    assert jax.config.read("jax_enable_x64")


def test_what_one_began_the_other_ends(tmp_path, client):
    grid(fit, tmp_path / "whole.zarr", **AXES)
    store = tmp_path / "parts.zarr"

    class Enough(Exception):
        pass

    def stop(progress):
        if progress.done == 3:
            raise Enough

    with pytest.raises(Enough):
        grid(fit, store, report=stop, **AXES)
    assert int((open_sweep(store)["done"] == 1).sum()) == 3
    grid(fit, store, client=client, **AXES)
    assert contents(store) == contents(tmp_path / "whole.zarr")


def test_a_worker_of_other_versions_is_named_before_anything_is_computed(
    tmp_path, client, monkeypatch
):
    monkeypatch.setattr(client, "run", lambda *a, **k: {"inproc://1": {**versions(), "jax": "0.9"}})
    with pytest.raises(
        ValueError, match=r"worker inproc://1 has jax 0.9, not .*; install the same"
    ):
        grid(fit, tmp_path / "sweep.zarr", client=client, **AXES)
    monkeypatch.setattr(client, "run", lambda *a, **k: {"inproc://1": ModuleNotFoundError("tacit")})
    with pytest.raises(ValueError, match="worker inproc://1 cannot compute: ModuleNotFoundError"):
        grid(fit, tmp_path / "sweep.zarr", client=client, **AXES)
    assert (open_sweep(tmp_path / "sweep.zarr")["done"] == 0).all()


def test_a_worker_of_other_versions_that_comes_later_ends_the_sweep(tmp_path, monkeypatch):
    cell = Cell.of(fit, {"rank": 1, "scale": 1.0})
    other = cell._replace(versions={**cell.versions, "jax": "0.9"})
    assert other.compute({"rank": 1, "scale": 1.0}).refusal.endswith("install the same everywhere")

    real = Cell.compute

    def compute(self, values):
        return real(other if values["rank"] == 2 else self, values)

    monkeypatch.setattr(Cell, "compute", compute)
    with pytest.raises(ValueError, match=r"has jax .*, not 0.9; .*; 2 of 6 cells are kept"):
        grid(fit, tmp_path / "sweep.zarr", **AXES)
    monkeypatch.undo()
    grid(fit, tmp_path / "sweep.zarr", **AXES)
    grid(fit, tmp_path / "whole.zarr", **AXES)
    assert contents(tmp_path / "sweep.zarr") == contents(tmp_path / "whole.zarr")


def test_what_dask_suspects_is_computed_once_more_alone(tmp_path, client, monkeypatch):
    """It suspects a cell that kills its worker, and what waits on that worker beside it."""
    real = _grid.compute_by

    def compute_by(client, cell, axes, indices):
        for index, outcome in real(client, cell, axes, indices):
            blamed = index[0] == 1 or (index[0] == 2 and len(indices) > 1)
            yield index, Outcome({}, "killed", suspected=True) if blamed else outcome

    monkeypatch.setattr(_grid, "compute_by", compute_by)
    said = []
    axes = {"rank": [0, 1, 2, 3], "pause": [0.0]}
    swept = grid(waits, tmp_path / "sweep.zarr", client=client, report=said.append, **axes)
    assert swept["done"].values[:, 0].tolist() == [1, 2, 1, 1]
    assert swept["cell_error"].values[1, 0] == "killed"
    assert str(said[-1]) == "4 of 4 cells, 1 failed"


def test_without_dask_one_process_will_do_and_two_are_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    grid(fit, tmp_path / "sweep.zarr", workers=0, **AXES)
    with pytest.raises(ValueError, match=r"2 workers need Dask: pip install 'tacit-low"):
        grid(fit, tmp_path / "other.zarr", workers=2, **AXES)
    with pytest.raises(ValueError, match=r"tcp://x:1 needs Dask"), remote_client("tcp://x:1"):
        pass


def test_numbers_of_workers_that_mean_nothing_are_refused(tmp_path, client):
    for keywords in ({"workers": -1}, {"workers": 2, "client": client}):
        with pytest.raises(ValueError, match="give a number of workers or a client"):
            grid(fit, tmp_path / "sweep.zarr", **keywords, **AXES)


def test_a_scheduler_that_cannot_be_reached_is_one_line(monkeypatch):
    monkeypatch.setattr("tacit.sweeps.workers._PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        message = f"the scheduler {address} cannot be reached"
        with dask.config.set(scheduler="threads"):
            with pytest.raises(ValueError, match=message) as said:
                remote_client(address).__enter__()
            assert dask.config.get("scheduler") == "threads"
        assert "\n" not in str(said.value)


def test_a_client_of_ours_is_not_the_default_of_all_that_uses_dask(client):
    address = client.scheduler.address
    with dask.config.set(scheduler="threads"), remote_client(address) as ours:
        assert ours is not client
        assert default_client() is client
        assert dask.config.get("scheduler") == "threads"


@pytest.mark.slow
def test_processes_give_the_same_bytes_and_killed_ones_lose_nothing(tmp_path):
    grid(fit, tmp_path / "here.zarr", **AXES)
    grid(fit, tmp_path / "there.zarr", workers=2, **AXES)
    assert contents(tmp_path / "here.zarr") == contents(tmp_path / "there.zarr")

    with local_client(2) as client:
        lock = threading.Lock()
        with pytest.raises(ValueError, match="the function cannot be sent to workers"):
            grid(lambda rank: {"n": lock}, tmp_path / "s.zarr", client=client, rank=[1])

        # The first cell gives the results their form, also where another would end before it.
        swept = grid(slow_and_unlike, tmp_path / "form.zarr", client=client, rank=[1, 2, 3])
        assert swept["done"].values.tolist() == [1, 2, 2]

        # Dask starts the worker anew, and computes again what it had.
        axes = {"folder": [str(tmp_path)], "rank": list(range(6))}
        swept = grid(kills_once, tmp_path / "once.zarr", client=client, **axes)
        assert (tmp_path / "killed").exists()
        assert swept["value"].values.tolist() == [[2.0 * rank for rank in range(6)]]

        # And gives up on a cell that kills whatever computes it, but not on what waits beside it.
        swept = grid(kills, tmp_path / "always.zarr", client=client, rank=list(range(6)))
        assert swept["cell_error"].values[2] == "its worker was killed, again and again"
        assert (swept["done"].values == np.where(np.arange(6) == 2, 2, 1)).all()


DRIVER = """
import sys
from tacit.sweeps import grid, remote_client
from tests.unit.sweeps._functions import waits

if __name__ == "__main__":
    store, address, workers = sys.argv[1:]
    axes = {"rank": range(12), "pause": [0.3]}
    if address:
        with remote_client(address) as client:
            grid(waits, store, client=client, **axes)
    else:
        grid(waits, store, workers=int(workers), **axes)
"""


def start_driver(folder, store, address="", workers=2):
    script = folder / "driver.py"
    script.write_text(DRIVER)
    return subprocess.Popen(
        [sys.executable, script, store, address, str(workers)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def cells_done(store):
    return int((open_sweep(store)["done"] == 1).sum()) if store.exists() else 0


def wait_for_cells(process, store, count):
    while cells_done(store) < count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


def children(process):
    """Processes that a process has started."""
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    with open(path) as file:
        return [int(word) for word in file.read().split()]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_killed_driver_keeps_what_is_done_and_leaves_no_process(tmp_path):
    store = tmp_path / "sweep.zarr"
    with start_driver(tmp_path, store) as driver:
        wait_for_cells(driver, store, 3)
        started = children(driver)
        driver.kill()
    done = cells_done(store)
    assert 3 <= done < 12
    ends = time.monotonic() + 30
    while any(os.path.exists(f"/proc/{number}/exe") for number in started):
        assert time.monotonic() < ends
        time.sleep(0.1)

    before = contents(store)
    whole = tmp_path / "whole.zarr"
    for path, workers in ((store, 2), (whole, 1)):
        with start_driver(tmp_path, path, workers=workers) as driver:
            said = driver.communicate()[0]
        assert driver.returncode == 0, said
    after = contents(store)
    kept = {name: content for name, content in before.items() if name.startswith("value/c")}
    assert kept.items() <= after.items()
    assert after == contents(whole)


@pytest.mark.slow
def test_a_scheduler_that_is_lost_is_one_line_and_what_is_done_stays(tmp_path):
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
    store, address = tmp_path / "sweep.zarr", "tcp://127.0.0.1:18786"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    scheduler = subprocess.Popen([*command, "--port", "18786"], **quiet)
    worker = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard"],
        env=environment,
        **quiet,
    )
    try:
        with start_driver(tmp_path, store, address) as driver:
            wait_for_cells(driver, store, 2)
            scheduler.kill()
            said = driver.communicate(timeout=60)[0].strip().splitlines()
        assert driver.returncode == 1
        assert said[-1].startswith("ConnectionError: ")
        assert "the scheduler is lost" in said[-1]
        assert cells_done(store) >= 2
    finally:
        for process in (scheduler, worker):
            process.send_signal(signal.SIGKILL)
            process.wait()
