"""Whether `tacit complete --budget B` keeps within B, in whole processes; writes `budget.md`.

    python -m benchmarks.speed.budget                 # everything, about 40 minutes
    python -m benchmarks.speed.budget --only "table 178" --budgets 5
    python -m benchmarks.speed.budget --door python   # `tacit.complete` in a process
    python -m benchmarks.speed.budget --write         # the table of what has been measured

The compile cache is empty, and then full. Rows that an earlier, interrupted call had finished are
kept in `benchmarks/.cache/budget.jsonl` (not committed).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data, transform
from sklearn.datasets import load_wine

from benchmarks.quality.films import panned
from benchmarks.quality.journal import Journal
from benchmarks.speed.measure import table, write

JOURNAL = Journal(
    Path(__file__).parents[1] / ".cache" / "budget.jsonl", ("input", "budget", "cache", "door")
)
TACIT = str(Path(sys.executable).with_name("tacit"))
SEED = 0
BUDGETS = (5, 20, 60)
CACHES = ("empty", "full")
LIMIT = 5.0
"""Times the budget, and 120 s more, after which a process is stopped."""
NEW_PROCESS = {"table 178 × 13": 4.0, "table 300 × 200": 6.0}
"""Most seconds of a new process with a full compile cache; with an empty one 15 s."""
FIRST_EVER = 15.0

Kind = Literal["picture", "film", "cube", "table"]
Door = Literal["cli", "python"]


class Input(NamedTuple):
    """What is to be completed: the truth, what is missing of it, and its file's ending."""

    kind: Kind
    suffix: str
    make: Callable[[], tuple[NDArray, NDArray[np.bool_]]]


def picture(height: int, width: int, share: float) -> tuple[NDArray, NDArray[np.bool_]]:
    """The astronaut in colour, grey levels 0 to 255; some of its pixels missing."""
    values = transform.resize(data.astronaut() / 255, (height, width, 3), anti_aliasing=True)
    missing = np.random.default_rng(SEED).random((height, width)) < share
    return np.round(255 * np.clip(values, 0, 1)), missing


def scratched(height: int, width: int, share: float) -> tuple[NDArray, NDArray[np.bool_]]:
    """The same with scratches of three pixels' width over this share of it."""
    values, missing = picture(height, width, 0)
    rng = np.random.default_rng(SEED)
    along = np.linspace(0, 1, 2 * max(height, width))
    while missing.mean() < share:
        (top, bottom), (left, right) = rng.integers(1, height - 1, 2), rng.integers(1, width - 1, 2)
        rows = np.round(top + (bottom - top) * along).astype(int)
        columns = np.round(left + (right - left) * along).astype(int)
        for shift in (-1, 0, 1):
            missing[rows, columns + shift] = missing[rows + shift, columns] = True
    return values, missing


def film(side: int, frames: int) -> tuple[NDArray, NDArray[np.bool_]]:
    """A window panned across the camera man, grey levels; half of the entries missing."""
    values = np.round(255 * panned("camera", frames, side))
    return values, np.random.default_rng(SEED).random(values.shape) < 0.5


def cube(side: int) -> tuple[NDArray, NDArray[np.bool_]]:
    """A smooth function of three variables with noise; 60 % of the entries missing."""
    rng = np.random.default_rng(SEED)
    grid = np.linspace(0, 1, side)
    x, y, z = np.meshgrid(grid, grid, grid, indexing="ij")
    values = np.sin(5 * x * y) + np.cos(4 * y - 3 * z) + x * z
    values += 0.02 * rng.standard_normal(values.shape)
    return values, rng.random(values.shape) < 0.6


def low_rank(rows: int, columns: int) -> tuple[NDArray, NDArray[np.bool_]]:
    """Rank 5 and column means, with noise of 0.3, columns of unlike units; 30 % missing."""
    rng = np.random.default_rng(SEED)
    values = rng.standard_normal((rows, 5)) @ rng.standard_normal((5, columns)) / np.sqrt(5)
    values += rng.standard_normal(columns) + 0.3 * rng.standard_normal(values.shape)
    values *= 10.0 ** rng.integers(-2, 4, columns)
    return values, rng.random(values.shape) < 0.3


def wine() -> tuple[NDArray, NDArray[np.bool_]]:
    """`load_wine`, 30 % missing."""
    values = np.asarray(load_wine(return_X_y=True)[0], float)
    return values, np.random.default_rng(SEED).random(values.shape) < 0.3


