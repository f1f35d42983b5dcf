"""The laws of solvers: two roads to one number."""

import jax.numpy as jnp
import numpy as np
import pytest

from tacit.operators import Dense, Entries
from tacit.problems import LeastSquares, Problem
from tacit.solvers import debias, least_norm, minimum_nuclear_norm

from .registry import OPERATORS, draw, ids

MATRICES = [case for case in OPERATORS if len(case.build(jnp.float64).shape) == 2]


def known_minimum(m, n, rank, size, seed=0):
    """Measurements whose least nuclear norm is known: operator, y, the minimiser X, its norm.

    Σ ν_i A_i = U Vᵀ + (something of norm below one on the complements) by choice of A_1.
    """
    random = np.random.default_rng(seed)
    U, _ = np.linalg.qr(random.standard_normal((m, m)))
    V, _ = np.linalg.qr(random.standard_normal((n, n)))
    s = random.uniform(0.5, 2, rank)
    Y = U[:, :rank] @ V[:, :rank].T
    rest = min(m, n) - rank
    Y = Y + (U[:, rank : rank + rest] * random.uniform(0, 0.9, rest)) @ V[:, rank : rank + rest].T
    nu = random.standard_normal(size)
    arrays = random.standard_normal((size, m, n))
    arrays[0] = (Y - np.tensordot(nu[1:], arrays[1:], axes=1)) / nu[0]
    X = (U[:, :rank] * s) @ V[:, :rank].T
    operator = Dense(jnp.asarray(arrays))
    return operator, operator.mv(jnp.asarray(X)), X, s.sum()


# Least norm.


@pytest.mark.parametrize("case", **ids(OPERATORS))
def test_least_norm_is_the_pseudoinverse(case):
    operator = case.build(jnp.float64)
    y = operator.mv(draw(operator.shape))
    matrix = np.asarray(operator.as_matrix())
    expected = np.linalg.lstsq(matrix, y, rcond=1e-12)[0].reshape(operator.shape)
    np.testing.assert_allclose(least_norm(operator, y), expected, atol=1e-8)


def test_least_norm_knows_no_scale_of_the_measurements():
    """Zero and tiny measurements beside others, which an elementwise tolerance never reaches."""
    operator = Dense(draw((4, 3, 3)))
    y = jnp.array([1.0, 0.0, 1e-12, -2.0])
    expected = np.linalg.pinv(operator.as_matrix()) @ y
    for scale in (1e-9, 1.0, 1e9):
        found = least_norm(operator, scale * y) / scale
        np.testing.assert_allclose(found.ravel(), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_array_equal(least_norm(operator, jnp.zeros(4)), jnp.zeros((3, 3)))


def test_least_norm_in_float32():
    operator = Dense(draw((4, 3, 3), jnp.float32))
    found = least_norm(operator, draw(4, jnp.float32))
    expected = np.linalg.pinv(operator.as_matrix()) @ draw(4, jnp.float32)
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found.ravel(), expected, atol=1e-5)


# Minimum nuclear norm.


def certified(operator, y, found, tolerance):
    """The certificate, checked anew by numpy: interpolation, a feasible dual, weak duality."""
    X, matrix = np.asarray(found.X), np.asarray(operator.as_matrix())
    dual = (matrix.T @ np.asarray(found.dual)).reshape(X.shape)
    assert np.linalg.norm(dual, 2) <= 1 + 1e-10
    np.testing.assert_allclose(found.lower_bound, np.dot(found.dual, y), rtol=1e-12)
    np.testing.assert_allclose(found.value, np.linalg.norm(X, "nuc"), rtol=1e-12)
    residual = np.linalg.norm(matrix @ X.ravel() - y) / np.linalg.norm(y)
    assert residual < 1e-9
    np.testing.assert_allclose(found.residual, residual, atol=1e-12)
    assert -1e-9 <= found.gap <= 2 * tolerance


@pytest.mark.parametrize("case", **ids(MATRICES))
def test_nuclear_minimum_is_certified(case):
    operator = case.build(jnp.float64)
    y = operator.mv(draw((operator.shape[0], 1)) @ draw((1, operator.shape[1]), seed=8))
    found = minimum_nuclear_norm(operator, y, tolerance=1e-5)
    certified(operator, y, found, 1e-5)


@pytest.mark.parametrize(("m", "n", "rank", "size"), [(6, 5, 2, 20), (4, 7, 1, 10)])
def test_nuclear_minimum_of_a_problem_with_a_known_one(m, n, rank, size):
    operator, y, X, value = known_minimum(m, n, rank, size)
    found = minimum_nuclear_norm(operator, y, tolerance=1e-8)
    certified(operator, y, found, 1e-8)
    np.testing.assert_allclose(found.value, value, rtol=1e-7)
    np.testing.assert_allclose(found.X, X, atol=1e-3)


