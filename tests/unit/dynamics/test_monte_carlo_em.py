"""Monte-Carlo EM of a Gaussian tensor against dense linear algebra, and what it finds."""

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import multilinear
from tacit.dynamics import MonteCarloEM
from tacit.models import Direct, GaussianTensor
from tacit.operators import Entries, TensorEntries
from tacit.problems import Huber, Problem
from tacit.runs import jit

SHAPE = (4, 3, 2)
NOISE = 0.05
KEY = jax.random.key(0)
EXACT = MonteCarloEM(KEY, 1e-12, 500)


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


def parts(fibres):
    full = tuple(draw((side, side), 10 + side) for side in SHAPE)
    own = jnp.asarray([1.0, 2.0, 0.5, 1.5]), draw((3, 3), 20), None
    return (full, own) if fibres else (full,)


def problem(y, weights):
    operator = TensorEntries(np.arange(y.size), y.shape, jnp.float64)
    return Problem(operator, jnp.where(weights > 0, y, 0).ravel(), weights=weights.ravel())


def dense(roots):
    """The Kronecker product of the roots: rows and columns in row-major order."""
    whole = [
        np.eye(side) if root is None else np.diag(root) if root.ndim == 1 else np.asarray(root)
        for root, side in zip(roots, SHAPE, strict=True)
    ]
    return reduce(np.kron, whole)


def law(model, y, weights):
    """Mean and covariance of all white coordinates, and the mean of X, given y: by inversion."""
    root = np.hstack([dense(roots) for roots in model.parts])
    seen = np.flatnonzero(np.asarray(weights).ravel() > 0)
    noise = float(model.noise) / np.asarray(weights).ravel()[seen]
    gain = root[seen].T @ np.linalg.inv(root[seen] @ root[seen].T + np.diag(noise))
    mean = gain @ np.asarray(y).ravel()[seen]
    return mean, np.eye(len(mean)) - gain @ root[seen], (root @ mean).reshape(SHAPE)


@pytest.fixture
def data():
    weights = jnp.asarray(np.random.default_rng(3).choice([0.0, 1.0, 4.0], SHAPE))
    return draw(SHAPE, 4), weights


@pytest.mark.parametrize("order", [2, 3, 4])
def test_multilinear_is_the_kronecker_product(order):
    shape = (4, 3, 2, 5)[:order]
    matrices = [draw((side + 1, side), side) for side in shape]
    matrices[1] = draw((shape[1],), 9)
    matrices[0] = None
    whole = [np.eye(shape[0]), np.diag(matrices[1]), *map(np.asarray, matrices[2:])]
    X = draw(shape, 5)
    expected = (reduce(np.kron, whole) @ np.asarray(X).ravel()).reshape(*map(len, whole))
    np.testing.assert_allclose(multilinear(X, matrices), expected, atol=1e-12)


def test_multilinear_refuses_another_number_of_matrices():
    with pytest.raises(ValueError, match="2 matrices for a tensor of 3 modes"):
        multilinear(draw(SHAPE), [None, None])