INPUTS = {
    "picture 256 × 256, 50 % of pixels": Input("picture", ".png", lambda: picture(256, 256, 0.5)),
    "picture 512 × 512, 50 % of pixels": Input("picture", ".png", lambda: picture(512, 512, 0.5)),
    "picture 1024 × 768, 2 % scratches": Input(
        "picture", ".png", lambda: scratched(768, 1024, 0.02)
    ),
    "picture 1024 × 768, 50 % of pixels": Input("picture", ".png", lambda: picture(768, 1024, 0.5)),
    "cube 64 × 64 × 64": Input("cube", ".npy", lambda: cube(64)),
    "film 64 × 64 × 32": Input("film", ".gif", lambda: film(64, 32)),
    "film 128 × 128 × 64": Input("film", ".gif", lambda: film(128, 64)),
    "table 178 × 13": Input("table", ".csv", wine),
    "table 300 × 200": Input("table", ".csv", lambda: low_rank(300, 200)),
    "table 20,000 × 20": Input("table", ".npy", lambda: low_rank(20_000, 20)),
    "table 200,000 × 20": Input("table", ".npy", lambda: low_rank(200_000, 20)),
}

BY_PYTHON = """
import sys
import jax
import numpy as np
import tacit

values, mask, output, kind, budget = sys.argv[1:]
found = tacit.complete(
    np.load(values), np.load(mask), kind=kind, budget=float(budget), key=jax.random.key(0)
)
np.save(output, found.filled)
"""


def stored(of: Input, folder: Path) -> tuple[Path, Path]:
    """The file with its holes, and its mask as an array; what is hidden is overwritten."""
    truth, missing = of.make()
    path, mask = folder / f"data{of.suffix}", folder / "mask.npy"
    np.save(mask, missing)
    np.save(folder / "values.npy", np.where(_of_entries(missing, truth), np.nan, truth))
    if of.suffix == ".npy":
        np.save(path, np.where(missing, np.nan, truth))
    elif of.suffix == ".csv":
        cells = np.where(missing, "", truth.astype(str))
        head = ",".join(f"c{column}" for column in range(truth.shape[1]))
        path.write_text("\n".join([head, *(",".join(row) for row in cells)]) + "\n")
    else:
        shown = np.where(_of_entries(missing, truth), 0, truth).astype(np.uint8)
        _save_pictures(path, shown, of.kind)
    return path, mask


def _save_pictures(path: Path, shown: NDArray, kind: Kind) -> None:
    """One picture as a PNG, or frames as a GIF of all grey levels."""
    if kind == "picture":
        Image.fromarray(shown).save(path)
        return
    frames = [Image.fromarray(frame) for frame in np.moveaxis(shown, 2, 0)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40, optimize=False)


def command(of: Input, folder: Path, budget: int, door: Door) -> tuple[list[str], Path]:
    """The process that is timed, and the file that it writes."""
    if door == "python":
        output = folder / "filled.npy"
        paths = [folder / "values.npy", folder / "mask.npy", output]
        return [sys.executable, "-c", BY_PYTHON, *map(str, paths), of.kind, str(budget)], output
    output = folder / f"filled{of.suffix}"
    call = [TACIT, "complete", str(folder / f"data{of.suffix}"), "-o", str(output), "--quiet"]
    call += ["--budget", str(budget)]
    if of.suffix in (".png", ".gif"):
        mask = folder / "mask.npy"
        if of.kind == "picture":
            mask = folder / "mask.png"
            Image.fromarray(np.uint8(255 * np.load(folder / "mask.npy"))).save(mask)
        call += ["--missing", str(mask)]
    return call, output


def result(of: Input, output: Path) -> NDArray:
    """The numbers that a process wrote, rows and columns first."""
    if output.suffix == ".npy":
        return np.load(output)
    if output.suffix == ".csv":
        return np.genfromtxt(output, delimiter=",", skip_header=1)
    picture = Image.open(output)
    if of.kind == "picture":
        return np.asarray(picture.convert("RGB"), float)
    frames = []
    for number in range(picture.n_frames):
        picture.seek(number)
        frames.append(np.asarray(picture.convert("L"), float))
    return np.stack(frames, axis=2)


def error(of: Input, found: NDArray) -> float:
    """Root mean square error of the hidden entries over the deviation, of tables by column."""
    truth, missing = of.make()
    hidden = _of_entries(missing, truth)
    deviation = truth.std(axis=0) if of.kind == "table" else truth.std()
    return float(np.sqrt(np.mean(((found - truth) / deviation)[hidden] ** 2)))


def _of_entries(missing: NDArray[np.bool_], truth: NDArray) -> NDArray[np.bool_]:
    """A mask of pixels or entries as one of entries."""
    if missing.shape == truth.shape:
        return missing
    return np.broadcast_to(missing[..., None], truth.shape)


def bound(budget: int, cache: str) -> float:
    """The most seconds of wall time that the promise allows."""
    return 1.25 * budget + 5 if cache == "empty" else 1.1 * budget + 1


def timed(call: list[str], limit: float, cache: Path) -> tuple[float, str]:
    """Wall seconds of a process, and what went wrong in it, if anything did."""
    began = time.perf_counter()
    process = subprocess.Popen(
        call,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
    )
    try:
        _, words = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return time.perf_counter() - began, f"stopped after {limit:.0f} s"
    failed = process.returncode != 0
    last = words.strip().splitlines()[-1:] if failed else []
    return time.perf_counter() - began, " ".join(last) or "failed" * failed


