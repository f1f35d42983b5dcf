"""Systems of equations without LAPACK, against LAPACK."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra.positive import solve_positive


@pytest.mark.parametrize("width", [1, 2, 33])
def test_positive_systems_are_solved_as_by_lapack(width):
    rng = np.random.default_rng(0)
    root = rng.standard_normal((7, width, width + 3))
    # Of very different size, as precisions of priors are.
    gram = root @ root.swapaxes(1, 2) + np.diag(10.0 ** rng.uniform(-2, 6, width))
    moment = rng.standard_normal((7, width))
    found = jax.jit(solve_positive)(jnp.asarray(gram), jnp.asarray(moment))
    expected = np.linalg.solve(gram, moment[..., None])[..., 0]
    np.testing.assert_allclose(found, expected, rtol=1e-10)
