"""The laws of solvers: two roads to one number."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.operators import Dense, Entries, SharedBasis
from tacit.problems import LeastSquares, Problem
from tacit.solvers import (
    NuclearMinimum,
    debias,
    least_norm,
    minimum_nuclear_norm,
    nuclear_programme,
    polish,
)

from ..unit.certificates._known_minimum import QUICK, known_minimum
from .cases.base import draw, params
from .cases.operators import OPERATORS

MATRICES = [case for case in OPERATORS if len(case.build(jnp.float64).shape) == 2]


# Least norm.


@pytest.mark.parametrize("case", params(OPERATORS))
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


@pytest.mark.parametrize("arguments", QUICK)
def test_least_norm_reaches_every_tolerance(arguments):
    """‖A*(A X − y)‖ ≤ tolerance ‖A* y‖ down to 1e-12, and no further away for less than that.

    Both for a y that can be met and for one that cannot.
    """
    operator, y, *_ = known_minimum(*arguments)
    matrix = np.asarray(operator.as_matrix())
    tolerances = jnp.array([1e-6, 1e-8, 1e-10, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 0.0])
    met = jnp.stack([y, draw(y.shape)])
    solve = jax.vmap(jax.vmap(least_norm, (None, None, 0)), (None, 0, None))
    found = np.asarray(solve(operator, met, tolerances)).reshape(2, len(tolerances), -1)
    for right, answers in zip(np.asarray(met), found, strict=True):
        bounds = np.maximum(tolerances, 1e-12) * np.linalg.norm(right @ matrix)
        residuals = np.linalg.norm((answers @ matrix.T - right) @ matrix, axis=1)
        assert np.all(residuals <= 1.1 * bounds)


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


@pytest.mark.parametrize("case", params(MATRICES))
def test_nuclear_minimum_is_certified(case):
    operator = case.build(jnp.float64)
    y = operator.mv(draw((operator.shape[0], 1)) @ draw((1, operator.shape[1]), seed=8))
    found = minimum_nuclear_norm(operator, y, tolerance=1e-5)
    certified(operator, y, found, 1e-5)


@pytest.mark.parametrize(("m", "n", "rank", "size"), [(6, 5, 2, 20), (4, 7, 1, 10)])
def test_nuclear_minimum_of_a_problem_with_a_known_one(m, n, rank, size):
    operator, y, X, value, _ = known_minimum(m, n, rank, size)
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
    operator, y, _, value, _ = known_minimum(6, 5, 2, 20)
    operator, y = Dense(operator.arrays.astype(jnp.float32)), y.astype(jnp.float32)
    found = minimum_nuclear_norm(operator, y, tolerance=1e-4)
    assert found.X.dtype == jnp.float32
    np.testing.assert_allclose(found.value, value, rtol=5e-4)
    assert found.gap < 5e-4
    assert found.iterations < 5000


def test_nuclear_minimum_keeps_scale():
    """Twice the measurements, twice the minimum; half the operator, too."""
    operator, y, _, value, _ = known_minimum(6, 5, 2, 20)
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
    operator, y, _, value, _ = known_minimum(6, 5, 2, 20)
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


# Its last digits.


@pytest.mark.parametrize("arguments", [(7, 7, 2, 24, 9), (8, 6, 4, 19, 3), (9, 9, 1, 40, 4)])
def test_polish_reaches_rounding(arguments):
    """The first is nearly unidentified: 60,000 iterations to 1e-9, and 5,000 only reach 1e-6."""
    operator, y, X, value, _ = known_minimum(*arguments)
    start = minimum_nuclear_norm(operator, y)
    found = polish(operator, y, start)
    certified(operator, y, found, 1e-12)
    np.testing.assert_allclose(found.value, value, rtol=1e-12)
    np.testing.assert_allclose(found.lower_bound, value, rtol=1e-12)
    np.testing.assert_allclose(found.X, X, atol=1e-7)
    assert start.gap > 1e-8


def test_polish_is_never_worse():
    """From far away Newton's method goes anywhere, and what it finds may then be left."""
    operator, y, _, value, dual = known_minimum(6, 5, 2, 6, 1)
    matrix, Z = np.asarray(operator.as_matrix()), minimum_nuclear_norm(operator, y).X
    better = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        noise = random.standard_normal(30)
        noise = noise - np.linalg.lstsq(matrix, matrix @ noise)[0]
        X = Z + 0.5 * jnp.asarray(noise.reshape(6, 5))
        nu = 0.999 * dual if seed % 2 else random.standard_normal(6)
        nu = nu / max(1, np.linalg.norm((nu @ matrix).reshape(6, 5), 2))
        start = NuclearMinimum(
            X=X,
            dual=jnp.asarray(nu),
            value=jnp.linalg.norm(X, "nuc"),
            lower_bound=jnp.asarray(nu @ np.asarray(y)),
            residual=jnp.asarray(1e-15),
            iterations=jnp.asarray(0, jnp.int32),
        )
        found = polish(operator, y, start)
        assert start.lower_bound <= found.lower_bound <= value * (1 + 1e-12)
        assert value * (1 - 1e-12) <= found.value <= start.value
        assert found.residual < 1e-9
        better += int(found.gap < 1e-12)
    assert 0 < better < 40