@pytest.mark.parametrize("fibres", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_expectation_is_that_of_the_law_given_what_is_observed(data, fibres):
    y, weights = data
    asked = problem(y, weights)
    start = GaussianTensor(jnp.zeros(SHAPE), parts(fibres), jnp.asarray(0.3))
    model, _ = EXACT.advance(asked, start, EXACT.init(asked, start), 2)
    np.testing.assert_allclose(model(), law(model, y, weights)[2], atol=1e-8)


@pytest.mark.parametrize("fibres", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_sweep_moves_each_covariance_to_the_second_moment_of_the_law(data, fibres):
    """The first, over many draws: A E[S] Aᵀ of what the law says, drawn towards the identity."""
    y, weights = data
    asked = problem(y, weights)
    start = GaussianTensor(jnp.zeros(SHAPE), parts(fibres), jnp.asarray(0.3))

    def moments(key):
        rule = MonteCarloEM(key, 1e-10, 300)
        model, _ = rule.advance(asked, start, rule.init(asked, start), 1)
        return model.parts[0][0] @ model.parts[0][0].T, model.noise

    found, noise = jit(jax.vmap(moments))(jax.random.split(KEY, 4000))
    mean, covariance, _ = law(start, y, weights)
    size = int(np.prod(SHAPE))
    second = (np.outer(mean, mean) + covariance)[:size, :size].reshape(4, 6, 4, 6)
    moment = np.trace(second, axis1=1, axis2=3)
    moment = (moment + np.trace(moment) / 6 * np.eye(4)) / (6 + 4)
    A = np.asarray(start.parts[0][0])
    np.testing.assert_allclose(found.mean(0), A @ moment @ A.T, rtol=0.05, atol=0.1)

    root = np.hstack([dense(roots) for roots in start.parts])
    seen = np.asarray(weights).ravel() > 0
    away = np.asarray(y).ravel() - root @ mean
    variance = np.diag(root @ covariance @ root.T)
    expected = np.average(np.asarray(weights).ravel()[seen] * (away**2 + variance)[seen])
    assert float(noise.mean()) == pytest.approx(expected, rel=0.03)


def test_it_finds_covariances_and_fills_by_them():
    """Of rank two and smooth along one mode, half missing: it errs by less than the noise."""
    shape = 20, 15, 8
    places = np.arange(15)
    smooth = np.linalg.cholesky(np.exp(-((places[:, None] - places) ** 2) / 8) + 1e-6 * np.eye(15))
    true = [draw((20, 2), 1), jnp.asarray(smooth), draw((8, 2), 2)]
    truth = multilinear(draw((2, 15, 2), 3), true)
    spread = jnp.std(truth)
    truth = truth / spread
    weights = jnp.asarray((np.random.default_rng(6).random(shape) < 0.5) * 1.0)
    asked = problem(truth + NOISE * draw(shape, 7), weights)
    roots = tuple(jnp.eye(side) for side in shape)
    start = GaussianTensor(jnp.zeros(shape), (roots,), jnp.asarray(0.1))
    rule = MonteCarloEM(KEY)
    model, _ = rule.advance(asked, start, rule.init(asked, start), 20)
    missing = weights == 0
    error = jnp.sqrt(jnp.mean((model() - truth)[missing] ** 2))

    square = [jnp.pad(root, ((0, 0), (0, len(root) - root.shape[1]))) for root in true]
    given = GaussianTensor(
        jnp.zeros(shape), ((square[0] / spread, *square[1:]),), jnp.asarray(NOISE**2)
    )
    known = MonteCarloEM(KEY, 1e-8, 2000)
    oracle, _ = known.advance(asked, given, known.init(asked, given), 1)
    best = jnp.sqrt(jnp.mean((oracle() - truth)[missing] ** 2))
    assert best < error < NOISE, (best, error)


def test_what_it_does_not_fit_is_refused(data):
    y, weights = data
    asked = problem(y, weights)
    with pytest.raises(ValueError, match="moves GaussianTensor, not Direct"):
        EXACT.init(asked, Direct(y))
    start = GaussianTensor(jnp.zeros(SHAPE), parts(False), jnp.asarray(0.3))
    some = Problem(TensorEntries(np.arange(3), SHAPE, jnp.float64), y.ravel()[:3])
    with pytest.raises(ValueError, match="every entry"):
        EXACT.init(some, start)
    matrix = Entries(np.arange(4), np.arange(4), (4, 4), jnp.float64)
    with pytest.raises(ValueError, match="every entry"):
        EXACT.init(Problem(matrix, jnp.ones(4)), start)
    robust = Problem(asked.operator, asked.y, Huber(1.0), weights=asked.weights)
    with pytest.raises(ValueError, match="LeastSquares"):
        EXACT.init(robust, start)
