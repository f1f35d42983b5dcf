"""MovieLens 100K in five folds: the peers and `RatingsModel`; writes `ratings.md`.

    make -C benchmarks peers                  # once: the peers' environment
    python -m benchmarks.quality.ratings      # what has not been measured yet
    python -m benchmarks.quality.ratings --again RatingsModel

Rows that an earlier call had finished are kept in `ratings.jsonl` (not committed).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine
from benchmarks.quality.journal import Journal
from benchmarks.quality.ours import MODULE, PYTHON, available
from benchmarks.quality.peers.worker import call
from benchmarks.quality.triplets import MOVIELENS, Triplets, movielens
from benchmarks.quality.tuning import Peer, best, grid, installed, rmse, versions

HERE = Path(__file__).parent
JOURNAL = Journal(HERE / "ratings.jsonl", ("method", "fold"))
FOLDS, SEED, SCALE = 5, 0, (1, 5)
OURS = "RatingsModel"
PEERS = "benchmarks.quality.peers.ratings"
BIASES = grid(rank=[0], sweeps=[10], ridge=[2.0, 5.0, 10.0])
RIDGE = grid(rank=[3, 5, 10, 20], sweeps=[20], ridge=[5.0, 8.0, 12.0, 16.0])
CMF = [
    *grid(k=[5, 10, 40], niter=[10, 30], lambda_=[5.0, 8.0, 12.0, 16.0, 24.0]),
    *grid(k=[5, 10, 40], niter=[10, 30], scale_lam=[True], lambda_=[0.05, 0.1, 0.15, 0.2]),
]
SVD = grid(
    kind=["SVD"],
    n_factors=[50, 200],
    n_epochs=[100],
    lr_all=[0.005],
    reg_all=[0.08, 0.1, 0.12],
)
METHODS = {
    "biases alone": Peer(PEERS, "ridge ALS", BIASES),
    "Surprise SVD, defaults": Peer(PEERS, "Surprise", [{"kind": "SVD"}]),
    "Surprise SVD++, defaults": Peer(PEERS, "Surprise", [{"kind": "SVDpp"}]),
    "Surprise SVD, tuned": Peer(PEERS, "Surprise", SVD),
    "cmfrec CMF, defaults": Peer(PEERS, "cmfrec", [{}]),
    "cmfrec CMF, tuned": Peer(PEERS, "cmfrec", CMF),
    "cmfrec CMF with implicit features, tuned": Peer(
        PEERS, "cmfrec", [{**setting, "add_implicit_features": True} for setting in CMF]
    ),
    "ridge ALS of our own, tuned": Peer(PEERS, "ridge ALS", RIDGE),
}
SLOW = "Surprise SVD++, defaults"
SPEED = "implicit ALS"


def folds(count: int) -> list[NDArray]:
    """What each fold tests on."""
    return np.array_split(np.random.default_rng(SEED).permutation(count), FOLDS)


def arrays(train: Triplets, test: Triplets) -> dict[str, NDArray]:
    """A split as methods take it: the test's ratings stay here."""
    return {**train._asdict(), "test_users": test.users, "test_items": test.items}


def measure(names: list[str]) -> None:
    """Add to the journal every fold and method that it lacks."""
    data = movielens()
    known = JOURNAL.rows()
    for fold, tested in enumerate(folds(len(data.users))):
        train, test = data.at(np.setdiff1d(np.arange(len(data.users)), tested)), data.at(tested)
        order = np.random.default_rng(fold).permutation(len(train.users))
        cut = len(order) // 10
        held, inner = train.at(order[:cut]), arrays(train.at(order[cut:]), train.at(order[:cut]))
        for name in names:
            if (name, fold) in known or name == SPEED:
                continue
            if name == OURS:
                options = {"rating_range": SCALE, "random_state": fold}
                (found,) = call(MODULE, OURS, arrays(train, test), [options], python=PYTHON)
                setting, tuning = options, 0.0
            else:
                answer = best(
                    METHODS[name],
                    inner,
                    lambda predicted, held=held: rmse(np.clip(predicted, *SCALE), held.ratings),
                    arrays(train, test),
                )
                found, setting, tuning = answer or (None, {}, 0.0)
            row = {"method": name, "fold": fold, "setting": setting, "tuning": tuning}
            if found is not None:
                row["rmse"] = rmse(np.clip(found.predicted, *SCALE), test.ratings)
                row |= {"seconds": found.seconds, "memory": found.memory}
            JOURNAL.add(row)
    if (SPEED, 0) not in known and SPEED in names:
        whole = arrays(data, data.at(np.arange(1)))
        (found,) = call(PEERS, "implicit", whole, [{"factors": 40, "iterations": 20}])
        if found is not None:
            JOURNAL.add({"method": SPEED, "fold": 0, "seconds": float(found.predicted)})


