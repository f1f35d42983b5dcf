"""Tacit's estimators on their defaults, measured as the peers are: in a process of their own.

Imports do not count. Compiled programs are kept from one call to the next in `benchmarks/.cache`.
Where an estimator is not there, `available` is False, and the tables have no row of it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

import tacit.estimators
from benchmarks.quality.peers.worker import Arrays, Method, each, serve

MODULE, PYTHON = "benchmarks.quality.ours", sys.executable


def available(name: str) -> bool:
    """Whether `tacit.estimators` has an estimator of this name."""
    return hasattr(tacit.estimators, name)


def found(name: str) -> Any:
    """The estimator of this name."""
    return getattr(tacit.estimators, name)


def ratings_model(arrays: Arrays, **options: object) -> NDArray:
    """`RatingsModel(...)`, fitted; predictions of the pairs held out."""
    if isinstance(limits := options.get("rating_range"), list):
        options["rating_range"] = tuple(limits)
    model = found("RatingsModel")(**options)
    model.fit(arrays["users"], arrays["items"], arrays["ratings"])
    return np.asarray(model.predict(arrays["test_users"], arrays["test_items"]))


def matrix_imputer(arrays: Arrays, **options: object) -> Arrays:
    """`MatrixImputer(random_state=0, ...)`: the filled table, and what is said of its errors."""
    imputer = found("MatrixImputer")(random_state=0, **options)
    filled = np.asarray(imputer.fit_transform(arrays["table"]))
    lower, upper = imputer.predict_interval(arrays["table"])
    held_out = np.asarray(imputer.held_out_error_)
    return {"predicted": filled, "lower": lower, "upper": upper, "held_out": held_out}


METHODS: Mapping[str, Method] = {
    "RatingsModel": each(ratings_model),
    "MatrixImputer": each(matrix_imputer),
}


if __name__ == "__main__":
    jax.config.update("jax_compilation_cache_dir", str(Path(__file__).parents[1] / ".cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    serve(METHODS)
