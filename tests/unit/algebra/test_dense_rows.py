"""Normal equations by whole matrices: those of a loop over entries, and those of `RaggedRows`."""

import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import DenseRows, RaggedRows, Regressors

from .test_ragged_rows import GROUPED, agree, drawn, looped

SHAPE = (7, 5)


def entries(rng):
    """All entries in row-major order, of which one row and a third are missing."""
    rows, columns = (index.ravel() for index in np.indices(SHAPE))
    weights = rng.random(35) * (rng.random(35) > 0.3) * (rows != 2)
    return rows, columns, rng.standard_normal(35), weights


@pytest.mark.parametrize("by_column", [False, True])
@pytest.mark.parametrize("full", [False, True], ids=["variances", "covariances"])
def test_a_grid_is_the_loop(by_column, full):
    rng = np.random.default_rng(0)
    rows, columns, y, weights = entries(rng)
    regressors = drawn(SHAPE[0] if by_column else SHAPE[1], rng, full)
    of, other = (columns, rows) if by_column else (rows, columns)
    found = GROUPED(DenseRows(SHAPE, by_column), regressors, jnp.asarray(y), jnp.asarray(weights))
    agree(found, looped(of, other, SHAPE[1 if by_column else 0], regressors, y, weights))


@pytest.mark.parametrize("by_column", [False, True])
def test_a_grid_and_segments_are_the_same(by_column):
    rng = np.random.default_rng(1)
    rows, columns, y, weights = entries(rng)
    regressors = drawn(SHAPE[0] if by_column else SHAPE[1], rng)
    of, other = (columns, rows) if by_column else (rows, columns)
    by_entries = RaggedRows.of(of, other, SHAPE[1 if by_column else 0])
    given = regressors, jnp.asarray(y), jnp.asarray(weights)
    agree(GROUPED(DenseRows(SHAPE, by_column), *given), GROUPED(by_entries, *given))


def test_known_regressors_give_least_squares():
    rng = np.random.default_rng(2)
    rows, _, y, weights = entries(rng)
    V = rng.standard_normal((5, 3))
    given = Regressors.known(jnp.asarray(V)), jnp.asarray(y), jnp.asarray(weights)
    gram, moment, square, _ = GROUPED(DenseRows(SHAPE), *given)
    i = int(np.argmax(np.bincount(rows, weights > 0)))
    root = np.sqrt(weights[rows == i])
    answer, residual, *_ = np.linalg.lstsq(root[:, None] * V, root * y[rows == i], rcond=None)
    found = np.linalg.solve(gram[i], moment[i])
    np.testing.assert_allclose(found, answer, rtol=1e-9)
    np.testing.assert_allclose(square[i] - moment[i] @ found, residual[0], rtol=1e-9)