def test_polish_of_nothing_is_zero():
    operator = Entries([0, 1], [1, 0], (2, 2), jnp.float64)
    start = minimum_nuclear_norm(operator, jnp.zeros(2))
    assert polish(operator, jnp.zeros(2), start) is start


# The linear programme of a shared basis.


def shared_basis(shape, spectra, dtype=jnp.float64):
    U, _, Vt = np.linalg.svd(draw(shape, seed=3), full_matrices=False)
    return SharedBasis(*(jnp.asarray(array, dtype) for array in (U, Vt.T, spectra)))


@pytest.mark.parametrize(
    ("m", "n", "size"),
    [
        (6, 5, 3),
        (5, 6, 9),
        *(pytest.param(*sizes, marks=pytest.mark.slow) for sizes in [(5, 8, 1), (7, 7, 5)]),
    ],
)
def test_linear_programme_is_the_nuclear_minimum(m, n, size):
    """Fewer measurements than unknowns, one, and more: every time the one general solver's."""
    operator = shared_basis((m, n), draw((size, min(m, n)), seed=4))
    y = operator.mv(draw((m, n), seed=5))
    found = nuclear_programme(operator, y)
    certified(operator, y, found, 1e-12)
    general = minimum_nuclear_norm(operator, y, tolerance=1e-7)
    certified(operator, y, general, 1e-7)
    np.testing.assert_allclose(found.value, general.value, rtol=1e-6)


def test_linear_programme_with_one_measurement_is_a_division():
    operator = shared_basis((4, 4), np.array([[1.0, -4.0, 2.0, 0.5]]))
    found = nuclear_programme(operator, jnp.array([6.0]))
    np.testing.assert_allclose(found.value, 1.5, rtol=1e-12)
    np.testing.assert_allclose(found.dual, [0.25], rtol=1e-12)
    np.testing.assert_allclose(operator.coordinates(found.X), [0, -1.5, 0, 0], atol=1e-12)


def test_semidefinite_programme_keeps_out_negative_eigenvalues():
    """The least trace is a vertex x ≥ 0; its dual has λ_max(A* ν) = 1 and the same value."""
    basis = jnp.asarray(np.linalg.qr(draw((4, 4)))[0])
    operator = SharedBasis(basis, basis, jnp.array([[1.0, -4.0, 2.0, 0.5]]))
    found = nuclear_programme(operator, jnp.array([6.0]), semidefinite=True)
    np.testing.assert_allclose(operator.coordinates(found.X), [0, 0, 3, 0], atol=1e-12)
    np.testing.assert_allclose([found.value, found.lower_bound], 3, rtol=1e-12)
    largest = np.linalg.eigvalsh(operator.adjoint(found.dual))[-1]
    np.testing.assert_allclose(largest, 1, rtol=1e-12)
    with pytest.raises(ValueError, match="one basis on both sides"):
        nuclear_programme(
            shared_basis((4, 4), np.ones((1, 4))), jnp.array([6.0]), semidefinite=True
        )


