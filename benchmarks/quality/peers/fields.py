"""Peers on gridded fields and series, and the public series: in the peers' environment.

Run by `worker.call`. The arrays are `data`, time first, with NaN where entries are missing.
"""

import warnings

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from pykrige.ok import OrdinaryKriging
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

from benchmarks.quality.peers.worker import Arrays, each, serve

NEAREST = 50
"""Columns that one is regressed on, where there are more."""


def series(arrays: Arrays, name: str) -> NDArray:
    """El Niño's monthly temperatures from 1950 on, or weekly carbon dioxide at Mauna Loa."""
    del arrays
    data = getattr(sm.datasets, name).load_pandas().data
    return data["co2"].to_numpy(float) if name == "co2" else data.to_numpy(float)[:, 1:].ravel()


def kriging(arrays: Arrays) -> NDArray:
    """Ordinary kriging with a spherical variogram fitted to each day's map, or to the series.

    Days of which next to nothing is seen stay as they are.
    """
    data = arrays["data"]
    if data.ndim == 1:
        return _kriged(np.stack([np.arange(len(data)), np.zeros(len(data))], axis=1), data)
    places = np.stack(np.meshgrid(*map(np.arange, data.shape[1:]), indexing="ij"), axis=-1)
    places = places.reshape(-1, 2).astype(float)
    days = [_kriged(places, day.ravel()).reshape(day.shape) for day in data]
    return np.stack(days)


def _kriged(places: NDArray, values: NDArray) -> NDArray:
    seen = np.isfinite(values)
    if seen.sum() < 10:
        return values
    model = OrdinaryKriging(*places[seen].T, values[seen], variogram_model="spherical")
    filled, _ = model.execute("points", *places[~seen].T)
    values = values.copy()
    values[~seen] = np.asarray(filled)
    return values


def mice(arrays: Arrays) -> NDArray:
    """`IterativeImputer` with its ridge, a row a time."""
    data = arrays["data"]
    table = data.reshape(len(data), -1)
    kept = np.isfinite(table).any(axis=0)
    nearest = NEAREST if kept.sum() > NEAREST else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = IterativeImputer(n_nearest_features=nearest, random_state=0).fit_transform(
            table[:, kept]
        )
    filled = table.copy()
    filled[:, kept] = found
    return filled.reshape(data.shape)


METHODS = {"series": each(series), "kriging": each(kriging), "MICE": each(mice)}

if __name__ == "__main__":
    serve(METHODS)
