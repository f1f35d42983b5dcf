"""Complete a film frame by frame and as one tensor, and write `film.md`.

python -m benchmarks.quality.film
"""

import os
import resource
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from benchmarks.quality.films import panned
from benchmarks.quality.judged import cover, cover_cell, judged, ratio_cell, rms
from tacit.completion import Windows, complete

HERE = Path(__file__).parent
PICTURES = ("camera", "coins")
MISSING = 0.7
SEED = 0
BUDGET = 300.0


def frame_by_frame(film: NDArray, truth: NDArray) -> tuple[NDArray, dict]:
    """Each frame a picture of its own, by the windows that pictures are completed by."""
    frames, hidden = np.moveaxis(film, 2, 0), np.isnan(film)
    found = [
        complete(frame, kind="picture", methods=[Windows((0, 1))], key=jax.random.key(SEED))
        for frame in frames
    ]
    filled = np.stack([frame.filled for frame in found], axis=-1)
    ends = [np.stack(side, axis=-1) for side in zip(*(f.interval() for f in found), strict=True)]
    held_out = rms(np.array([frame.choice.held_out for frame in found]))
    return filled, {
        "held_out_ratio": held_out / rms((filled - truth)[hidden]),
        "cover": cover(ends[0], ends[1], truth, hidden),
        "chosen": str(Windows((0, 1))),
    }


def as_a_film(film: NDArray, truth: NDArray) -> tuple[NDArray, dict]:
    """`tacit.complete(kind="film")`, which chooses everything else."""
    found = complete(film, kind="film", budget=BUDGET, key=jax.random.key(SEED))
    return found.filled, judged(found, truth, np.isnan(film))


def main() -> None:
    """Measure, and write the table."""
    lines = [
        "# Completing a film",
        "",
        "`python -m benchmarks.quality.film`",
        "",
        machine(),
        "",
        "A window of 128 × 128 panned across a picture of skimage in 64 frames of whole-pixel "
        f"motion, {MISSING:.0%} of the entries missing at random. PSNR over them, dB; seconds of "
        "one call, compiling and the search included; memory is the peak of the process so far. "
        "Held-out / true: the error predicted by the held-out entries over the true one; cover: "
        "the share of the missing entries within the 95 % intervals. "
        "Target: 3 dB over frame by frame.",
        "",
        "| film | method | PSNR | gain | held-out / true | 95 % cover | seconds | GiB | chosen |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for name in PICTURES:
        truth = panned(name)
        missing = np.random.default_rng(SEED).random(truth.shape) < MISSING
        film = np.where(missing, np.nan, truth)
        base = None
        for label, method in (("frame by frame", frame_by_frame), ("as a film", as_a_film)):
            began = time.perf_counter()
            filled, own = method(film, truth)
            seconds = time.perf_counter() - began
            error = np.mean((np.clip(filled, 0, 1) - truth)[missing] ** 2)
            quality = float(-10 * np.log10(error))
            base = quality if base is None else base
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            lines.append(
                f"| {name} | {label} | {quality:.2f} | {quality - base:+.2f} | "
                f"{ratio_cell(own['held_out_ratio'])} | {cover_cell(own['cover'])} | "
                f"{seconds:.0f} | {memory:.2f} | {own['chosen']} |"
            )
            print(lines[-1], flush=True)
    (HERE / "film.md").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
