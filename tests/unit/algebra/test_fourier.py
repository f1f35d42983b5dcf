"""The Fourier transform of tubes, by matrices and, where they are long, by the fast one."""

import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import Fourier


@pytest.mark.parametrize(
    "tubes", [(1,), (2,), (7,), (8,), (257,), (300,), (4, 5), (3, 300), (300, 3)]
)
def test_it_is_that_of_numpy(tubes):
    T = np.random.default_rng(0).standard_normal((2, 3, *tubes))
    spectrum = np.fft.rfftn(T, axes=range(2, T.ndim))
    found = Fourier().forward(jnp.asarray(T))
    np.testing.assert_allclose(
        found, np.moveaxis(spectrum.reshape(2, 3, -1), -1, 0), rtol=1e-10, atol=1e-11
    )
    np.testing.assert_allclose(Fourier().inverse(found, tubes), T, rtol=1e-10, atol=1e-12)
