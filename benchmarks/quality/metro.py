"""Passengers that enter the Hangzhou metro, and the masks of published comparisons.

The data are `../shared/data/hangzhou-metro.mat`: 80 stations, 108 slots of ten minutes, 25 days.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).parents[3] / "shared" / "data" / "hangzhou-metro.mat"
SEED = 1000
WINDOW = 6
"""Slots of a blackout."""
LATC = {
    "random 30 %": 24.97,
    "random 70 %": 28.25,
    "random 90 %": 34.44,
    "whole days 30 %": 47.38,
    "whole days 70 %": 47.30,
    "blackout 30 %": 28.64,
}
"""Published root mean square errors of LATC, at the best of its settings on the hidden entries."""


def metro() -> NDArray:
    """Passengers by station, time of day and day; zeros are observed like any number."""
    from scipy.io import loadmat

    stations_days_slots = loadmat(PATH)["tensor"].astype(float)
    return np.ascontiguousarray(stations_days_slots.transpose(0, 2, 1))


def hidden(name: str, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """True where hidden, by the draws of the transdim notebooks.

    Args:
        name: a key of `LATC`: single entries, whole days of a station, or windows of slots at all
            stations together.
        shape: stations, slots, days.
    """
    kind, percent, _ = name.rsplit(" ", 2)
    rate = float(percent) / 100
    stations, slots, days = shape
    draw = np.random.RandomState(SEED).rand  # the legacy generator, as they use it
    if kind == "random":
        observed = np.round(draw(stations, slots, days) + 0.5 - rate)
    elif kind == "whole days":
        observed = np.round(draw(stations, days) + 0.5 - rate)[:, None, :]
    else:
        windows = np.repeat(draw(slots * days // WINDOW), WINDOW)
        observed = np.round(windows + 0.5 - rate).reshape(slots, days, order="F")[None]
    return np.broadcast_to(observed == 0, shape)
