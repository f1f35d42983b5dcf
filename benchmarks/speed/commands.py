"""The command line as a user meets it: start-up, and a picture completed, cold and warm.

Writes `commands.md`. Cold means an empty compile cache, in a folder made for this.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from benchmarks.speed.measure import table, write

STARTS, WARM = 10, 3
SIDE, MISSING, SEED = 256, 0.5, 0
TACIT = str(Path(sys.executable).with_name("tacit"))


def seconds(command: list[str], cache: Path | None = None) -> float:
    """Wall time of a command, which must succeed."""
    where = {} if cache is None else {"XDG_CACHE_HOME": str(cache)}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | where)
    return time.perf_counter() - began


def start_rows() -> list[list[str]]:
    """Commands that compute nothing, called in turn."""
    commands = {
        "`tacit --help`": ([TACIT, "--help"], "0.4"),
        '`python -c "import tacit"`': ([sys.executable, "-c", "import tacit"], "0.2"),
        '`python -c ""`, for comparison': ([sys.executable, "-c", ""], ""),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(1 + STARTS):
        for name, (command, _) in commands.items():
            times[name].append(seconds(command))
    return [
        [name, f"{min(found[1:]):.2f}", f"{median(found[1:]):.2f}", commands[name][1]]
        for name, found in times.items()
    ]


def picture(folder: Path) -> tuple[Path, Path]:
    """The camera man, 256 × 256 grey, and the mask of his missing pixels."""
    from skimage.data import camera
    from skimage.transform import resize

    grey = np.uint8(np.round(255 * resize(camera(), (SIDE, SIDE), anti_aliasing=True)))
    missing = np.random.default_rng(SEED).random(grey.shape) < MISSING
    paths = folder / "camera.png", folder / "mask.png"
    for path, pixels in zip(paths, (grey, np.uint8(255 * missing)), strict=True):
        Image.fromarray(pixels).save(path)
    return paths


def complete_rows() -> list[list[str]]:
    """`tacit complete`, first with an empty cache, then with the cache that this made."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, mask = picture(folder)
        output = str(folder / "filled.png")
        base = [TACIT, "complete", str(source), "--missing", str(mask), "-o", output, "--quiet"]
        for label, options, cold_target, warm_target in (
            ("`tacit complete --smooth off`", ["--smooth", "off"], "8", "5 (aim 3)"),
            ("`tacit complete`", [], "", "12"),
        ):
            cache = folder / f"cache{len(rows)}"
            cold = seconds([*base, *options], cache)
            warm = [seconds([*base, *options], cache) for _ in range(WARM)]
            rows.append([f"{label}, cold", f"{cold:.1f}", f"{cold:.1f}", cold_target])
            rows.append([f"{label}, warm", f"{min(warm):.1f}", f"{median(warm):.1f}", warm_target])
    return rows


def main() -> None:
    """Measure, and write `commands.md`."""
    head = ["command", "least", "median", "at most"]
    text = [
        f"Seconds of a process of its own, over {STARTS} starts and {WARM} warm completions. The "
        f"picture is {SIDE} × {SIDE}, grey, half of its pixels missing at random.",
        "",
        *table(head, start_rows() + complete_rows()),
    ]
    write("commands", "The command line", text)


if __name__ == "__main__":
    main()
