"""Denoise pictures, with and without holes, by each method, and write `noise.md`.

    python -m benchmarks.quality.noise                    # everything, about ten minutes
    python -m benchmarks.quality.noise --only chelsea     # rows whose name holds this
    python -m benchmarks.quality.noise --again Tacit      # a method anew
    python -m benchmarks.quality.noise --write            # the table of what has been measured

Rows that an earlier, interrupted call had finished are kept in `noise.jsonl` (not committed).
"""

import itertools
import os
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np
from numpy.typing import NDArray
from skimage import restoration

from benchmarks.machine import machine
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import cover_cell, judged, ratio_cell, rms
from benchmarks.quality.pictures import holes, of_entries, picture
from tacit.completion import Windows, complete

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "noise.jsonl", ("row", "method"))
SIDE, SEED = 256, 0
PICTURES = ("camera", "coffee", "chelsea", "rocket")
NOISES = (0.05, 0.1)
MISSING = ("nothing", "50 %", "80 % of entries")
OURS, EXACT = "Tacit", "Tacit, exact"
ROWS = {
    f"{name}, σ = {noise}, {missing} missing": (name, noise, missing)
    for name, noise, missing in itertools.product(PICTURES, NOISES, MISSING)
}
WEIGHTS = (0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2)
"""Of total variation, of which the best for the truth is shown."""
STRENGTHS = (0.4, 0.6, 0.8, 1.0, 1.2)
"""Of non-local means, in units of σ; the best for the truth is shown."""


class Noisy(NamedTuple):
    """A picture, itself with noise, and what is missing of that, entry by entry."""

    truth: NDArray
    values: NDArray
    missing: NDArray[np.bool_]
    noise: float

    @property
    def channel(self) -> int | None:
        """The axis of the colours."""
        return 2 if self.truth.ndim == 3 else None


def generated(name: str, noise: float, missing: str) -> Noisy:
    """Normal noise, clipped to what a picture can hold, as a file would be."""
    truth = picture(name, SIDE)
    rng = np.random.default_rng(SEED)
    values = np.clip(truth + noise * rng.standard_normal(truth.shape), 0, 1)
    gone = np.zeros(truth.shape, bool)
    if missing != "nothing":
        gone = np.array(of_entries(holes(missing, truth.shape, SEED), truth))
    return Noisy(truth, values, gone, noise)


def psnr(answer: NDArray, truth: NDArray) -> float:
    """Over all entries, in dB."""
    return float(-20 * np.log10(rms(np.clip(answer, 0, 1) - truth)))


def biharmonic(case: Noisy) -> NDArray:
    """The noisy picture with its holes filled, channel by channel."""
    if not case.missing.any():
        return case.values
    if case.channel is None:
        return restoration.inpaint_biharmonic(case.values, case.missing)
    each = [
        restoration.inpaint_biharmonic(*map(np.ascontiguousarray, pair))
        for pair in zip(
            np.moveaxis(case.values, 2, 0), np.moveaxis(case.missing, 2, 0), strict=True
        )
    ]
    return np.stack(each, axis=2)


def variation(case: Noisy) -> NDArray:
    """The biharmonic fill by total variation, its weight chosen with the truth."""
    start = biharmonic(case)
    answers = (
        restoration.denoise_tv_chambolle(start, weight=weight, channel_axis=case.channel)
        for weight in WEIGHTS
    )
    return max(answers, key=lambda answer: psnr(answer, case.truth))


def means(case: Noisy) -> NDArray:
    """The biharmonic fill by non-local means, told σ, its strength chosen with the truth."""
    start = biharmonic(case)
    answers = (
        restoration.denoise_nl_means(
            start,
            patch_size=5,
            patch_distance=6,
            h=strength * case.noise,
            sigma=case.noise,
            channel_axis=case.channel,
        )
        for strength in STRENGTHS
    )
    return max(answers, key=lambda answer: psnr(answer, case.truth))


def exact(case: Noisy) -> NDArray:
    """Windows that meet the data, as if there were no noise."""
    if not case.missing.any():
        return case.values
    data = np.where(case.missing, np.nan, case.values)
    return complete(data, kind="picture", methods=[Windows((0, 1))], key=jax.random.key(0)).filled


METHODS = {"biharmonic": biharmonic, "TV*": variation, "NL means*": means, EXACT: exact}
COLUMNS = (*METHODS, OURS)


