"""The fields and series that are filled, and what is hidden of each."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import metro
from benchmarks.quality.peers.worker import call
from benchmarks.quality.sea import clouds, sea

PEERS = "benchmarks.quality.peers.fields"
SMALL = (40, 24, 32)
"""Days and sides of the sea that kriging has time for."""
GAPS = {"elnino": 6, "co2": 13}
"""Months and weeks of a gap."""


class Field(NamedTuple):
    """What is filled.

    Attributes:
        values: time first; NaN where the truth is not known.
        hidden: entries that a method does not see, though they are known.
        land: places that are no part of it, over the axes of `values`.
        options: of `complete`.
    """

    values: NDArray[np.floating]
    hidden: NDArray[np.bool_]
    land: NDArray[np.bool_]
    options: dict[str, Any]

    @property
    def data(self) -> NDArray[np.floating]:
        """What is seen; NaN elsewhere."""
        return np.where(self.hidden | self.land, np.nan, self.values)


def of_sea(seed: int, share: float, shape: tuple[int, int, int] | None = None, **sky: Any) -> Field:
    """A sea under clouds that hide this share of it."""
    sizes = {} if shape is None else {"shape": shape}
    found = sea(seed, **sizes)
    land = np.broadcast_to(found.land, found.measured.shape)
    hidden = clouds(share, seed, **sizes, **sky) & ~land
    return Field(found.measured, hidden, land, {"axes": ("time", "row", "column")})


def of_lost_days(seed: int, share: float) -> Field:
    """A sea of which whole days are lost, in runs of one to nine."""
    whole = of_sea(seed, 0.0)
    rng = np.random.default_rng([40, seed])
    lost = np.zeros(len(whole.values), bool)
    while lost.mean() < share:
        start = int(rng.integers(1, len(lost) - 10))
        lost[start : start + int(rng.integers(1, 10))] = True
    return whole._replace(hidden=lost[:, None, None] & ~whole.land)


def of_series(name: str, kind: str) -> Field:
    """A public series, single entries of it hidden, or gaps of half a year or a quarter."""
    (found,) = call(PEERS, "series", {}, [{"name": name}])
    if found is None:
        raise SystemExit(f"{name} could not be read: make -C benchmarks peers")
    values = found.predicted
    rng = np.random.default_rng(0)
    hidden = rng.random(len(values)) < (0.6 if kind == "random 60 %" else 0.3)
    if kind == "gaps 30 %":
        hidden = np.zeros(len(values), bool)
        while hidden.mean() < 0.3:
            start = int(rng.integers(1, len(values) - GAPS[name] - 1))
            hidden[start : start + GAPS[name]] = True
    known = np.isfinite(values)
    return Field(values, hidden & known, np.zeros(len(values), bool), {"kind": "series"})


def of_metro(mask: str) -> Field:
    """Passengers, time by station; nobody says that the times are those of days."""
    tensor = metro.metro()
    hidden = metro.hidden(mask, tensor.shape)

    def unfold(values: NDArray) -> NDArray:
        return values.transpose(2, 1, 0).reshape(-1, len(values))

    values = unfold(tensor)
    return Field(values, unfold(hidden), np.zeros(values.shape, bool), {"axes": ("time", "item")})


ROWS: dict[str, Callable[[], Field]] = {
    "sea 0, clouds 40 %": lambda: of_sea(0, 0.4),
    "sea 0, clouds 70 %": lambda: of_sea(0, 0.7),
    "sea 2, slow clouds 50 %": lambda: of_sea(2, 0.5, speed=1.5),
    "sea 3, lost days 20 %": lambda: of_lost_days(3, 0.2),
    "small sea, clouds 50 %": lambda: of_sea(4, 0.5, SMALL),
    "small sea, slow clouds 50 %": lambda: of_sea(5, 0.5, SMALL, speed=1.5),
    **{
        f"{title}, {kind}": lambda name=name, kind=kind: of_series(name, kind)
        for name, title in (("elnino", "El Niño"), ("co2", "CO₂"))
        for kind in ("random 30 %", "random 60 %", "gaps 30 %")
    },
    **{f"metro, {mask}": lambda mask=mask: of_metro(mask) for mask in metro.LATC},
}
