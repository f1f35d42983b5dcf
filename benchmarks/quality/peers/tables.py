"""Peers on tables: an array `table` with NaN where entries are missing, filled.

Run by `worker.call` in the peers' environment.
"""

import warnings
from collections.abc import Iterator

import numpy as np
from cmfrec import CMF_imputer
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import BayesianRidge
from sklearn.preprocessing import StandardScaler

from benchmarks.quality.peers.worker import Arrays, Settings, each, serve
from benchmarks.quality.ridge_als import ridge_als
from benchmarks.quality.triplets import Triplets

DECAY, STEPS, TOLERANCE = 0.8, 200, 1e-4


def mean(arrays: Arrays) -> NDArray:
    """Column means."""
    return SimpleImputer(keep_empty_features=True).fit_transform(arrays["table"])


def neighbours(arrays: Arrays, count: int, standardised: bool) -> NDArray:
    """`KNNImputer`, of raw or of standardised columns."""
    imputer = KNNImputer(n_neighbors=count, keep_empty_features=True)
    if not standardised:
        return imputer.fit_transform(arrays["table"])
    scaler = StandardScaler().fit(arrays["table"])
    return scaler.inverse_transform(imputer.fit_transform(scaler.transform(arrays["table"])))


def iterative(arrays: Arrays, nearest: int | None) -> NDArray:
    """`IterativeImputer` with `BayesianRidge`."""
    imputer = IterativeImputer(
        BayesianRidge(),
        n_nearest_features=nearest,
        max_iter=10,
        keep_empty_features=True,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return imputer.fit_transform(arrays["table"])


def cmf(arrays: Arrays, rank: int, ridge: float, biases: bool) -> NDArray:
    """`CMF_imputer` by exact ALS; the ridge is in units of the variance of the table."""
    table = arrays["table"]
    scale = np.nanstd(table)
    imputer = CMF_imputer(
        k=rank,
        lambda_=ridge,
        user_bias=biases,
        item_bias=biases,
        niter=30,
        use_cg=False,
        nthreads=1,
        verbose=False,
    )
    return scale * imputer.fit_transform(table / scale)


def ridge(arrays: Arrays, rank: int, ridge: float, biases: bool) -> NDArray:
    """Our own ridge ALS; the ridge is in units of the variance of the table."""
    table = arrays["table"]
    scale = np.nanstd(table)
    rows, columns = np.nonzero(~np.isnan(table))
    known = Triplets(rows, columns, (table[rows, columns] / scale).astype(np.float32))
    model = ridge_als(known, table.shape, rank=rank, ridge=ridge, biases=biases, sweeps=30)
    filled = model.centre + model.users[:, :-1] @ model.items[:, :-1].T
    return scale * (filled + model.users[:, -1:] + model.items[:, -1])


def soft_impute(arrays: Arrays, settings: Settings) -> Iterator[NDArray]:
    """SoftImpute along a warm-started path of λ; a setting is a stage of it, centred or not.

    Settings come in the order of the path, so that each goes on from the one before.
    """
    table = arrays["table"]
    known = ~np.isnan(table)
    state: tuple[bool | None, int, NDArray] = (None, 0, np.zeros(table.shape))
    for setting in settings:
        centred, stage = setting["centred"], setting["stage"]
        sums = np.where(known, table, 0).sum(0)
        means = sums / np.maximum(known.sum(0), 1) if centred else np.zeros(len(sums))
        target = np.where(known, table - means, 0)
        if state[0] != centred:
            state = (centred, 0, np.zeros(table.shape))
        top = np.linalg.norm(target, 2)
        answer = state[2]
        for step in range(state[1], stage + 1):
            answer = _at_rest(target, known, answer, top * DECAY ** (step + 1))
        state = (centred, stage + 1, answer)
        yield answer + means


def _at_rest(target: NDArray, known: NDArray, answer: NDArray, threshold: float) -> NDArray:
    for _ in range(STEPS):
        left, values, right = np.linalg.svd(np.where(known, target, answer), full_matrices=False)
        after = (left * np.maximum(values - threshold, 0)) @ right
        change = np.linalg.norm(after - answer) / max(np.linalg.norm(after), 1e-12)
        answer = after
        if change < TOLERANCE:
            break
    return answer


METHODS = {
    "mean": each(mean),
    "KNNImputer": each(neighbours),
    "IterativeImputer": each(iterative),
    "cmfrec": each(cmf),
    "ridge ALS": each(ridge),
    "SoftImpute": soft_impute,
}


if __name__ == "__main__":
    serve(METHODS)