def test_linear_programme_with_dependent_and_zero_measurements():
    rows = draw((2, 5), seed=4)
    operator = shared_basis((5, 5), np.vstack([rows, rows[0] - 3 * rows[1], 0 * rows[:1]]))
    y = operator.mv(draw((5, 5), seed=5))
    found = nuclear_programme(operator, y)
    certified(operator, y, found, 1e-12)
    fewer = nuclear_programme(operator.take(np.array([0, 1])), y[:2])
    np.testing.assert_allclose(found.value, fewer.value, rtol=1e-12)


def test_linear_programme_keeps_scale_and_type():
    operator = shared_basis((6, 6), draw((3, 6), seed=4))
    y = operator.mv(draw((6, 6), seed=5))
    value = nuclear_programme(operator, y).value
    for scale in (1e-12, 1e12):
        np.testing.assert_allclose(
            nuclear_programme(operator, scale * y).value, scale * value, rtol=1e-12
        )
    single = shared_basis((6, 6), draw((3, 6), seed=4), jnp.float32)
    found = nuclear_programme(single, y.astype(jnp.float32))
    assert {leaf.dtype for leaf in found} == {jnp.dtype("float32"), jnp.dtype("int32")}
    np.testing.assert_allclose(found.lower_bound, value, rtol=1e-5)
    assert found.residual < 1e-6
    assert np.linalg.norm(single.adjoint(found.dual), 2) <= 1 + 1e-6


def test_linear_programme_of_nothing_is_zero():
    found = nuclear_programme(shared_basis((4, 4), draw((2, 4))), jnp.zeros(2))
    assert found.value == found.gap == found.residual == 0 == int(found.iterations)
    assert not found.X.any()


def test_linear_programme_refuses_what_no_matrix_meets():
    operator = shared_basis((3, 3), draw((5, 3), seed=4))
    with pytest.raises(ValueError, match="no X meets these measurements"):
        nuclear_programme(operator, draw(5, seed=5))
    with pytest.raises(ValueError, match="not a number"):
        nuclear_programme(operator, jnp.full(5, jnp.nan))
    nearest = operator.mv(least_norm(operator, draw(5, seed=5)))
    certified(operator, nearest, nuclear_programme(operator, nearest), 1e-12)


def test_bases_that_are_not_orthonormal_show():
    operator = shared_basis((5, 5), draw((3, 5), seed=4))
    y = operator.mv(draw((5, 5), seed=5))
    skewed = SharedBasis(operator.left + 0.1, operator.right, operator.spectra)
    assert nuclear_programme(operator, y).residual < 1e-12
    assert nuclear_programme(skewed, y).residual > 1e-3


def test_excess_over_the_linear_programme_is_twice_the_negative_part():
    """If Āᵀν = 1: Σ|x_j| − min = 2 Σ max(−x_j, 0) + νᵀ(Ā x − y), for every x."""
    random = np.random.default_rng(0)
    for _ in range(5):
        spectra = np.vstack([np.ones(8), random.uniform(0, 1, (3, 8))])
        operator = shared_basis((8, 8), spectra)
        truth = np.where(random.random(8) < 0.4, random.uniform(0, 1, 8), 0)
        y = spectra @ truth
        least = float(nuclear_programme(operator, jnp.asarray(y)).value)
        nu = np.linalg.lstsq(spectra.T, np.ones(8))[0]
        x = truth + random.standard_normal(8)
        excess = 2 * np.maximum(-x, 0).sum() + nu @ (spectra @ x - y)
        nuclear = np.linalg.norm(operator.target(jnp.asarray(x)), "nuc")
        np.testing.assert_allclose(nuclear - least, excess, atol=1e-11)


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
