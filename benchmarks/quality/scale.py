"""Generated ratings of MovieLens 10M's shape, and what an epoch costs; writes `scale.md`.

    make -C benchmarks peers                            # once: the peers' environment
    python -m benchmarks.quality.scale                  # 10⁷ ratings, every method
    python -m benchmarks.quality.scale --count 1500000  # fewer, for trials
    python -m benchmarks.quality.scale --epochs         # an epoch of 10⁵ to 3·10⁷ ratings
    python -m benchmarks.quality.scale --again RatingsModel

Rows that an earlier call had finished are kept in `scale.jsonl` (not committed).
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.quality import triplets
from benchmarks.quality.journal import Journal
from benchmarks.quality.ours import MODULE, PYTHON, available
from benchmarks.quality.peers.worker import call
from benchmarks.quality.ratings import arrays
from benchmarks.quality.ridge_als import oracle
from benchmarks.quality.triplets import Generated, generated, sides
from benchmarks.quality.tuning import Peer, best, grid, installed, rmse, versions

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "scale.jsonl", ("method", "count"))
SEED = 0
OURS, EPOCH, ORACLE = "RatingsModel", "an epoch of RatingsModel", "oracle: the true item factors"
PEERS = "benchmarks.quality.peers.ratings"
RIDGES = [1.5, 3.0, 5.0, 8.0]
METHODS = {
    "biases alone": Peer(PEERS, "ridge ALS", grid(rank=[0], sweeps=[5], ridge=RIDGES)),
    "ridge ALS of our own, rank 20": Peer(
        PEERS, "ridge ALS", grid(rank=[20], sweeps=[10], ridge=RIDGES)
    ),
    "ridge ALS of our own, rank 32": Peer(
        PEERS, "ridge ALS", grid(rank=[32], sweeps=[10], ridge=RIDGES)
    ),
    "cmfrec ALS, k = 20": Peer(PEERS, "cmfrec", grid(k=[20], niter=[15], lambda_=RIDGES)),
    "cmfrec ALS, k = 32": Peer(PEERS, "cmfrec", grid(k=[32], niter=[15], lambda_=RIDGES)),
}
SIZES = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000)
FEW, MORE = 2, 7
"""Epochs of the two fits whose difference is taken."""

PATIENCE = 1200.0
"""Seconds for our own, which has a target to miss."""


def compare(count: int) -> None:
    """Add to the journal the methods that it lacks at this number of ratings."""
    known = JOURNAL.rows()
    names = [*METHODS, *([OURS] if available(OURS) else [])]
    if all((name, count) in known for name in (ORACLE, *names)):
        return
    data = generated(count, SEED)
    cut = len(data.train.users) // 10
    held, rest = data.train.at(np.arange(cut)), data.train.at(np.arange(cut, len(data.train.users)))
    outer, inner = arrays(data.train, data.test), arrays(rest, held)
    if (ORACLE, count) not in known:
        JOURNAL.add({"method": ORACLE, "count": count, **_oracle(data)})
    for name in names:
        if (name, count) in known:
            continue
        if name == OURS:
            options = [{"random_state": SEED}]
            (found,) = call(MODULE, OURS, outer, options, python=PYTHON, limit=PATIENCE)
            setting, tuning = {}, 0.0
        else:
            answer = best(
                METHODS[name], inner, lambda predicted: rmse(predicted, held.ratings), outer
            )
            found, setting, tuning = answer or (None, {}, 0.0)
        row = {"method": name, "count": count, "setting": setting, "tuning": tuning}
        if found is not None:
            row["rmse"] = rmse(found.predicted, data.test.ratings)
            row |= {"seconds": found.seconds, "memory": found.memory}
        JOURNAL.add(row)


def epochs() -> None:
    """Add to the journal seconds and memory of an epoch at each size that it lacks."""
    known = JOURNAL.rows()
    for count in SIZES:
        if (EPOCH, count) in known:
            continue
        data = generated(count, SEED)
        small = arrays(data.train, data.test.at(np.arange(1000)))
        fits = []
        for number in (FEW, MORE):
            options = [{"random_state": SEED, "max_iter": number}]
            # Its second fit of a process: everything is compiled, and only epochs differ.
            fits.append(call(MODULE, OURS, small, 2 * options, python=PYTHON, limit=PATIENCE)[1])
        row = {"method": EPOCH, "count": count, "entries": len(data.train.users)}
        if None not in fits:
            few, more = fits
            row |= {"seconds": (more.seconds - few.seconds) / (MORE - FEW), "memory": more.memory}
        JOURNAL.add(row)


def slope(sizes: list[int], values: list[float]) -> float:
    """Of a straight line through logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def comparison(count: int) -> list[str]:
    """The table of one number of ratings."""
    rows = {name: row for (name, found), row in JOURNAL.rows().items() if found == count}
    rows = {name: rows[name] for name in (ORACLE, *METHODS, OURS) if "rmse" in rows.get(name, {})}
    if not rows:
        return []
    users, items = sides(count)
    lines = [
        f"## {count:,} ratings, {users:,} × {items:,}",
        "",
        "| method | test RMSE | above the oracle | seconds | GiB | tuning, s | setting |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, row in rows.items():
        excess = f"{row['rmse'] / rows[ORACLE]['rmse'] - 1:+.1%}" if ORACLE in rows else ""
        cells = [f"{row['rmse']:.4f}", excess, f"{row['seconds']:.1f}"]
        cells.append(f"{row['memory']:.2f}" if "memory" in row else "–")
        cells.append(f"{row['tuning']:.0f}" if row.get("tuning") else "–")
        setting = ", ".join(f"{key} {value}" for key, value in row["setting"].items())
        lines.append(f"| {name} | {' | '.join(cells)} | {setting or '–'} |")
    tuned = [row["rmse"] for name, row in rows.items() if name in METHODS]
    if OURS in rows and tuned:
        ratio = rows[OURS]["rmse"] / min(tuned)
        lines += ["", f"`{OURS}()` over the best of the tuned: {ratio:.3f} (target: 1.02)."]
    return [*lines, ""]


def costs() -> list[str]:
    """The table of seconds and memory of an epoch."""
    rows = JOURNAL.rows()
    found = [row for size in SIZES if "seconds" in (row := rows.get((EPOCH, size), {}))]
    if len(found) < 2:
        return []
    entries, seconds = ([row[key] for row in found] for key in ("entries", "seconds"))
    lines = [
        "## An epoch against observed entries",
        "",
        f"The difference of fits of {MORE} and {FEW} epochs over {MORE - FEW}, each the second fit "
        "of a process of its own, so that nothing compiles; the peak of that process. "
        "Users in proportion to entries, items too (but 1000 at least).",
        "",
        "| entries | seconds | ns an entry | peak, GiB |",
        "|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['entries']:,} | {row['seconds']:.3f} | "
        f"{1e9 * row['seconds'] / row['entries']:.0f} | {row['memory']:.2f} |"
        for row in found
    ]
    lines += ["", f"Slope of seconds, log-log: {slope(entries, seconds):.2f} (target: 0.9 to 1.1)."]
    base = found[0]["memory"]
    larger = [row for row in found[2:] if row["memory"] > base]
    beyond = [row["entries"] for row in larger], [row["memory"] - base for row in larger]
    if len(larger) > 1:
        lines[-1] += (
            f" Of memory beyond that of the smallest: {slope(*beyond):.2f}, from "
            f"{beyond[0][0]:,} entries on."
        )
    return [*lines, ""]


def write() -> None:
    """Write `scale.md` of what has been measured."""
    counts = sorted({count for name, count in JOURNAL.rows() if name != EPOCH}, reverse=True)
    lines = [
        "# Ratings at scale",
        "",
        "`python -m benchmarks.quality.scale`",
        "",
        f"{machine()}. {versions()}.",
        "",
        f"Ratings by `triplets.generated(count, seed={SEED})`: users and items in proportion to "
        f"MovieLens 10M's ({triplets.USERS:,} × {triplets.ITEMS:,} for 10⁷; {triplets.LEAST:,} "
        f"items at least); a user's degree is {triplets.FEWEST} and a Lomax variable of index "
        f"{triplets.TAIL} (median 71, mean 143), items are drawn without replacement by a "
        f"Zipf-Mandelbrot law of power {triplets.POWER}. A rating is {triplets.CENTRE} + biases of "
        f"users and items (standard deviation {triplets.BIAS} each) + rank {triplets.RANK} with "
        f"strengths ∝ j^-{triplets.DECAY} (standard deviation {triplets.SIGNAL}) + noise "
        f"({triplets.NOISE}), neither rounded nor clipped. A tenth is held out for the test. Tuned "
        "peers get the setting that does best on a tenth of the rest, and are fitted again to all "
        f"of it; λ of {', '.join(map(str, RIDGES))}; Tacit has its defaults. The oracle knows the "
        "true item factors, item biases and variances and infers users alone. Seconds: fit and "
        "predictions, imports aside, on two threads; memory is the peak of the process.",
        "",
        *[line for count in counts for line in comparison(count)],
        *costs(),
    ]
    (HERE / "scale.md").write_text("\n".join(lines))


def _oracle(data: Generated) -> dict:
    began = time.perf_counter()
    predicted = oracle(data).predict(data.test.users, data.test.items)
    seconds = time.perf_counter() - began
    return {"setting": {}, "rmse": rmse(predicted, data.test.ratings), "seconds": seconds}


def main() -> None:
    """Measure what is not in the journal, and write the table."""
    parser = argparse.ArgumentParser(description="Generated ratings of MovieLens 10M's shape.")
    parser.add_argument("--count", type=int, default=triplets.RATINGS, help="how many ratings")
    parser.add_argument("--epochs", action="store_true", help="what an epoch costs instead")
    parser.add_argument("--again", help="measure this method anew")
    parser.add_argument("--write", action="store_true", help="measure nothing, write what is there")
    arguments = parser.parse_args()
    if arguments.again:
        JOURNAL.forget("method", arguments.again)
    if arguments.epochs:
        if not available(OURS):
            sys.exit(f"tacit.estimators has no {OURS}")
        epochs()
    elif not arguments.write:
        if not installed():
            sys.exit("The peers are not installed: make -C benchmarks peers")
        compare(arguments.count)
    write()


if __name__ == "__main__":
    main()
