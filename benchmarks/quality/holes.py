"""The law of holes: what is predicted of the errors, for holes of every shape; writes `holes.md`.

    python -m benchmarks.quality.holes                     # everything, about 20 minutes
    python -m benchmarks.quality.holes --only picture      # rows whose name holds this
    python -m benchmarks.quality.holes --again "film, text and scratches"
    python -m benchmarks.quality.holes --write             # the table of what has been measured

Rows that an earlier, interrupted call had finished are kept in `holes.jsonl` (not committed).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import numpy as np
from numpy.typing import NDArray
from skimage import data, transform
from sklearn.datasets import load_digits, load_wine

from benchmarks.machine import machine
from benchmarks.quality.films import panned
from benchmarks.quality.journal import Journal
from benchmarks.quality.judged import cover_cell, judged, ratio_cell, rms
from benchmarks.quality.metro import PATH, metro
from benchmarks.quality.pictures import holes as of_pixels
from benchmarks.quality.shapes import Mask, boxes, parts_of_rows, scattered
from tacit.completion import complete

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "holes.jsonl", ("row",))
SEED = 0
BUDGET = 25.0
RATIO, COVER = (0.7, 1.4), (0.9, 0.98)
"""The law: predicted over true error, and the share of the hidden entries that is covered."""

Hide = Callable[[tuple[int, ...], np.random.Generator], Mask]


class Case(NamedTuple):
    """Data, what `complete` is told of them, and the masks that are tried."""

    make: Callable[[], NDArray]
    told: dict[str, Any]
    masks: dict[str, Hide]


def picture() -> NDArray:
    """The astronaut, 128 × 128 in colour."""
    values = transform.resize(data.astronaut() / 255, (128, 128, 3), anti_aliasing=True)
    return np.clip(values, 0, 1)


def film() -> NDArray:
    """A window of 64 × 64 panned across the camera man in 24 frames."""
    return panned("camera", frames=24, side=64)


def cube() -> NDArray:
    """Forty Gaussian bumps in 40 × 40 × 40, of deviation 1, with a noise of 0.02."""
    rng = np.random.default_rng(SEED)
    grid = np.linspace(0, 1, 40)
    centres, widths = rng.random((40, 3)), rng.uniform(0.1, 0.3, (40, 3))
    # Of every axis the waves of each bump: axis × place × bump.
    waves = np.exp(-(((grid[:, None] - centres.T[:, None]) / widths.T[:, None]) ** 2) / 2)
    values = np.einsum("ir,jr,kr,r->ijk", *waves, rng.standard_normal(40))
    return values / values.std() + 0.02 * rng.standard_normal(values.shape)


def digits() -> NDArray:
    """`load_digits`, 1797 × 64."""
    return np.asarray(load_digits(return_X_y=True)[0], float)


def wine() -> NDArray:
    """`load_wine`, 178 × 13, its columns standardised: else one of them would be all the error."""
    values = np.asarray(load_wine(return_X_y=True)[0], float)
    return (values - values.mean(0)) / values.std(0)


def at_random(share: float, *whole: int) -> Hide:
    """Places at random, each covering all of the axes `whole`."""
    return lambda shape, rng: scattered(shape, whole, share, rng)


def in_boxes(share: float, *sides: Any) -> Hide:
    """Boxes of these sides until they cover the share."""
    return lambda shape, rng: boxes(shape, sides, share, rng)


def text(shape: tuple[int, ...], rng: np.random.Generator) -> Mask:
    """Lines of text and scratches, the same over all but rows and columns."""
    del rng
    flat = of_pixels("text", shape[:2], SEED)
    return np.broadcast_to(flat.reshape(*shape[:2], *(1,) * (len(shape) - 2)), shape).copy()


def row_parts(rows: float, first: int, last: int) -> Hide:
    """A share of the rows that lack the columns from first to last."""
    return lambda shape, rng: parts_of_rows((shape[0], shape[1]), rows, (first, last), rng)


def together(*hides: Hide) -> Hide:
    """All of these."""
    return lambda shape, rng: np.any([hide(shape, rng) for hide in hides], axis=0)


CASES = {
    "picture": Case(
        picture,
        {"kind": "picture"},
        {
            "50 % of entries": at_random(0.5),
            "60 % of pixels": at_random(0.6, 2),
            "text and scratches": text,
            "blocks of 8 to 20 pixels": in_boxes(0.2, (8, 20), (8, 20), None),
            "one solid hole of 40 × 40": in_boxes(0, 40, 40, None),
            "whole columns": at_random(0.2, 0, 2),
            "bands of 2 to 6 rows": in_boxes(0.2, (2, 6), None, None),
            "gaps along rows": in_boxes(0.3, 1, (4, 16), None),
            "pixels, blocks and scratches": together(
                at_random(0.3, 2), in_boxes(0.1, (8, 20), (8, 20), None), text
            ),
        },
    ),
    "film": Case(
        film,
        {"kind": "film"},
        {
            "70 % of entries": at_random(0.7),
            "half of the pixels in all frames": at_random(0.5, 2),
            "text and scratches": text,
            "blocks of 8 to 20 pixels, 1 to 4 frames": in_boxes(0.2, (8, 20), (8, 20), (1, 4)),
            "one solid hole of 20 × 20 in all frames": in_boxes(0, 20, 20, None),
            "whole frames": at_random(0.2, 0, 1),
            "gaps in time": in_boxes(0.4, 1, 1, (4, 10)),
            "entries, blocks and frames": together(
                at_random(0.3),
                in_boxes(0.1, (8, 20), (8, 20), (1, 4)),
                at_random(0.1, 0, 1),
            ),
        },
    ),
    "cube": Case(
        cube,
        {"kind": "cube"},
        {
            "80 % of entries": at_random(0.8),
            "half of the fibres": at_random(0.5, 2),
            "blocks of 8 to 16": in_boxes(0.2, (8, 16), (8, 16), (8, 16)),
            "one solid hole of 16 × 16 × 16": in_boxes(0, 16, 16, 16),
            "whole slices": at_random(0.2, 1, 2),
            "gaps along the last axis": in_boxes(0.4, 1, 1, (4, 12)),
            "slabs of 2 to 4 slices": in_boxes(0.15, None, (2, 4), None),
            "entries, fibres and blocks": together(
                at_random(0.3), at_random(0.2, 1), in_boxes(0.1, (8, 16), (8, 16), (8, 16))
            ),
        },
    ),
    "metro": Case(
        metro,
        {"axes": ("item", "time", "time")},
        {
            "50 % of entries": at_random(0.5),
            "whole days of a station": at_random(0.3, 1),
            "whole days of all stations": at_random(0.2, 0, 1),
            "a time of day, on all days": at_random(0.3, 2),
            "blackouts of 6 slots": in_boxes(0.3, None, 6, 1),
            "gaps of 6 to 36 slots": in_boxes(0.3, 1, (6, 36), 1),
            "runs of 3 to 7 days of a station": in_boxes(0.25, 1, None, (3, 7)),
            "blocks of 12 to 36 slots, 2 to 5 days": in_boxes(0.2, 1, (12, 36), (2, 5)),
            "entries, days and gaps": together(
                at_random(0.2), at_random(0.1, 1), in_boxes(0.1, 1, (6, 36), 1)
            ),
        },
    ),
    "digits": Case(
        digits,
        {"kind": "table"},
        {
            "50 % of entries": at_random(0.5),
            "40 % of the rows lack their lower half": row_parts(0.4, 32, 64),
            "entries, and a third of 40 % of the rows": together(
                at_random(0.2), row_parts(0.4, 20, 40)
            ),
        },
    ),
    "wine": Case(
        wine,
        {"kind": "table"},
        {
            "30 % of entries": at_random(0.3),
            "60 % of entries": at_random(0.6),
            "40 % of the rows lack the last 6 columns": row_parts(0.4, 7, 13),
        },
    ),
}


def names() -> list[tuple[str, str, str]]:
    """Row, data set and mask of all that can be measured here."""
    return [
        (f"{name}, {mask}", name, mask)
        for name, case in CASES.items()
        if name != "metro" or PATH.exists()
        for mask in case.masks
    ]


def measured(name: str, mask: str) -> dict:
    """What one completion said of its errors, and what they were."""
    case = CASES[name]
    truth = case.make()
    missing = case.masks[mask](truth.shape, np.random.default_rng(SEED))
    began = time.perf_counter()
    answer = complete(
        np.where(missing, np.nan, truth),
        missing,
        budget=BUDGET,
        key=jax.random.key(SEED),
        **case.told,
    )
    error = rms((answer.filled - truth)[missing])
    return {
        "data": name,
        "mask": mask,
        "missing": float(missing.mean()),
        "error": error / float(truth.std()),
        "seconds": time.perf_counter() - began,
        **judged(answer, truth, missing),
    }


def measure(only: str) -> None:
    """Add to the journal every row that it lacks."""
    known = JOURNAL.rows()
    for row, name, mask in names():
        if only in row and (row,) not in known:
            JOURNAL.add({"row": row, **measured(name, mask)})


def table(rows: list[dict]) -> list[str]:
    """One Markdown table, what breaks the law in bold."""
    lines = [
        "| data | hidden | share | error / deviation | predicted / true | 95 % cover | "
        "stated / true | seconds | recognised | chosen |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for row in rows:
        ratio, cover = ratio_cell(row["held_out_ratio"]), cover_cell(row["cover"])
        cells = [
            row["data"],
            row["mask"],
            f"{row['missing']:.0%}",
            f"{row['error']:.3f}",
            ratio if within(row["held_out_ratio"], RATIO) else f"**{ratio}**",
            cover if within(row["cover"], COVER) else f"**{cover}**",
            ratio_cell(row["stated_ratio"]),
            f"{row['seconds']:.0f}",
            row["holes"],
            row["chosen"],
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def within(value: float | None, bounds: tuple[float, float]) -> bool:
    """Whether a value is known and between the bounds."""
    return value is not None and bounds[0] <= value <= bounds[1]


def summary(rows: list[dict]) -> str:
    """The shares of the rows that keep the law."""
    near = sum(within(row["held_out_ratio"], RATIO) for row in rows)
    covered = sum(within(row["cover"], COVER) for row in rows)
    return (
        f"Of {len(rows)} rows, {near} ({near / len(rows):.0%}) predict their error within a ratio "
        f"of {RATIO[0]} to {RATIO[1]} (target: 90 %), and {covered} ({covered / len(rows):.0%}) "
        f"cover {COVER[0]:.0%} to {COVER[1]:.0%} of the hidden entries with their 95 % intervals."
    )


def write() -> None:
    """Write `holes.md` of what has been measured."""
    known = JOURNAL.rows()
    rows = [known[row,] for row, _, _ in names() if (row,) in known]
    left = len(names()) - len(rows)
    text = [
        "# The law of holes",
        "",
        "`python -m benchmarks.quality.holes`",
        "",
        machine(),
        "",
        "What `tacit.complete` predicts of its errors, for holes of every shape. Picture: the "
        "astronaut, 128 × 128 in colour; film: a window of 64 × 64 panned across the camera man in "
        "24 frames; cube: forty Gaussian bumps in 40 × 40 × 40 with a little noise; metro: 80 "
        "stations × 108 slots × 25 days; digits: 1797 × 64; wine: 178 × 13, its columns "
        f"standardised. Masks and starts of seed {SEED}, a budget of {BUDGET:.0f} s. Over the "
        "hidden entries: the true error over the deviation of the data, the error predicted by the "
        "held-out entries over the true one, the share within the 95 % intervals, and the root "
        "mean square of the stated deviations over the true error. In bold what breaks the law.",
        "",
        summary(rows) if rows else "Nothing was measured.",
        *([f"{left} further rows were not measured."] if left else []),
        "",
        *table(rows),
        "",
    ]
    (HERE / "holes.md").write_text("\n".join(text))


if __name__ == "__main__":
    JOURNAL.command(__doc__, measure, write, again="row")
