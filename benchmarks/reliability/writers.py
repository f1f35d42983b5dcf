"""Two processes that write runs of one name, and one that reads them: never a mixture."""

import subprocess
import sys
from pathlib import Path

_WRITE = """
import sys
from pathlib import Path
import numpy as np, xarray as xr
from tacit.results import Store
folder, writer, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(count):
    value = float(1000 * writer + number)
    variables = {f"v{at}": ("x", np.full(50, value)) for at in range(6)}
    run = Store(Path(folder)).begin("one", writer=writer)
    run.finish(xr.Dataset(variables), value=value)
print("written", count)
"""
_READ = """
import sys, time
from pathlib import Path
import numpy as np
from tacit.results import Store
folder, stop = sys.argv[1], Path(sys.argv[2])
read = mixed = failed = 0
while not stop.exists():
    try:
        dataset = Store(Path(folder)).load("one")
    except FileNotFoundError:
        failed += 1
        continue
    values = {float(v) for name in dataset for v in np.unique(dataset[name])}
    read += 1
    mixed += len(values) != 1 or len(dataset) != 6
print(read, mixed, failed)
"""


def write_and_read(count: int, folder: Path) -> dict[str, int]:
    """Two writers that write `count` times each, and a reader for as long as they do.

    Args:
        count: runs of each writer.
        folder: of the store.
    """
    stop = folder / "stop"
    store = str(folder / "runs")
    first = subprocess.run([sys.executable, "-c", _WRITE, store, "9", "1"], capture_output=True)
    assert first.returncode == 0, first.stderr
    reader = subprocess.Popen(
        [sys.executable, "-c", _READ, store, str(stop)], stdout=subprocess.PIPE, text=True
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITE, store, str(writer), str(count)])
        for writer in (1, 2)
    ]
    failed = sum(writer.wait() != 0 for writer in writers)
    stop.touch()
    read, mixed, missed = map(int, reader.communicate()[0].split())
    kept = len(list((folder / "runs" / "one").glob("records-*.zarr")))
    return {
        "writes": 2 * count,
        "failed": failed,
        "reads": read,
        "mixed": mixed,
        "missed": missed,
        "kept": kept,
    }
