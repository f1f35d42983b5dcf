"""Rows completed from known columns: half a sweep of the dynamics, and the law of their entries."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import DenseRows
from tacit.completion.families import columns as module
from tacit.completion.families.columns import Columns
from tacit.dynamics import half_step
from tacit.models import GaussianFactors, Gaussians

ROWS, COLUMNS, WIDTH = 6, 5, 2
PRIOR = np.array([0.5, 2.0, 1.5])


def model(full, seed=0):
    rng = np.random.default_rng(seed)
    sides = []
    for length in (ROWS, COLUMNS):
        mean, variance = rng.standard_normal((2, length, WIDTH + 1))
        if full:
            root = 0.5 * rng.standard_normal((length, WIDTH + 1, WIDTH + 1))
            sides.append(Gaussians(jnp.asarray(mean), jnp.asarray(root @ root.swapaxes(1, 2))))
        else:
            sides.append(Gaussians(jnp.asarray(mean), jnp.asarray(variance**2)))
    return GaussianFactors(*sides, jnp.asarray(rng.random(COLUMNS) + 0.5))


def data(seed=1):
    """Values and weights, of which the last row has none."""
    rng = np.random.default_rng(seed)
    weights = rng.random((ROWS, COLUMNS)) * (rng.random((ROWS, COLUMNS)) > 0.3)
    weights[-1] = 0
    return np.where(weights > 0, rng.standard_normal((ROWS, COLUMNS)), np.nan), weights


stepped = eqx.filter_jit(half_step)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("full", [False, True], ids=["variances", "covariances"])
def test_rows_are_half_a_sweep_with_the_columns_as_they_are(full, bias, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 2 * (WIDTH + 1) ** 2)
    given, (values, weights) = model(full), data()
    columns = Columns.of(given, PRIOR, row_bias=bias)
    found = columns.rows(values, weights)
    scaled = jnp.asarray(weights * np.asarray(given.precision)).ravel()
    y = jnp.asarray(np.where(weights > 0, values, 0.0)).ravel()
    law, *_ = stepped(
        DenseRows((ROWS, COLUMNS)),
        y,
        scaled,
        given.columns,
        jnp.asarray(PRIOR),
        bias=jnp.asarray(bias),
    )
    np.testing.assert_allclose(found.mean, law.mean, rtol=1e-9, atol=1e-12)
    if full:
        kept = slice(None) if bias else slice(-1)
        np.testing.assert_allclose(
            found.covariance[:, kept, kept], law.variance[:, kept, kept], rtol=1e-9, atol=1e-12
        )
    np.testing.assert_array_equal(found.mean[-1], 0)
    np.testing.assert_allclose(found.covariance[-1], np.diag(1 / PRIOR), atol=1e-12)
    twin = eqx.tree_at(lambda m: m.rows, given, Gaussians(law.mean, given.rows.variance))
    np.testing.assert_allclose(columns.expected(found), twin(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("full", [False, True], ids=["variances", "covariances"])
def test_the_variance_is_that_of_the_model_with_these_rows(full):
    """`GaussianFactors.variances` has it by another formula, where both sides have covariances."""
    given, (values, weights) = model(full), data()
    columns = Columns.of(given, PRIOR)
    rows = columns.rows(values, weights)
    spread = np.asarray(given.columns.variance)
    spread = spread if full else spread[:, :, None] * np.eye(WIDTH + 1)
    twin = GaussianFactors(
        Gaussians(jnp.asarray(rows.mean), jnp.asarray(rows.covariance)),
        Gaussians(given.columns.mean, jnp.asarray(spread)),
        given.precision,
    )
    np.testing.assert_allclose(columns.variance(rows), twin.variances().dense(), rtol=1e-9)


def test_rows_are_each_for_themselves_and_columns_are_taken():
    given, (values, weights) = model(True), data()
    columns = Columns.of(given, PRIOR)
    together = columns.rows(values, weights)
    alone = columns.rows(values[2:3], weights[2:3])
    np.testing.assert_allclose(alone.mean[0], together.mean[2], rtol=1e-12)
    index = np.flatnonzero(weights[2])
    taken = columns.take(index).rows(values[2:3, index], weights[2:3, index])
    np.testing.assert_allclose(taken.mean, alone.mean, rtol=1e-10)
    np.testing.assert_allclose(taken.covariance, alone.covariance, rtol=1e-10)
    none = columns.rows(values[:0], weights[:0])
    assert none.mean.shape == (0, WIDTH + 1)
    assert columns.expected(none).shape == columns.variance(none).shape == (0, COLUMNS)
