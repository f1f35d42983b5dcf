"""Sweeps whose processes are killed at random moments; writes `kills.md`.

    python -m benchmarks.reliability.sweeps --kills 120

A scheduler, and two workers each under a nanny of its own, are processes of their own; so is the
driver, which is started from a process that has imported what it needs. Each sweep is disturbed by
a few `kill -9`: of its driver, which is then started again, of a worker, which its nanny starts
again, or of a nanny, for which another is started. In every fifth sweep the driver has its workers
itself, and is killed with its nannies in it. Each store is then compared with an undisturbed one.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.speed.measure import table

CELLS, PAUSE = 24, 0.15
WHO = ("driver", "worker", "nanny", "driver with its own workers")
MOST = 3
"""Kills of workers in one sweep: Dask gives up on a cell whose worker dies four times."""

_DRIVERS = """
import os, sys
import distributed, jax, xarray, zarr
import tacit.sweeps, tacit.sweeps._grid
from benchmarks.reliability.sweeps import drive

for line in sys.stdin:
    store, address = line.split()
    child = os.fork()
    if not child:
        code = 1
        try:
            drive(store, address)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def fit(number: int, pause: float, *, seed: int) -> dict:
    """Numbers that its seed decides, after a while."""
    time.sleep(pause)
    drawn = np.random.default_rng(seed).normal(size=(3, 4))
    return {"drawn": drawn, "sum": drawn.sum(), "number": number, "name": f"cell {number}"}


def drive(store: str, address: str) -> None:
    """Compute the sweep: by the workers of a scheduler, by two of its own, or in this process."""
    from tacit.sweeps import grid, remote_client

    axes = {"number": range(CELLS), "pause": [PAUSE]}
    if address.startswith("tcp"):
        with remote_client(address) as client:
            grid(fit, store, client=client, **axes)
    else:
        grid(fit, store, workers=int(address), **axes)


