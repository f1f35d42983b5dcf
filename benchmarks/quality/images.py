"""Complete pictures by each method, and write `images.md`.

    python -m benchmarks.quality.images            # everything, about an hour on 2 cores
    python -m benchmarks.quality.images --side 256 # the 256 × 256 rows alone
    python -m benchmarks.quality.images --write    # the tables of what has been measured

Rows that an earlier, interrupted call had finished are kept in `images.jsonl` (not committed) and
not computed again; delete that file to begin anew.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.machine import machine
from benchmarks.quality.colour import section
from benchmarks.quality.judged import cover_cell, filled, judged, ratio_cell
from benchmarks.quality.methods import BUDGET, METHODS
from benchmarks.quality.pictures import COLOUR, ENTRIES, GREY, HOLES, holes, of_entries, picture
from tacit.completion import scores

HERE = Path(__file__).parent
LOG = HERE / "images.jsonl"
SEED = 0
OURS = "Tacit"
LONG = 20
"""Seconds after which a method is not run a second time."""


def rows(sides: list[int | None]) -> list[tuple[str, int | None, str]]:
    """Picture, side and holes of every row; single entries are lost by colour pictures alone."""
    return [
        (name, side, kind)
        for side in sides
        for name in (*GREY, *COLOUR)
        for kind in (HOLES if name in GREY else (*HOLES, *ENTRIES))
    ]


def measured(name: str, side: int | None, kind: str, method: str) -> dict:
    """Scores and seconds of one method; the second of two calls is timed, so nothing compiles."""
    truth = picture(name, side)
    missing = holes(kind, truth.shape, SEED)
    hidden = of_entries(missing, truth)
    known = np.where(hidden, np.nan, truth)
    for _ in range(2):
        began = time.perf_counter()
        answer = METHODS[method](known, missing, SEED)
        seconds = time.perf_counter() - began
        if seconds > LONG:
            break
    found = scores(np.clip(filled(answer), 0, 1), truth, missing)._asdict()
    return {**found, "seconds": seconds, **judged(answer, truth, hidden)}


def logged() -> dict[tuple, dict]:
    """Rows in the log, by picture, side, holes and method."""
    done = [json.loads(line) for line in LOG.read_text().splitlines()] if LOG.exists() else []
    return {(row["name"], row["side"], row["kind"], row["method"]): row for row in done}


def measure(sides: list[int | None]) -> None:
    """Add to the log every row and method that it lacks."""
    known = logged()
    for name, side, kind in rows(sides):
        for method in METHODS:
            if (name, side, kind, method) in known:
                continue
            row = {"name": name, "side": side, "kind": kind, "method": method}
            row |= measured(name, side, kind, method)
            with LOG.open("a") as log:
                log.write(json.dumps(row) + "\n")
            print(
                f"{name} {side or 'native'} {kind} {method}: {row['psnr_missing']:.2f} dB, "
                f"{row['seconds']:.1f} s",
                flush=True,
            )


def table(found: list[dict], value: str, digits: int) -> list[str]:
    """One Markdown table: a row a picture, a column a method, the best in bold.

    Beside the score goes what our own said of its errors.
    """
    own = ("held-out / true", "95 % cover") if value == "psnr_missing" else ()
    lines = ["| picture | size | missing | " + " | ".join((*METHODS, *own)) + " |"]
    lines.append("|---|---|---|" + "---:|" * (len(METHODS) + len(own)))
    for first in range(0, len(found), len(METHODS)):
        row = found[first : first + len(METHODS)]
        numbers = [f"{entry[value]:.{digits}f}" for entry in row]
        if value != "seconds":
            best = max(range(len(row)), key=lambda method: row[method][value])
            numbers[best] = f"**{numbers[best]}**"
        if own:
            ours = row[list(METHODS).index(OURS)]
            numbers += [ratio_cell(ours["held_out_ratio"]), cover_cell(ours["cover"])]
        head = (row[0]["name"], str(row[0]["side"] or "native"), row[0]["kind"])
        lines.append("| " + " | ".join((*head, *numbers)) + " |")
    return lines


def gains(found: list[dict]) -> list[str]:
    """The targets, line by line: least and mean gains over a rival on a set of rows."""
    by = {(r["name"], r["side"], r["kind"], r["method"]): r["psnr_missing"] for r in found}
    settings = list(dict.fromkeys((r["name"], r["side"], r["kind"]) for r in found))
    sets = {
        "grey": [s for s in settings if s[0] in GREY],
        "colour, entries missing": [s for s in settings if s[0] in COLOUR and s[2] in ENTRIES],
        "colour, pixels missing": [s for s in settings if s[0] in COLOUR and s[2] in HOLES],
    }
    pairs = [("Tacit, smoothness off", "SoftImpute"), ("Tacit", "biharmonic")]
    lines = ["| rows | method | against | least gain, dB | mean gain, dB | rows won |"]
    lines.append("|---|---|---|---:|---:|---:|")
    for name, chosen in ((name, chosen) for name, chosen in sets.items() if chosen):
        for ours, rival in pairs:
            gain = np.array([by[(*s, ours)] - by[(*s, rival)] for s in chosen])
            lines.append(
                f"| {name} | {ours} | {rival} | {gain.min():+.2f} | {gain.mean():+.2f} | "
                f"{(gain > 0).sum()} of {len(gain)} |"
            )
    return lines


def main() -> None:
    """Measure what is not yet in the log, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, help="only pictures resized to SIDE × SIDE")
    parser.add_argument("--write", action="store_true", help="measure nothing, write what is there")
    arguments = parser.parse_args()
    if not arguments.write:
        measure([arguments.side] if arguments.side else [256, None])
    write()


def write() -> None:
    """Write the tables of what has been measured."""
    known = logged()
    whole = [row for row in rows([256, None]) if all((*row, method) in known for method in METHODS)]
    found = [known[*row, method] for row in whole for method in METHODS]
    text = [
        "# Completing pictures",
        "",
        f"`python -m benchmarks.quality.images`; seed {SEED} for holes, starts and held-out "
        "entries. Values in [0, 1]; answers are clipped to that range. Holes: a share of the "
        "pixels, or for colour of the single entries, at random, or lines of text with scratches. "
        f'`{OURS}` is `tacit.complete(kind="picture")`; `Tacit, smoothness off` the same on '
        "deep factors alone, without a penalty; both with a budget "
        f"of {BUDGET:.0f} s. SoftImpute's λ is chosen on the entries that `Tacit` holds out; "
        "colour is rows × (3 · columns) for both, and channel by channel for "
        "`skimage.restoration.inpaint_biharmonic`. Held-out / true: the error that `Tacit` "
        "predicts by its held-out entries over the one it makes; cover: the share of the missing "
        "entries within its 95 % intervals.",
        "",
        f"{machine()}; seconds are wall time of a second call, compiled programs at hand "
        f"(of the first call where that took more than {LONG} s); on a busy machine they are upper "
        "bounds. Only rows that have been measured by every method are shown.",
        "",
    ]
    for title, value, digits in (
        ("PSNR over missing entries, dB", "psnr_missing", 2),
        ("PSNR over all entries, dB", "psnr_all", 2),
        ("SSIM over missing entries", "ssim_missing", 4),
        ("SSIM over all entries", "ssim_all", 4),
        ("Seconds", "seconds", 1),
    ):
        text += [f"## {title}", "", *table(found, value, digits), ""]
    text[6:6] = ["## Gains", "", *gains(found), "", *section()]
    (HERE / "images.md").write_text("\n".join(text))


if __name__ == "__main__":
    main()