def table() -> list[str]:
    """The table, the grids below it."""
    rows = JOURNAL.rows()
    lines = [
        "| method | " + " | ".join(f"fold {fold}" for fold in range(FOLDS)) + " | mean | seconds "
        "a fold | tuning, s | setting of fold 0 |",
        "|---|" + "---:|" * (FOLDS + 3) + "---|",
    ]
    for name in (*METHODS, OURS):
        found = [rows.get((name, fold), {}) for fold in range(FOLDS)]
        if any("rmse" not in row for row in found):
            continue
        values = [row["rmse"] for row in found]
        cells = [f"{value:.4f}" for value in values] + [f"**{np.mean(values):.4f}**"]
        cells += [f"{np.median([row[key] for row in found]):.1f}" for key in ("seconds", "tuning")]
        setting = ", ".join(f"{key} {value}" for key, value in found[0]["setting"].items())
        lines.append(f"| {name} | {' | '.join(cells)} | {setting or 'as it comes'} |")
    if (SPEED, 0) in rows:
        seconds = 1000 * rows[SPEED, 0]["seconds"]
        lines += ["", f"implicit, for speed only: {seconds:.0f} ms an iteration of 40 factors."]
    return lines


def write() -> None:
    """Write `ratings.md` of what has been measured."""
    shown = {"Surprise SVD": SVD, "cmfrec": CMF, "ridge ALS": RIDGE, "biases": BIASES}
    grids = [
        f"- {name}: {len(settings)} settings, {_ranges(settings)}"
        for name, settings in shown.items()
    ]
    lines = [
        "# Star ratings: MovieLens 100K",
        "",
        "`python -m benchmarks.quality.ratings`",
        "",
        f"{machine()}. {versions()}.",
        "",
        f"Five folds of `np.array_split(np.random.default_rng({SEED}).permutation(100000), 5)`, "
        "the same for every method; test RMSE, predictions clipped to 1..5. Peers that are tuned "
        "get, each fold, the setting of the grid below that does best on a tenth of the training "
        "ratings (`default_rng(fold)`), and are fitted again to all of them; Tacit has its "
        "defaults. Seconds: the median fold, fit and predictions of one setting, imports aside, "
        "in a process of its own; tuning comes on top.",
        "",
        *table(),
        "",
        *grids,
        "",
    ]
    (HERE / "ratings.md").write_text("\n".join(lines))


def _ranges(settings: list[dict]) -> str:
    values = {key: [s[key] for s in settings if key in s] for s in settings for key in s}
    return "; ".join(
        f"{key} {', '.join(map(str, dict.fromkeys(found)))}" for key, found in values.items()
    )


def main() -> None:
    """Measure what is not in the journal, and write the table."""
    parser = argparse.ArgumentParser(description="MovieLens 100K in five folds.")
    parser.add_argument("--quick", action="store_true", help=f"leave out {SLOW}")
    parser.add_argument("--again", help="measure this method anew")
    parser.add_argument("--write", action="store_true", help="measure nothing, write what is there")
    arguments = parser.parse_args()
    if not arguments.write:
        if not MOVIELENS.exists():
            sys.exit("MovieLens 100K is not at hand: there is no ../shared/data/ml-100k.tsv")
        if not installed():
            sys.exit("The peers are not installed: make -C benchmarks peers")
        if arguments.again:
            JOURNAL.forget("method", arguments.again)
        names = [*METHODS, SPEED, *([OURS] if available(OURS) else [])]
        measure([name for name in names if not (arguments.quick and name == SLOW)])
    write()


if __name__ == "__main__":
    main()
