"""What a sweep over ratings would take on many devices, from rates measured on one.

    python -m benchmarks.speed.scaling
    python -m benchmarks.speed.scaling --rating 4e-9 --bandwidth 5e10 --latency 1e-5
    python -m benchmarks.speed.scaling --check         # against the runs of devices.json

A model of four terms; nothing is run. `docs/guide/scale.md` says where each comes from.
"""

import argparse
import json
from dataclasses import dataclass
from statistics import median

from benchmarks.speed.measure import HERE, table

RATING, BANDWIDTH, LATENCY = 397e-9, 1e9, 5e-5
"""Seconds a rating of one device (`quality/scale.md`, two cores at width 32); bytes a second and
seconds a message of a network of 10 Gbit/s: assumed, not measured."""
DEVICES = (1, 4, 16, 64, 256)
CASES = ((1e9, 1e5), (1e11, 1e6))
"""Ratings and items."""
DEGREE = 143
"""Ratings of a user, as of MovieLens."""
CHUNK, COLLECTIVES, PADDING = 1 << 16, 8, 1.3
"""Ratings of a chunk; sums and answers that each chunk of items exchanges; places over ratings."""


@dataclass(frozen=True)
class Sweep:
    """Seconds and bytes of one sweep on one of the devices.

    Attributes:
        compute: seconds on its own ratings.
        transfer: seconds of its bytes on the network.
        latency: seconds of waiting for messages to begin.
        sent: bytes that it sends.
        memory: bytes that it holds.
    """

    compute: float
    transfer: float
    latency: float
    sent: float
    memory: float

    @property
    def seconds(self) -> float:
        """Of the sweep; nothing overlaps."""
        return self.compute + self.transfer + self.latency


def predict(
    ratings: float, items: float, devices: int, rates: argparse.Namespace, width: int = 32
) -> Sweep:
    """One sweep of `VariationalBayes` over `ShardedEntries`.

    Args:
        ratings: number of them.
        items: number of them; their sums are what crosses the network.
        devices: number of them.
        rates: of one device, and of the network.
        width: of the factorisation.
    """
    own, coordinates = ratings / devices, width + 1
    users = ratings / DEGREE / devices
    sums = 4 * items * (coordinates**2 + coordinates + 2)
    answers = 4 * items * (2 * coordinates + 2)
    # Of a ring each device sends what it has but for its own share, of sums and of answers.
    sent = (sums + answers) * (devices - 1) / devices
    # A chunk of items has as many ratings on each device as there is room for.
    chunks = max(own / CHUNK, 1)
    waits = COLLECTIVES * chunks * (devices - 1) * rates.latency
    # Row, column, value, weight, and both groupings with their padding; means and variances of the
    # device's users, twice (the best so far), and of all items.
    memory = own * (16 + 2 * 8 * PADDING) + 4 * 4 * coordinates * (users + items)
    return Sweep(own * rates.rating, sent / rates.bandwidth, waits, sent, memory)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rating", type=float, default=RATING, help="seconds a rating, one device")
    parser.add_argument("--bandwidth", type=float, default=BANDWIDTH, help="bytes a second")
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds a message")
    parser.add_argument("--check", action="store_true", help="compare with devices.json")
    rates = parser.parse_args()
    if rates.check:
        check()
        return
    head = ["ratings", "items", "devices", "s a sweep", "compute", "transfer", "latency"]
    head += ["GB sent", "GB held", "of perfect"]
    rows = []
    for ratings, items in CASES:
        alone = predict(ratings, items, 1, rates).seconds
        for devices in DEVICES:
            found = predict(ratings, items, devices, rates)
            parts = (found.seconds, found.compute, found.transfer, found.latency)
            rows.append([
                f"{ratings:.0e}", f"{items:.0e}", f"{devices}", *(f"{part:.3g}" for part in parts),
                f"{found.sent / 1e9:.2f}", f"{found.memory / 1e9:.1f}",
                f"{alone / devices / found.seconds:.0%}",
            ])  # fmt: skip
    print("\n".join(table(head, rows, 0)))


def check() -> None:
    """Host devices have one and the same cores: a sweep is as long whatever their number."""
    found = json.loads((HERE / "devices.json").read_text())
    alone = median(run["sweep"] for run in found["one program"])
    rows = [
        [name, f"{median(run['sweep'] for run in runs):.3f}", f"{alone:.3f}"]
        for name, runs in found.items()
    ]
    print("\n".join(table(["", "s measured", "s predicted"], rows)))


if __name__ == "__main__":
    main()
