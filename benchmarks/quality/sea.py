"""An invented sea: a year of surface temperature by day and place, and the clouds that hide it.

The field has what such fields have: a season that is larger and earlier near the coast, cold water
that wells up there, a meandering front, waves and eddies that drift west, weather of some days, and
the noise of the instrument. Clouds are torn blobs that the wind moves east; days are more or less
cloudy. Land is never seen.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

SHAPE = (365, 60, 80)
NOISE = 0.1
"""Standard deviation of what the instrument adds, in kelvin."""


class Sea(NamedTuple):
    """A year of it.

    Attributes:
        measured: degrees Celsius, with the instrument's noise: day × latitude × longitude.
        truth: the same without the noise.
        land: True where there is no sea: latitude × longitude.
    """

    measured: NDArray[np.floating]
    truth: NDArray[np.floating]
    land: NDArray[np.bool_]


def sea(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Sea:
    """A sea of this many days, latitudes and longitudes; pixels of about 4 km."""
    rng = np.random.default_rng([20, seed])
    days, rows, columns = shape
    t = np.arange(days)[:, None, None]
    y, x = np.mgrid[:rows, :columns]

    coast = rows * (0.12 + 0.08 * np.sin(x / 9.0) + 0.05 * np.sin(x / 3.1 + 1))
    land = (y < coast) | ((x - 0.72 * columns) ** 2 + (y - 0.6 * rows) ** 2 < 14)
    offshore = np.clip((y - coast) / rows, 0, 1)

    season = (3.0 + 2.0 * np.exp(-6 * offshore)) * np.sin(
        2 * np.pi * (t - 110 - 30 * offshore) / 365.25
    )
    path = 0.55 * rows + 5 * np.sin(2 * np.pi * (x / 45 - t / 160)) + 3 * np.sin(x / 5 + t / 23)
    front = 1.5 * np.tanh((y - path) / 3)
    upwelling = -1.5 * np.exp(-((y - coast) ** 2) / 18) * np.maximum(0, np.sin(2 * np.pi * t / 61))
    truth = 17 + 2 * offshore + season + front + upwelling
    for _ in range(3):
        length, period, phase = rng.uniform(20, 60), rng.uniform(30, 120), rng.uniform(0, 6)
        crest = np.exp(-(((y - rng.uniform(0.3, 0.9) * rows) / 12) ** 2))
        truth += 0.35 * crest * np.cos(2 * np.pi * (x / length + t / period) + phase)

    for _ in range(round(0.006 * days * rows * columns / 100)):
        box, height = _eddy(rng, shape)
        truth[box] += height
    weather = gaussian_filter(rng.normal(size=shape), (2.0, 7, 9), mode="wrap")
    truth += 0.4 * weather / weather.std()
    return Sea(truth + NOISE * rng.normal(size=shape), truth, land)


def _eddy(
    rng: np.random.Generator, shape: tuple[int, int, int]
) -> tuple[tuple[slice, ...], NDArray[np.floating]]:
    """One that is born, drifts west, and dies: the box that it stays in, and its height there."""
    days, rows, columns = shape
    born, life = rng.uniform(-60, days), rng.uniform(30, 120)
    radius, speed = rng.uniform(2.5, 7), rng.uniform(0.05, 0.25)
    first_y, drift = rng.uniform(0.2, 1) * rows, rng.normal(0, 0.03)
    first_x = rng.uniform(0, 1.2) * columns
    size = rng.choice([-1, 1]) * rng.uniform(0.4, 1.4)

    alive = (born, min(born + life, days))
    paths = [first_y + drift * (np.array(alive) - born), first_x - speed * (np.array(alive) - born)]
    # Beyond six radii there is less than one part in 10¹⁵ of it.
    ends = [alive, *((path.min() - 6 * radius, path.max() + 6 * radius) for path in paths)]
    box = tuple(
        slice(int(np.clip(low, 0, side)), int(np.clip(high + 1, 0, side)))
        for (low, high), side in zip(ends, shape, strict=True)
    )
    t, y, x = (np.arange(side)[part] for part, side in zip(box, shape, strict=True))
    t, y = t[:, None, None], y[:, None]
    at_y, at_x = first_y + drift * (t - born), first_x - speed * (t - born)
    age = np.clip((t - born) / life, 0, 1)
    height = size * np.sin(np.pi * age)
    return box, height * np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / radius**2)


def clouds(
    share: float, seed: int = 0, shape: tuple[int, int, int] = SHAPE, speed: float = 9.0
) -> NDArray[np.bool_]:
    """True where a cloud hides the place, of all places and days this share.

    Args:
        share: from 0 to 1.
        seed: of the clouds.
        shape: days, latitudes and longitudes.
        speed: of the wind, in pixels a day.
    """
    rng = np.random.default_rng([30, seed])
    days, rows, columns = shape
    y, x = np.mgrid[:rows, :columns]
    # A sky wider than the sea, of which each day shows what the wind has moved there.
    wide = columns + round(speed * days)
    sky = gaussian_filter(rng.normal(size=(rows, wide)), (6, 10)) / 0.01
    torn = gaussian_filter(rng.normal(size=(rows, wide)), (1.5, 2.5)) / 0.03
    sky, torn = sky / sky.std(), torn / torn.std()
    cover = gaussian_filter(rng.normal(size=days), 2.0)
    cover = 0.7 * cover / cover.std()
    thick = np.empty(shape)
    for day in range(days):
        places = [y, x + speed * (days - 1 - day)]
        thick[day] = map_coordinates(sky + 0.5 * torn, places, order=1, mode="nearest")
    thick += cover[:, None, None]
    return thick > np.quantile(thick, 1 - share)
