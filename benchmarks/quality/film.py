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
from tacit.completion import Blend, Windows, complete_tensor
from tacit.completion.tensors import Member
from tacit.estimators import TensorImputer

HERE = Path(__file__).parent
PICTURES = ("camera", "coins")
MISSING = 0.7
SEED = 0


FRAME = Blend((Member(Windows((0, 1)), 100, 1.0),))


def frame_by_frame(film: NDArray) -> tuple[NDArray, str]:
    """Each frame a picture of its own, by what is chosen for pictures, run to rest."""
    key = jax.random.key(SEED)
    frames = [
        complete_tensor(frame, np.isnan(frame), plan=FRAME, key=key).filled
        for frame in np.moveaxis(film, 2, 0)
    ]
    return np.stack(frames, axis=-1), str(FRAME)


def as_a_film(film: NDArray) -> tuple[NDArray, str]:
    """`TensorImputer(frames=2)`, which chooses everything else."""
    imputer = TensorImputer(frames=2, budget=300.0, random_state=SEED)
    return imputer.fit_transform(film), str(imputer.choice_.recipe)


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
        "Target: 3 dB over frame by frame.",
        "",
        "| film | method | PSNR | gain | seconds | GiB | chosen |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for name in PICTURES:
        truth = panned(name)
        missing = np.random.default_rng(SEED).random(truth.shape) < MISSING
        film = np.where(missing, np.nan, truth)
        base = None
        for label, complete in (("frame by frame", frame_by_frame), ("as a film", as_a_film)):
            began = time.perf_counter()
            filled, chosen = complete(film)
            seconds = time.perf_counter() - began
            error = np.mean((np.clip(filled, 0, 1) - truth)[missing] ** 2)
            quality = float(-10 * np.log10(error))
            base = quality if base is None else base
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            lines.append(
                f"| {name} | {label} | {quality:.2f} | {quality - base:+.2f} | {seconds:.0f} | "
                f"{memory:.2f} | {chosen} |"
            )
            print(lines[-1], flush=True)
    (HERE / "film.md").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