def contents(store: Path) -> dict[str, bytes]:
    """The files of a store, but for how long cells took."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in store.rglob("*")
        if path.is_file() and not path.match("cell_seconds/c*") and path.suffix != ".partial"
    }


def finished(store: Path) -> dict[str, bytes]:
    """The files of the cells that have a flag."""
    if not store.exists():
        return {}
    flags = {path.name for path in (store / "done").glob("c.*.*") if path.suffix != ".partial"}
    names = {f"c{name[1:]}" for name in flags}
    return {
        name: content
        for name, content in contents(store).items()
        if any(Path(name).name == cell or Path(name).name.startswith(f"{cell}.") for cell in names)
    }


class Processes:
    """A scheduler and two nannies, all of which can be killed."""

    def __init__(self, folder: Path):
        self._folder, self._environment = folder, dict(os.environ)
        self._environment |= {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
        self._environment["PYTHONPATH"] = path
        file = folder / "scheduler.json"
        self._scheduler = self._start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(file)
        )
        while not file.exists():
            time.sleep(0.1)
        time.sleep(0.3)
        self.address = json.loads(file.read_text())["address"]
        self.nannies = [self._nanny(), self._nanny()]
        self._drivers = subprocess.Popen(
            [sys.executable, "-c", _DRIVERS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "drivers.txt").open("w"),
            text=True,
            env=self._environment,
        )

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        return subprocess.Popen(
            [*command, *arguments],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _nanny(self) -> subprocess.Popen:
        words = ("--nthreads", "1", "--local-directory", str(self._folder / "dask"))
        return self._start("worker", self.address, *words)

    def drive(self, store: Path, address: str) -> int:
        """Start a driver; its number."""
        assert self._drivers.stdin is not None
        assert self._drivers.stdout is not None
        self._drivers.stdin.write(f"{store} {address}\n")
        self._drivers.stdin.flush()
        return int(self._drivers.stdout.readline())

    def wait(self) -> int:
        """The status of the driver that was started last, once it ends."""
        assert self._drivers.stdout is not None
        return int(self._drivers.stdout.readline())

    def kill_nanny(self, at: int) -> bool:
        """Kill one, and start another; its worker ends when it sees that."""
        self.nannies[at].kill()
        self.nannies[at].wait()
        self.nannies[at] = self._nanny()
        return True

    def kill_worker(self, at: int) -> bool:
        """Kill the worker of a nanny, if there is one at the moment."""
        for number in children(self.nannies[at].pid):
            # A nanny has a process that tracks resources beside its worker.
            if b"spawn_main" in command_line(number):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
                    return True
        return False

    def close(self) -> None:
        """End all of them."""
        assert self._drivers.stdin is not None
        self._drivers.stdin.close()
        for process in (*self.nannies, self._scheduler, self._drivers):
            process.terminate()
            process.wait()


def children(number: int) -> list[int]:
    """Processes that a process has started."""
    with suppress(OSError):
        found = []
        for thread in os.listdir(f"/proc/{number}/task"):
            text = Path(f"/proc/{number}/task/{thread}/children").read_text()
            found += [int(word) for word in text.split()]
        return found
    return []


def command_line(number: int) -> bytes:
    """With which a process was started."""
    with suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_bytes()
    return b""


def disturb(
    processes: Processes, store: Path, whole: dict[str, bytes], own: bool, rng: np.random.Generator
) -> Counter[str]:
    """One sweep with some kills; counts of what was found.

    Args:
        processes: that compute it.
        store: of the sweep.
        whole: contents of an undisturbed store.
        own: whether the driver has its own workers.
        rng: of the moments and of who is killed.
    """
    found: Counter[str] = Counter(sweeps=1)
    address = "2" if own else processes.address
    driver, kept, deaths = processes.drive(store, address), {}, 0
    for _ in range(2 if own else int(rng.integers(2, 6))):
        _wait(store, driver, rng, 12.0 if own else 4.0)
        if not os.path.exists(f"/proc/{driver}/exe"):
            break
        who = WHO[3] if own else WHO[int(rng.integers(0, 3 if deaths < MOST else 1))]
        at = int(rng.integers(0, 2))
        if who in (WHO[0], WHO[3]):
            os.kill(driver, signal.SIGKILL)
            found["killed"] += processes.wait() == -signal.SIGKILL
            driver, hit = 0, True
        else:
            deaths += 1
            hit = processes.kill_nanny(at) if who == "nanny" else processes.kill_worker(at)
        found[who] += hit
        now = finished(store)
        found["cells there at a kill"] += sum(name.startswith("done/") for name in now)
        found["lost"] += sum(now.get(name) != content for name, content in kept.items())
        found["wrong"] += sum(whole[name] != content for name, content in now.items())
        kept = now
        if not driver:
            driver = processes.drive(store, address)
    ended = processes.wait()
    if ended:
        # Killed between two looks, or an error: either is seen by one more call.
        processes.drive(store, "1")
        found["errors"] += processes.wait() != 0
    after = contents(store)
    found["unequal"] += after != whole
    found["left"] += len(list(store.rglob("*.partial")))
    found["left"] += len(list(store.parent.glob(f".{store.name}.????????")))
    return found


def _wait(store: Path, driver: int, rng: np.random.Generator, longest: float) -> None:
    """Wait any time, or in three of four cases some time after a few more cells are done."""
    if rng.random() < 0.25:
        time.sleep(rng.uniform(0, longest))
        return

    def count() -> int:
        return len(list((store / "done").glob("c.*")))

    wanted = count() + int(rng.integers(1, 6))
    while count() < wanted and os.path.exists(f"/proc/{driver}/exe"):
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.3))


def write(found: Counter[str], seconds: float) -> None:
    """The table."""
    kills = sum(found[who] for who in WHO)
    head = ["killed", "kills"]
    text = [
        "# Sweeps that are killed",
        "",
        f"`python -m benchmarks.reliability.sweeps` on {machine()}.",
        "",
        f"{found['sweeps']} sweeps of {CELLS} cells by two workers of Dask, disturbed by `kill -9` "
        "at random moments; a driver is then started again, as a user would. "
        "At every kill, files of cells that count as done are compared with those of the "
        "kill before and with an undisturbed sweep; at the end the whole store is, bit for "
        f"bit, but for the seconds that cells took. All took {seconds / 60:.0f} minutes.",
        "",
        *table(head, [*([who, str(found[who])] for who in WHO), ["all", str(kills)]]),
        "",
        *table(
            ["found", "count"],
            [
                ["cells done at a kill, in all", str(found["cells there at a kill"])],
                ["of their files lost or changed later", str(found["lost"])],
                ["of their files unlike the undisturbed sweep's", str(found["wrong"])],
                ["stores unlike the undisturbed one at the end", str(found["unequal"])],
                ["drivers that ended with an error", str(found["errors"])],
                ["half-written files left", str(found["left"])],
            ],
        ),
        "",
    ]
    path = Path(__file__).with_name("kills.md")
    path.write_text("\n".join(text))
    print(path.read_text())


def main() -> None:
    """Kill until there are enough, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=120, help="how many, at least")
    parser.add_argument("--seconds", type=float, default=1800.0, help="then it ends")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    given = parser.parse_args()

    rng, began, total = np.random.default_rng(given.seed), time.monotonic(), Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes = Processes(folder)
        try:
            processes.drive(folder / "whole.zarr", "1")
            assert processes.wait() == 0, (folder / "drivers.txt").read_text()
            whole = contents(folder / "whole.zarr")
            while sum(total[who] for who in WHO) < given.kills:
                number = total["sweeps"]
                store = folder / f"{number}.zarr"
                total += disturb(processes, store, whole, number % 5 == 4, rng)
                print(f"{time.monotonic() - began:.0f} s", dict(total), flush=True)
                if time.monotonic() - began > given.seconds:
                    break
        finally:
            processes.close()
    write(total, time.monotonic() - began)


if __name__ == "__main__":
    main()