def measure(only: str) -> None:
    """Add to the journal every row and method that it lacks."""
    for row, settings in ROWS.items():
        for method in COLUMNS if only in row else ():
            if (row, method) in JOURNAL.rows():
                continue
            case = generated(*settings)
            began = time.perf_counter()
            told = {}
            if method == OURS:
                data = np.where(case.missing, np.nan, case.values)
                found = complete(data, kind="picture", denoise=True, key=jax.random.key(0))
                answer = found.denoised
                if case.missing.any():
                    told = judged(found, case.values, case.missing)
                told["chosen"] = str(found.choice.blend)
            else:
                answer = METHODS[method](case)
            seconds = time.perf_counter() - began
            score = psnr(answer, case.truth)
            JOURNAL.add({"row": row, "method": method, "psnr": score, "seconds": seconds, **told})


def scores_of(row: str) -> dict[str, float]:
    """What each method came to in a row, of those that were measured."""
    known = JOURNAL.rows()
    return {name: known[row, name]["psnr"] for name in COLUMNS if (row, name) in known}


def table() -> list[str]:
    """A line a row, the best in bold."""
    lines = ["| picture | " + " | ".join(COLUMNS) + " | gain |", "|---|" + "---:|" * 6]
    for row in ROWS:
        scores = scores_of(row)
        if set(scores) != set(COLUMNS):
            continue
        best = max(scores.values())
        cells = [
            f"**{scores[name]:.2f}**" if scores[name] == best else f"{scores[name]:.2f}"
            for name in COLUMNS
        ]
        lines.append(f"| {row} | {' | '.join(cells)} | {gain(scores):+.2f} |")
    return lines


def gain(scores: dict[str, float]) -> float:
    """Of Tacit over the best of the others, in dB."""
    return scores[OURS] - max(score for name, score in scores.items() if name != OURS)


def own_words() -> list[str]:
    """What Tacit said of its errors, and what it chose."""
    lines = [
        "| picture | held-out / true | 95 % cover | seconds | chosen |",
        "|---|---:|---:|---:|---|",
    ]
    for row in ROWS:
        found = JOURNAL.rows().get((row, OURS))
        if found is None:
            continue
        cells = ["nothing missing", "nothing missing"]
        if "cover" in found:
            cells = [ratio_cell(found["held_out_ratio"]), cover_cell(found["cover"])]
        cells += [f"{found['seconds']:.0f}", found["chosen"]]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def summary() -> str:
    """In how many rows we are best, and by how much."""
    rows = [scores for row in ROWS if set(scores := scores_of(row)) == set(COLUMNS)]
    gains = [gain(scores) for scores in rows]
    if not rows:
        return "Nothing has been measured."
    best = sum(value >= 0 for value in gains)
    return (
        f"Tacit is the best in {best} of {len(rows)} rows; its gain over the best of the others is "
        f"{np.mean(gains):+.2f} dB in the mean and {min(gains):+.2f} dB at least."
    )


def write() -> None:
    """Write `noise.md` of what has been measured."""
    text = [
        "# Pictures with noise",
        "",
        "`python -m benchmarks.quality.noise`",
        "",
        machine(),
        "",
        f"Pictures of scikit-image at {SIDE} × {SIDE}, grey levels from 0 to 1, with normal noise "
        "of deviation σ, clipped; nothing, whole pixels or single entries missing. `Tacit` is "
        '`tacit.complete(kind="picture", denoise=True)` with nothing else set: neither σ nor the '
        "truth is given. `Tacit, exact` are the same windows if they meet the data. The others "
        "start from the biharmonic fill; *: the weight of total variation "
        "(`denoise_tv_chambolle`) and the strength of non-local means (`denoise_nl_means`, told σ) "
        "are chosen with the truth, which favours them.",
        "",
        summary(),
        "",
        "## PSNR over all entries, against the truth without noise, dB",
        "",
        *table(),
        "",
        "## What Tacit says of its errors",
        "",
        "Against the missing entries with their noise. Seconds are of one call, compiling "
        "included, on a busy machine.",
        "",
        *own_words(),
        "",
    ]
    (HERE / "noise.md").write_text("\n".join(text))


if __name__ == "__main__":
    JOURNAL.command(__doc__, measure, write)
