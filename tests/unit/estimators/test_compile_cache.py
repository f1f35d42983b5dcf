"""That what an estimator compiles is kept on disk, and that JAX's own settings are as before."""

import jax
import numpy as np
import pytest

from tacit.estimators import (
    AlternatingLeastSquaresImputer,
    MatrixSensing,
    RatingsModel,
    ScaledDescentImputer,
    SoftImputer,
)

RNG = np.random.default_rng(0)
TABLE = np.where(RNG.random((17, 7)) < 0.2, np.nan, RNG.standard_normal((17, 7)))
USERS, ITEMS = np.divmod(RNG.choice(81, 50, replace=False), 9)
RATINGS = RNG.uniform(1, 5, 50)

FITS = {
    "alternating": lambda: AlternatingLeastSquaresImputer(max_iter=4).fit(TABLE),
    "scaled": lambda: ScaledDescentImputer(max_iter=4).fit(TABLE),
    "soft": lambda: SoftImputer(max_iter=4).fit(TABLE),
    "ratings": lambda: RatingsModel(width=3, max_iter=2).fit(USERS, ITEMS, RATINGS),
    "sensing": lambda: MatrixSensing(max_iter=20).fit(
        RNG.standard_normal((30, 4, 3)), RNG.standard_normal(30)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FITS)
def test_what_an_estimator_compiles_is_kept(name, cache):
    jax.clear_caches()
    FITS[name]()
    assert list(cache.glob("*-cache"))
    assert jax.config.jax_compilation_cache_dir is None
