"""Complete colour pictures as tensors by each method; the section of `images.md` about them.

    python -m benchmarks.quality.colour            # everything, about half an hour on 2 cores

Rows that an earlier, interrupted call had finished are kept in `colour.jsonl` (not committed). The
shared photograph is measured where `../shared/data` is at hand.
"""

import json
import os
import time
from itertools import product
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data, transform

from benchmarks.quality.judged import cover_cell, filled, judged, ratio_cell
from benchmarks.quality.methods import COLOUR_METHODS, biharmonic, soft_impute, tacit_picture
from benchmarks.quality.pictures import holes, of_entries
from tacit.completion import scores

HERE = Path(__file__).parent
LOG = HERE / "colour.jsonl"
PHOTOGRAPH = HERE.parents[2] / "shared" / "data" / "colour-481x321.jpg"
SEED = 0
SIDE = 256
PICTURES = ("astronaut", "coffee", "chelsea", "rocket", "photograph")
RANDOM = tuple(f"{percent} % of entries" for percent in (50, 80, 70, 30))
HOLES = (RANDOM[0], RANDOM[1], "text", "50 %", RANDOM[2], RANDOM[3], "80 %")
METHODS = {
    "SoftImpute": soft_impute,
    "biharmonic": biharmonic,
    **COLOUR_METHODS,
    "Tacit": tacit_picture,
}
OURS = "Tacit"


def picture(name: str) -> NDArray:
    """A colour picture in [0, 1]: 256 × 256, or the photograph as it is."""
    if name == "photograph":
        return np.asarray(Image.open(PHOTOGRAPH).convert("RGB")) / 255
    values = getattr(data, name)() / 255
    return np.clip(transform.resize(values, (SIDE, SIDE, 3), anti_aliasing=True), 0, 1)


def logged() -> dict[tuple[str, str, str], dict]:
    """Rows in the log, by picture, holes and method."""
    done = [json.loads(line) for line in LOG.read_text().splitlines()] if LOG.exists() else []
    return {(row["name"], row["kind"], row["method"]): row for row in done}


def measure() -> None:
    """Add to the log what it lacks."""
    known = logged()
    pictures = [name for name in PICTURES if name != "photograph" or PHOTOGRAPH.exists()]
    # All pictures with some holes before the next holes: an interrupted call has whole columns.
    for kind, name in product(HOLES, pictures):
        truth = picture(name)
        missing = holes(kind, truth.shape, SEED)
        hidden = of_entries(missing, truth)
        seen = np.where(hidden, np.nan, truth)
        for method, complete in METHODS.items():
            if (name, kind, method) in known:
                continue
            began = time.perf_counter()
            answer = complete(seen, missing, SEED)
            row = {"name": name, "kind": kind, "method": method}
            row |= {"seconds": time.perf_counter() - began}
            row |= scores(np.clip(filled(answer), 0, 1), truth, missing)._asdict()
            row |= judged(answer, truth, hidden)
            with LOG.open("a") as log:
                log.write(json.dumps(row) + "\n")
            print(f"{name} {kind} {method}: {row['psnr_missing']:.2f} dB", flush=True)


def section() -> list[str]:
    """What has been measured by every method, as Markdown; empty where nothing was."""
    known = logged()
    whole = [
        (name, kind)
        for name in PICTURES
        for kind in HOLES
        if all((name, kind, method) in known for method in METHODS)
    ]
    if not whole:
        return []
    lines = [
        "## Colour pictures as tensors",
        "",
        f"`python -m benchmarks.quality.colour`; pictures of skimage at {SIDE} × {SIDE}, the "
        "photograph of 321 × 481; seed 0. TNN and TCTV in each orientation, frontal (tubes are the "
        "channels), lateral (the columns) and transposed (the rows), and HaLRTC, each with a "
        'growing penalty to rest; `Tacit` is `tacit.complete(kind="picture")` with nothing else '
        "set. Only rows that all methods were measured on. PSNR over missing entries, dB; the gain "
        "is that over the best of the others; then the error that `Tacit` predicts by its held-out "
        "entries over the true one, and the share of the missing entries that its 95 % intervals "
        "cover. Seconds are of one call, "
        "compiling included, on a busy machine.",
        "",
        "| picture | missing | " + " | ".join(METHODS) + " | gain | held-out / true | 95 % cover |",
        "|---|---|" + "---:|" * (len(METHODS) + 3),
    ]
    gains = {}
    for name, kind in whole:
        found = {method: known[name, kind, method]["psnr_missing"] for method in METHODS}
        ours = found[OURS]
        gains[name, kind] = ours - max(v for method, v in found.items() if method != OURS)
        best = max(found.values())
        cells = [f"**{v:.2f}**" if v == best else f"{v:.2f}" for v in found.values()]
        row = known[name, kind, OURS]
        cells += [f"{gains[name, kind]:+.2f}"]
        cells += [ratio_cell(row["held_out_ratio"]), cover_cell(row["cover"])]
        lines.append(f"| {name} | {kind} | {' | '.join(cells)} |")
    middle = [gain for (_, kind), gain in gains.items() if kind in RANDOM[:3]]
    pixels = [gain for (_, kind), gain in gains.items() if kind not in RANDOM]
    seconds = {
        method: float(np.median([known[name, kind, method]["seconds"] for name, kind in whole]))
        for method in METHODS
    }
    lines += [
        "",
        f"Least gain {min(gains.values()):+.2f} dB over {len(gains)} rows (target: never below "
        f"−0.3)"
        + (
            f"; mean gain {np.mean(middle):+.2f} dB with 50 to 80 % of the entries missing "
            "(target: 0.5)"
            if middle
            else ""
        )
        + (f"; {np.mean(pixels):+.2f} dB where whole pixels are missing" if pixels else "")
        + ". Median seconds: "
        + ", ".join(f"{method} {value:.1f}" for method, value in seconds.items())
        + ".",
        "",
    ]
    return lines


if __name__ == "__main__":
    from benchmarks.quality.images import write

    measure()
    write()
