"""Factors known up to a variance: their law against draws and against other formulas."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.models import GaussianFactors, Gaussians

SHAPE, WIDTH = (4, 5), 2


def side(rows, full, rng):
    """Coordinates of any law."""
    mean, variance = rng.standard_normal((rows, WIDTH + 1)), rng.random((rows, WIDTH + 1))
    if full:
        root = 0.5 * rng.standard_normal((rows, WIDTH + 1, WIDTH + 1))
        variance = root @ root.swapaxes(1, 2)
    return Gaussians(jnp.asarray(mean), jnp.asarray(variance))


@pytest.fixture(params=[False, True], ids=["variances", "covariances"])
def model(request):
    rng = np.random.default_rng(0)
    rows, columns = (side(length, request.param, rng) for length in SHAPE)
    return GaussianFactors(rows, columns, jnp.ones(SHAPE[1]))


def covariances(gaussians):
    variance = np.asarray(gaussians.variance)
    return variance if variance.ndim == 3 else np.array([np.diag(row) for row in variance])


def test_the_expectation_is_the_product_of_the_means_and_biases(model):
    rows, columns = np.asarray(model.rows.mean), np.asarray(model.columns.mean)
    expected = rows[:, :-1] @ columns[:, :-1].T + rows[:, -1:] + columns[:, -1]
    np.testing.assert_allclose(model(), expected, rtol=1e-12)
    np.testing.assert_allclose(model.factored().dense(), expected, rtol=1e-12)
    product = model.of_factors().dense()
    np.testing.assert_allclose(product, rows[:, :-1] @ columns[:, :-1].T, rtol=1e-12)


def test_variances_are_those_of_the_law(model):
    """Of x · z for independent x and z: xᵀ S_z x + zᵀ S_x z + tr(S_x S_z)."""
    expected = np.empty(SHAPE)
    for i, (x, S) in enumerate(zip(model.rows.mean, covariances(model.rows), strict=True)):
        for j, (z, T) in enumerate(
            zip(model.columns.mean, covariances(model.columns), strict=True)
        ):
            u, v = np.append(x, 1), np.insert(z, WIDTH, 1)
            A, B = np.zeros((2, WIDTH + 2, WIDTH + 2))
            A[:-1, :-1] = S
            kept = [*range(WIDTH), WIDTH + 1]
            B[np.ix_(kept, kept)] = T
            expected[i, j] = u @ B @ u + v @ A @ v + np.trace(A @ B)
    np.testing.assert_allclose(
        jax.jit(lambda m: m.variances().dense())(model), expected, rtol=1e-10
    )


def test_variances_are_those_of_draws(model):
    rng, draws = np.random.default_rng(1), 40_000
    x, z = (
        rng.multivariate_normal(s.mean[0], covariances(s)[0], draws)
        for s in (model.rows, model.columns)
    )
    X = np.sum(x[:, :-1] * z[:, :-1], axis=1) + x[:, -1] + z[:, -1]
    np.testing.assert_allclose(X.mean(), model()[0, 0], atol=5 * X.std() / np.sqrt(draws))
    # The fourth moment of a product of normals is below 15 squared variances: 5 deviations.
    found = model.variances().dense()[0, 0]
    np.testing.assert_allclose(X.var(), found, rtol=5 * np.sqrt(15 / draws))


def test_marginals_and_turns(model):
    """A turn of one side and the inverse one of the other leave X, and the bias, as they are."""
    T = np.array([[2.0, 0.5], [-1.0, 1.0]])
    inverse = jnp.asarray(np.linalg.inv(T).T)
    rows, columns = model.rows.turned(jnp.asarray(T)), model.columns.turned(inverse)
    turned = GaussianFactors(rows, columns, model.precision)
    np.testing.assert_allclose(turned(), model(), rtol=1e-12)
    np.testing.assert_array_equal(rows.bias, model.rows.bias)
    whole = np.eye(WIDTH + 1)
    whole[:-1, :-1] = T
    expected = whole.T @ covariances(model.rows) @ whole
    np.testing.assert_allclose(rows.marginal, np.diagonal(expected, axis1=1, axis2=2), rtol=1e-12)
    if model.rows.is_full:
        np.testing.assert_allclose(rows.variance, expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(
            turned.variances().dense(), model.variances().dense(), rtol=1e-10
        )


@pytest.mark.parametrize("full", [False, True])
def test_the_start(full, key):
    start = GaussianFactors.initialise(
        (300, 200), width=4, init_scale=0.2, noise=0.5, full=full, key=key
    )
    assert start.rows.mean.shape == (300, 5)
    assert start.rows.is_full == start.columns.is_full == full
    for gaussians in (start.rows, start.columns):
        # The relative error of a deviation from n draws is 1/√(2n).
        assert abs(float(gaussians.factor.std()) / 0.2 - 1) < 5 / np.sqrt(2 * gaussians.factor.size)
        assert not gaussians.bias.any()
        np.testing.assert_allclose(gaussians.marginal, 0.2**2, rtol=1e-6)
    assert not np.array_equal(start.rows.mean[:200], start.columns.mean)
    np.testing.assert_allclose(start.precision, 4, rtol=1e-6)
    assert start.precision.dtype == start.rows.variance.dtype == jnp.float32


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 0}, "width must be at least 1"),
        ({"init_scale": 0.0}, "init_scale must be positive"),
    ],
)
def test_a_start_from_nothing_is_refused(wrong, message, key):
    with pytest.raises(ValueError, match=message):
        GaussianFactors.initialise((4, 3), **{"width": 2, "init_scale": 0.1, **wrong}, key=key)
