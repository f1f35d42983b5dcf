"""Measure methods in a process of their own: arrays in and predictions out, as files in a folder.

The peers live in an environment without the package, `benchmarks/.venv-peers`; a fresh process also
tells the peak memory of one method. `call` is the one side, `serve` the other.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]
PEERS = ROOT / "benchmarks" / ".venv-peers" / "bin" / "python"
LIMIT = 240.0
"""Seconds for one setting of a method; what takes longer is left out, and the tables say so."""

THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}
"""Threads that spin while they wait would take the cores from each other."""

Arrays = Mapping[str, NDArray]
Settings = list[dict[str, Any]]
Predicted = NDArray | Arrays
"""A prediction, or arrays of which one is named `predicted`."""
Method = Callable[[Arrays, Settings], Iterator[Predicted]]
"""Arrays and settings in; a prediction for each setting, in turn."""


class Measured(NamedTuple):
    """What one setting of a method predicted, its seconds, and GiB the process took at its peak.

    `more` are arrays that it gave beside.
    """

    predicted: NDArray
    seconds: float
    memory: float
    more: Arrays


def each(fit: Callable[..., Predicted]) -> Method:
    """A method that treats each setting anew: its keyword arguments, after the arrays."""

    def method(arrays: Arrays, settings: Settings) -> Iterator[Predicted]:
        return (fit(arrays, **setting) for setting in settings)

    return method


def call(
    module: str,
    method: str,
    arrays: Arrays,
    settings: Settings,
    *,
    python: Path | str = PEERS,
    limit: float = LIMIT,
) -> list[Measured | None]:
    """Answers to the settings, None for those that failed or did not end within the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "arrays.npz", allow_pickle=False, **arrays)
        (folder / "job.json").write_text(json.dumps({"method": method, "settings": settings}))
        command = [str(python), "-m", module, str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | THREADS)
        try:
            process.wait(limit * len(settings))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return [_answer(folder / f"{index}.npz") for index in range(len(settings))]


def serve(methods: Mapping[str, Method]) -> None:
    """Answer the job in the folder that the command line names."""
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text())
    with np.load(folder / "arrays.npz") as file:
        arrays = dict(file)
    answers = methods[job["method"]](arrays, job["settings"])
    for index in range(len(job["settings"])):
        began = time.perf_counter()
        answer = next(answers)
        seconds = time.perf_counter() - began
        part = folder / "part.npz"
        found = answer if isinstance(answer, Mapping) else {"predicted": answer}
        np.savez(part, seconds=seconds, memory=peak_memory(), **found)
        part.rename(folder / f"{index}.npz")


def peak_memory() -> float:
    """The most GiB that this process has held.

    From `/proc` where there is one: `ru_maxrss` of a child starts at that of its parent.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _answer(path: Path) -> Measured | None:
    if not path.exists():
        return None
    with np.load(path) as file:
        found = dict(file)
    predicted, seconds, memory = (found.pop(name) for name in ("predicted", "seconds", "memory"))
    return Measured(predicted, float(seconds), float(memory), found)
