"""The sampled bound of the constant of restricted isometry."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import Fourier, low_tubal_rank_tensor
from tacit.certificates import rip_estimate
from tacit.operators import Dense
from tests.laws.cases.base import draw

SHAPE = (3, 3, 4)
rank_one = partial(low_tubal_rank_tensor, SHAPE, 1, Fourier(), jnp.float64)


@pytest.mark.slow
def test_an_isometry_has_constant_zero_and_a_multiple_of_it_its_own(key):
    arrays = np.linalg.qr(np.asarray(draw((40, 36))))[0].reshape(40, *SHAPE)
    for factor in (1.0, 0.8):
        found = rip_estimate(
            Dense(jnp.asarray(factor * arrays)), lambda k: rank_one(key=k), 20, key=key
        )
        np.testing.assert_allclose(found.lower_bound, 1 - factor**2, atol=1e-12)
        np.testing.assert_allclose(found.smallest, found.largest)


@pytest.mark.slow
def test_it_is_a_lower_bound_that_grows_with_the_sample(key):
    """δ on all targets is known from the singular values of A; of a sample it is no larger."""
    operator = Dense(draw((50, *SHAPE)) / np.sqrt(50))
    squares = np.linalg.svd(operator.as_matrix(), compute_uv=False) ** 2
    constant = max(squares[0] - 1, 1 - squares[-1])
    few, many = (
        rip_estimate(operator, lambda k: rank_one(key=k), count, key=key) for count in (1, 200)
    )
    assert 0 < few.lower_bound < many.lower_bound < constant
    assert many.smallest < 1 < many.largest


def test_no_sample_is_refused(key):
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        rip_estimate(Dense(draw((2, *SHAPE))), lambda k: rank_one(key=k), 0, key=key)