def test_nuclear_minimum_is_cvxpys():
    cvxpy = pytest.importorskip("cvxpy")
    mask = np.random.default_rng(0).random((7, 6)) < 0.6
    operator = Entries.from_mask(mask, jnp.float64)
    y = operator.mv(draw((7, 2)) @ draw((2, 6), seed=8))
    X = cvxpy.Variable((7, 6))
    problem = cvxpy.Problem(
        cvxpy.Minimize(cvxpy.normNuc(X)), [X[np.nonzero(mask)] == np.asarray(y)]
    )
    value = problem.solve(solver=cvxpy.CLARABEL)
    found = minimum_nuclear_norm(operator, y, tolerance=1e-7)
    np.testing.assert_allclose(found.value, value, rtol=1e-5)
    np.testing.assert_allclose(found.lower_bound, value, rtol=1e-5)


def test_nuclear_minimum_in_float32():
    operator, y, _, value = known_minimum(6, 5, 2, 20)
    operator, y = Dense(operator.arrays.astype(jnp.float32)), y.astype(jnp.float32)
    found = minimum_nuclear_norm(operator, y, tolerance=1e-4)
    assert found.X.dtype == jnp.float32
    np.testing.assert_allclose(found.value, value, rtol=5e-4)
    assert found.gap < 5e-4
    assert found.iterations < 5000


def test_nuclear_minimum_keeps_scale():
    """Twice the measurements, twice the minimum; half the operator, too."""
    operator, y, _, value = known_minimum(6, 5, 2, 20)
    for found in (
        minimum_nuclear_norm(operator, 1e4 * y),
        minimum_nuclear_norm(Dense(1e-4 * operator.arrays), y),
    ):
        np.testing.assert_allclose(found.value, 1e4 * value, rtol=1e-5)


def test_nuclear_minimum_of_nothing_is_zero():
    operator = Entries([0, 1], [1, 0], (2, 2), jnp.float64)
    found = minimum_nuclear_norm(operator, jnp.zeros(2))
    assert found.value == found.gap == found.residual == 0
    assert not found.X.any()


def test_nuclear_minimum_shows_what_it_did_not_reach():
    operator, y, _, value = known_minimum(6, 5, 2, 20)
    found = minimum_nuclear_norm(operator, y, tolerance=1e-12, max_iterations=10)
    assert found.iterations == 10
    assert found.gap > 1e-6
    assert found.lower_bound <= value <= found.value * (1 + 1e-12)


def test_measurements_that_contradict_each_other_are_met_in_the_middle():
    """One entry, measured 1 and 2, and another: least squares, and a residual that shows it."""
    operator = Entries([0, 0, 1], [1, 1, 0], (2, 2), jnp.float64)
    y = jnp.array([1.0, 2.0, 1.0])
    expected = np.array([[0, 1.5], [1, 0]])
    np.testing.assert_allclose(least_norm(operator, y), expected, atol=1e-12)
    found = minimum_nuclear_norm(operator, y)
    np.testing.assert_allclose(found.value, 2.5, rtol=1e-5)
    np.testing.assert_allclose(found.residual, np.sqrt(0.5 / 6), rtol=1e-6)


@pytest.mark.parametrize("bad", [{"tolerance": 0.0}, {"max_iterations": 0}])
def test_nuclear_minimum_refuses(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=name):
        minimum_nuclear_norm(Entries([0], [0], (2, 2), jnp.float64), jnp.ones(1), **bad)


# De-biasing.


@pytest.mark.parametrize("weighted", [False, True])
def test_debias_is_numpys_least_squares(weighted):
    operator = Entries.from_mask(np.arange(30).reshape(6, 5) % 4 != 1, jnp.float64)
    y = draw(operator.size)
    weights = jnp.abs(draw(operator.size, seed=1)) if weighted else None
    problem = Problem(operator, y, LeastSquares(), weights)
    X = draw((6, 2)) @ draw((2, 5), seed=8)
    U, _, Vt = np.linalg.svd(X, full_matrices=False)
    columns = np.stack([operator.mv(jnp.asarray(np.outer(U[:, i], Vt[i]))) for i in range(2)], 1)
    root = np.ones(operator.size) if weights is None else np.sqrt(weights)
    values = np.linalg.lstsq(root[:, None] * columns, root * np.asarray(y), rcond=None)[0]
    np.testing.assert_allclose(debias(problem, X), (U[:, :2] * values) @ Vt[:2], atol=1e-10)


def test_debias_undoes_shrinkage():
    truth = draw((6, 2)) @ draw((2, 5), seed=8)
    operator = Entries.from_mask(np.arange(30).reshape(6, 5) % 4 != 1, jnp.float64)
    U, s, Vt = np.linalg.svd(truth, full_matrices=False)
    shrunken = jnp.asarray((U * np.maximum(s - 0.3, 0)) @ Vt)
    np.testing.assert_allclose(debias(Problem(operator, operator.mv(truth)), shrunken), truth)


def test_debias_drops_what_is_below_the_tolerance_and_leaves_zero():
    X = jnp.diag(jnp.array([1.0, 0.1]))
    operator = Entries([0, 1], [0, 1], (2, 2), jnp.float64)
    problem = Problem(operator, jnp.array([3.0, 5.0]))
    np.testing.assert_allclose(debias(problem, X), np.diag([3.0, 5.0]), atol=1e-12)
    np.testing.assert_allclose(debias(problem, X, 0.5), np.diag([3.0, 0.0]), atol=1e-12)
    np.testing.assert_array_equal(debias(problem, jnp.zeros((2, 2))), jnp.zeros((2, 2)))
