"""Singular values of many narrow matrices scaled at once, against an SVD of each."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import scale_singular_values

ROWS = 5


def matrices(c):
    """Of rank one, with repeated values, zero, with a zero column, tiny, huge, and plain ones."""
    rng = np.random.default_rng(c)
    plain = rng.standard_normal((12, ROWS, c))
    orthogonal = np.linalg.svd(rng.standard_normal((max(ROWS, c),) * 2))[0][:ROWS, :c]
    outer = rng.standard_normal((ROWS, 1)) @ rng.standard_normal((1, c))
    graded = plain[0] * 0.1 ** np.minimum(np.arange(c), 2)
    gap = plain[1] * (np.arange(c) > 0)
    hard = [outer, orthogonal, 0 * outer, gap, graded, 1e-12 * plain[2], 1e12 * plain[3]]
    return np.stack([*hard, *plain])


def expected(A, factor):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return (U * (s * factor(s))[..., None, :]) @ Vt


def factor(spectrum, lib=np):
    """No two scales are changed alike."""
    return 1 + 0.5 * lib.sin(lib.log(lib.maximum(spectrum, 1e-30)))


@partial(jax.jit, static_argnames="axis")
def scaled(A, axis):
    columns = [A[..., j] for j in range(A.shape[-1])]
    return jnp.stack(scale_singular_values(columns, axis, partial(factor, lib=jnp)), -1)


@pytest.mark.parametrize(
    ("c", "dtype"),
    [(c, jnp.float64) for c in (1, 2, 3, 4, 8)] + [(c, jnp.float32) for c in (1, 3, 8)],
)
def test_it_is_what_an_svd_of_each_matrix_gives(c, dtype):
    A = matrices(c)
    found = np.asarray(scaled(jnp.asarray(A, dtype), 1))
    assert found.dtype == dtype
    sizes = np.maximum(np.linalg.norm(A, axis=(1, 2), keepdims=True), 1e-30)
    errors = np.abs(found - expected(A, factor)) / sizes
    assert errors.max() < 300 * np.finfo(dtype).eps


@pytest.mark.parametrize("axis", [0, 2])
def test_columns_run_along_any_axis(axis):
    A = np.random.default_rng(0).standard_normal((2, 4, 3, 3))
    found = scaled(jnp.asarray(A), axis)
    placed = np.moveaxis(expected(np.moveaxis(A, axis, -2), factor), -2, axis)
    np.testing.assert_allclose(found, placed, atol=1e-12)
