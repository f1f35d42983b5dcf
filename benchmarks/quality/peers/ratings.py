"""Peers on ratings: `users, items, ratings` to learn from, `test_users, test_items` to predict.

Run by `worker.call` in the peers' environment.
"""

import time
import warnings

import cmfrec
import implicit
import numpy as np
import pandas as pd
import surprise
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.quality.peers.worker import Arrays, each, serve
from benchmarks.quality.ridge_als import ridge_als
from benchmarks.quality.triplets import Triplets


def triplets(arrays: Arrays) -> tuple[Triplets, tuple[int, int]]:
    """What to learn from, and the numbers of users and items."""
    users, items = (
        1 + int(max(arrays[side].max(), arrays[f"test_{side}"].max()))
        for side in ("users", "items")
    )
    return Triplets(*(arrays[name] for name in Triplets._fields)), (users, items)


def ridge(arrays: Arrays, **options: float) -> NDArray:
    """Our own ridge ALS; of rank 0 biases alone."""
    train, shape = triplets(arrays)
    model = ridge_als(train, shape, **options)
    return model.predict(arrays["test_users"], arrays["test_items"])


def cmf(arrays: Arrays, **options: float) -> NDArray:
    """`cmfrec.CMF`; users and items that have no rating are predicted by zero factors."""
    train, shape = triplets(arrays)
    ratings = sparse.coo_matrix((train.ratings, (train.users, train.items)), shape)
    model = cmfrec.CMF(
        **{"nthreads": 2, "verbose": False, "precompute_for_predictions": False, **options}
    )
    model.fit(ratings)
    predicted = model.predict(arrays["test_users"], arrays["test_items"])
    return np.where(np.isnan(predicted), train.ratings.mean(), predicted)


def surprise_model(arrays: Arrays, kind: str, **options: float) -> NDArray:
    """A matrix factorisation of Surprise; the conversion of the data counts, too."""
    train, _ = triplets(arrays)
    low, high = float(train.ratings.min()), float(train.ratings.max())
    data = surprise.Dataset.load_from_df(
        pd.DataFrame(train._asdict()), surprise.Reader(rating_scale=(low, high))
    ).build_full_trainset()
    model = getattr(surprise, kind)(random_state=0, **options)
    model.fit(data)
    pairs = zip(arrays["test_users"].tolist(), arrays["test_items"].tolist(), strict=True)
    return np.array([model.predict(user, item).est for user, item in pairs])


def implicit_seconds(arrays: Arrays, factors: int, iterations: int) -> NDArray:
    """Seconds of one iteration of implicit's ALS: it predicts preferences, not ratings."""
    train, shape = triplets(arrays)
    ratings = sparse.csr_matrix((train.ratings, (train.users, train.items)), shape)
    found = []
    for count in (1, 1 + iterations):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = implicit.als.AlternatingLeastSquares(
                factors=factors, iterations=count, num_threads=2, random_state=0, use_gpu=False
            )
        began = time.perf_counter()
        model.fit(ratings, show_progress=False)
        found.append(time.perf_counter() - began)
    return np.array((found[1] - found[0]) / iterations)


METHODS = {
    "ridge ALS": each(ridge),
    "cmfrec": each(cmf),
    "Surprise": each(surprise_model),
    "implicit": each(implicit_seconds),
}


if __name__ == "__main__":
    serve(METHODS)
