"""Files of every format with damage of many kinds: read right, or refused in one line."""

import json
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMATS = (
    "png", "png16", "palette.png", "alpha.png", "jpg", "tiff", "pages.tiff", "webp", "gif", "mp4",
    "npy", "npz", "mat", "csv", "tsv", "parquet", "mask", "ratings.csv", "ratings.parquet",
    "u.data", "model", "run",
)  # fmt: skip
CHECKED = ("png", "png16", "palette.png", "alpha.png", "npz", "model")
"""Formats with a checksum over what they hold."""
BATCH = 230
"""Files that one process reads at most."""
LONGEST = 30.0
LARGE = 2 << 30

_WORK = """
import json, resource, sys, warnings
from pathlib import Path
from benchmarks.reliability.mutations import examine
kind, folder, seed, first, count = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])
for outcome in examine(kind, folder, seed, first, count):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    print(json.dumps([outcome, peak]), flush=True)
"""


def mutate(count: int, folder: Path, seed: int) -> Iterator[dict[str, Any]]:
    """Damage files of every format in turn, and read them; a row for each batch.

    Args:
        count: mutations in all.
        folder: to work in.
        seed: of what is damaged.
    """
    number, left = 0, count
    while left > 0:
        kind = FORMATS[number % len(FORMATS)]
        cases = min(BATCH, -(-left // (len(FORMATS) - number % len(FORMATS))), left)
        place = folder / f"{number}"
        place.mkdir()
        outcomes: Counter[str] = Counter()
        notes: list[str] = []
        done = 0
        while done < cases:
            done += _batch(kind, place, seed + number, done, cases, outcomes, notes)
        yield {"format": kind, "cases": cases, "seed": seed + number, **outcomes, "notes": notes}
        left -= cases
        number += 1


def _batch(
    kind: str,
    folder: Path,
    seed: int,
    first: int,
    cases: int,
    outcomes: Counter[str],
    notes: list[str],
) -> int:
    """Read files in one process until it has read all, hangs or ends; how many it read."""
    arguments = [kind, str(folder), str(seed), str(first), str(cases)]
    process = subprocess.Popen(
        [sys.executable, "-c", _WORK, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    begins = time.monotonic() + 120  # imports, while many others work
    for done in range(first, cases):
        patience = LONGEST if done > first else max(begins - time.monotonic(), LONGEST)
        if not select.select([process.stdout], [], [], patience)[0]:
            process.kill()
            outcomes["hang"] += 1
            notes.append(f"case {done} of seed {seed} takes more than {LONGEST:.0f} s")
            return done - first + 1
        line = process.stdout.readline()
        if not line:
            process.wait()
            outcomes["crash"] += 1
            said = process.stderr.read()[-300:]
            notes.append(f"case {done} of seed {seed} ends with {process.returncode}: {said}")
            return done - first + 1
        (outcome, *why), peak = json.loads(line)
        outcomes[outcome] += 1
        outcomes["large"] += peak > LARGE
        if outcome == "traceback" or (outcome == "other" and kind in CHECKED):
            notes.append(f"case {done} of seed {seed}: {outcome} {why}")
    process.wait()
    return cases - first


def examine(kind: str, folder: Path, seed: int, first: int, count: int) -> Iterator[list[str]]:
    """Damage one file again and again, and say what comes of reading it.

    Args:
        kind: of the file.
        folder: to work in.
        seed: of the damage; the same case has the same.
        first: case to begin with.
        count: cases, with those before the first.
    """
    import numpy as np

    from benchmarks.reliability.samples import make, read_again

    file, parts = make(kind, folder)
    wholes = [part.read_bytes() for part in parts]
    right = read_again(kind, file)
    for number in range(first, count):
        # One part is damaged, and the one before is whole again.
        for part, whole in zip(parts, wholes, strict=True):
            part.write_bytes(whole)
        at = number % len(parts)
        parts[at].write_bytes(damaged(wholes[at], np.random.default_rng([seed, number])))
        try:
            found = read_again(kind, file)
        except (ValueError, OSError) as error:
            lines = str(error).count("\n")
            yield ["traceback", f"{lines} lines: {error}"[:300]] if lines else ["refused"]
        except BaseException as error:
            yield ["traceback", f"{type(error).__name__}: {error}"[:300]]
        else:
            same = len(found) == len(right) and all(
                np.array_equal(one, other) for one, other in zip(found, right, strict=True)
            )
            yield ["same" if same else "other"]


def damaged(content: bytes, rng: Any) -> bytes:
    """The content with one kind of damage."""
    data, at = bytearray(content), int(rng.integers(max(len(content), 1)))
    length = int(rng.integers(1, 64))
    kind = rng.integers(6)
    if kind == 0:
        for place in rng.integers(len(data), size=rng.integers(1, 9)):
            data[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[at:]
    elif kind == 2:
        data[at:at] = rng.bytes(length)
    elif kind == 3:
        data[at : at + length] = bytes([rng.choice([0, 255, 127, 128])]) * len(
            data[at : at + length]
        )
    elif kind == 4:
        del data[at : at + length]
    else:
        data[at:at] = data[at // 2 : at // 2 + length]
    return bytes(data)