def measure(only: str, budgets: list[int], door: Door) -> None:
    """Add to the journal what it lacks, an empty cache and then the one that this filled."""
    JOURNAL.path.parent.mkdir(exist_ok=True)
    known = JOURNAL.rows()
    for name, of in INPUTS.items():
        for budget in budgets if only in name else ():
            lacking = [c for c in CACHES if (name, budget, c, door) not in known]
            if not lacking:
                continue
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                stored(of, folder)
                # A full cache is that of a call before, which is made again if it was lost.
                for cache in CACHES if "empty" in lacking else ("filling", "full"):
                    call, output = command(of, folder, budget, door)
                    output.unlink(missing_ok=True)
                    load = os.getloadavg()[0]
                    seconds, wrong = timed(call, LIMIT * budget + 120, folder / "cache")
                    if cache not in lacking:
                        continue
                    row = {"input": name, "budget": budget, "cache": cache, "door": door}
                    row |= {"seconds": seconds, "load": load, "wrong": wrong}
                    if not wrong:
                        row["error"] = error(of, result(of, output))
                    JOURNAL.add(row)


def verdict(row: dict) -> str:
    """Whether the bound is met, or why there is no answer."""
    limit = bound(row["budget"], row["cache"])
    if row["wrong"]:
        return row["wrong"].replace("|", "/")
    return "yes" if row["seconds"] <= limit else f"**no**, by {row['seconds'] - limit:.1f} s"


def rows_of(door: Door) -> list[dict]:
    """What has been measured by this door, in order."""
    known = JOURNAL.rows()
    keys = [(name, b, cache, door) for name in INPUTS for b in BUDGETS for cache in CACHES]
    return [known[key] for key in keys if key in known]


def summary(rows: list[dict]) -> list[str]:
    """How many bounds are met, and what a new process takes for a small table."""
    met = sum(
        not row["wrong"] and row["seconds"] <= bound(row["budget"], row["cache"]) for row in rows
    )
    lines = [f"{met} of {len(rows)} bounds are met.", ""]
    for name, most in NEW_PROCESS.items():
        for cache, limit in (("full", most), ("empty", FIRST_EVER)):
            of = [r for r in rows if r["input"] == name and r["cache"] == cache and not r["wrong"]]
            if of:
                row = max(of, key=lambda row: row["budget"])
                lines.append(
                    f"- {name}, {cache} cache, a budget of {row['budget']} s: a new process takes "
                    f"{row['seconds']:.1f} s (target: {limit:.0f})."
                )
    return [*lines, ""]


def write_table(door: Door) -> None:
    """Write `budget.md` of what has been measured by this door."""
    rows = rows_of(door)
    left = len(INPUTS) * len(BUDGETS) * len(CACHES) - len(rows)
    door_words = {
        "cli": "`tacit complete FILE -o OUT --budget B`",
        "python": "a process that loads arrays and calls `tacit.complete(…, budget=B)`",
    }
    head = ["input", "compile cache", "budget, s", "wall, s", "bound, s", "met", "error", "load"]
    cells = [
        [
            row["input"],
            row["cache"],
            str(row["budget"]),
            f"{row['seconds']:.1f}",
            f"{bound(row['budget'], row['cache']):.1f}",
            verdict(row),
            f"{row['error']:.4f}" if "error" in row else "no answer",
            f"{row['load']:.1f}",
        ]
        for row in rows
    ]
    text = [
        f"Wall seconds of {door_words[door]}, a whole process: start, reading, completing, "
        "writing; with an empty compile cache, in a folder made for it, and again with the "
        "one that this filled. Bounds: 1.25 B + 5 s, and 1.1 B + 1 s. Error: the root mean square "
        "over the hidden entries, over the deviation of the data, of tables by column. Load: "
        "processes that wanted a core as it began.",
        "",
        *(summary(rows) if rows else []),
        *([f"{left} further rows were not measured.", ""] if left else []),
        *table(head, cells, words=2),
    ]
    write("budget", "Keeping within the budget", text)


def main() -> None:
    """Measure what is not in the journal, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only inputs whose name holds this")
    parser.add_argument("--budgets", type=int, nargs="+", choices=BUDGETS, default=BUDGETS)
    parser.add_argument("--door", choices=("cli", "python"), default="cli")
    parser.add_argument("--again", help="measure this input anew")
    parser.add_argument("--write", action="store_true", help="measure nothing, write what is there")
    arguments = parser.parse_args()
    if arguments.again:
        JOURNAL.forget("input", arguments.again)
    if not arguments.write:
        measure(arguments.only, list(arguments.budgets), arguments.door)
    write_table(arguments.door)


if __name__ == "__main__":
    main()
