"""The certificate of a least nuclear norm, against minima known by construction and cvxpy's."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.certificates import Certificate, nuclear, nuclear_norm_certificate
from tacit.operators import Dense, Entries, SharedBasis
from tacit.solvers import least_norm, minimum_nuclear_norm, nuclear_programme

from ._known_minimum import QUICK, TWENTY, known_minimum


def random_basis(m, n, spectra):
    random = np.random.default_rng(3)
    U, _, Vt = np.linalg.svd(random.standard_normal((m, n)), full_matrices=False)
    return SharedBasis(jnp.asarray(U), jnp.asarray(Vt.T), jnp.asarray(spectra))


@pytest.mark.parametrize("arguments", QUICK, ids=lambda a: "{}x{} rank {} p {}".format(*a[:4]))
def test_bound_never_exceeds_a_known_minimum_and_closes_at_the_minimiser(arguments):
    known = known_minimum(*arguments)
    found = nuclear_norm_certificate(known.X, known.operator, known.y)
    assert known.value * (1 - 1e-12) < found.evidence["lower_bound"] <= known.value * (1 + 1e-12)
    assert found.evidence["relative_gap"] < 1e-12
    assert found.holds
    given = nuclear_norm_certificate(known.X, known.operator, known.y, dual=known.dual)
    assert abs(given.evidence["lower_bound"] / known.value - 1) < 1e-12
    assert abs(given.evidence["dual_norm"] - 1) < 1e-12


@pytest.mark.parametrize("arguments", TWENTY[::10])
def test_any_matrix_and_any_dual_give_a_bound(arguments):
    """Duals drawn at random, of any length and sign, and matrices far from the minimum."""
    known = known_minimum(*arguments)
    random = np.random.default_rng(1)
    for scale in (1e-3, 1.0, 1e3):
        X = scale * random.standard_normal(known.X.shape)
        near = known.dual + 0.001 * random.standard_normal(known.dual.shape)
        for dual in (scale * random.standard_normal(known.dual.shape), scale * near):
            found = nuclear_norm_certificate(X, known.operator, known.y, dual=dual)
            assert 0 <= found.evidence["lower_bound"] <= known.value * (1 + 1e-12)
            image = np.tensordot(found.evidence["dual"], known.operator.arrays, axes=1)
            assert np.linalg.norm(image, 2) <= 1
            assert not found.holds
        assert found.evidence["lower_bound"] > 0.5 * known.value


def test_another_interpolator_does_not_hold_and_the_gap_says_how_far_it_is():
    known = known_minimum(6, 5, 2, 12, 1)
    X = least_norm(known.operator, known.y)
    found = nuclear_norm_certificate(X, known.operator, known.y)
    excess = 1 - known.value / np.linalg.norm(X, "nuc")
    np.testing.assert_allclose(found.evidence["relative_gap"], excess, rtol=1e-9)
    np.testing.assert_allclose(found.margin, 1e-6 - excess, rtol=1e-9)
    assert not found.holds
    assert "least possible, which is at least" in found.sentence
    assert nuclear_norm_certificate(X, known.operator, known.y, tolerance=2 * excess).holds


def test_less_than_the_minimum_holds_as_little_as_more():
    """A shrunken minimiser has a smaller nuclear norm, but does not meet the measurements."""
    known = known_minimum(6, 5, 2, 12, 1)
    found = nuclear_norm_certificate(0.9 * known.X, known.operator, known.y)
    np.testing.assert_allclose(found.evidence["residual"], 0.1, rtol=1e-9)
    np.testing.assert_allclose(found.evidence["lower_bound"], known.value, rtol=1e-12)
    np.testing.assert_allclose(found.margin, 1e-6 - 0.1, rtol=1e-9)
    assert not found
    assert "misses the measurements" in str(found)


@pytest.mark.parametrize("mixed", [False, True], ids=["entries", "dense"])
def test_bound_is_cvxpys_minimum(mixed):
    cvxpy = pytest.importorskip("cvxpy")
    random = np.random.default_rng(0)
    truth = random.standard_normal((7, 2)) @ random.standard_normal((2, 6))
    mask = random.random((7, 6)) < 0.6
    operator = (
        Dense(jnp.asarray(random.standard_normal((15, 7, 6))))
        if mixed
        else Entries.from_mask(mask, jnp.float64)
    )
    y = operator.mv(jnp.asarray(truth))
    X = cvxpy.Variable((7, 6))
    meets = np.asarray(operator.as_matrix()) @ cvxpy.vec(X, order="C") == np.asarray(y)
    value = cvxpy.Problem(cvxpy.Minimize(cvxpy.normNuc(X)), [meets]).solve(solver=cvxpy.CLARABEL)
    found = nuclear_norm_certificate(X.value, operator, y)
    np.testing.assert_allclose(found.evidence["lower_bound"], value, rtol=1e-6)
    assert found.holds


@pytest.mark.parametrize("size", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 9))])
def test_shared_basis(size):
    """The linear programme's answer holds; the general solver's dual certifies the same bound."""
    random = np.random.default_rng(size)
    operator = random_basis(7, 6, random.standard_normal((size, 6)))
    y = operator.mv(jnp.asarray(random.standard_normal((7, 6))))
    answer = nuclear_programme(operator, y)
    found = nuclear_norm_certificate(answer.X, operator, y, tolerance=1e-10)
    assert found.holds
    general = minimum_nuclear_norm(operator, y, tolerance=1e-8)
    other = nuclear_norm_certificate(answer.X, operator, y, dual=general.dual)
    bound = other.evidence["lower_bound"]
    np.testing.assert_allclose(bound, found.evidence["lower_bound"], rtol=1e-7)
    hidden = answer.X + 0.3 * jnp.outer(operator.left[:, 0], operator.right[:, 1])
    assert not nuclear_norm_certificate(hidden, operator, y).holds


def test_a_shared_basis_needs_no_general_solver(monkeypatch):
    """Of any size: the dual is the linear programme's."""
    monkeypatch.setattr(nuclear, "minimum_nuclear_norm", None)
    random = np.random.default_rng(0)
    operator = random_basis(40, 40, random.standard_normal((15, 40)))
    y = operator.mv(jnp.asarray(random.standard_normal((40, 40))))
    X = nuclear_programme(operator, y).X
    assert nuclear_norm_certificate(X, operator, y, tolerance=1e-10).holds


@pytest.mark.parametrize("shared", [False, True])
def test_measurements_out_of_reach(shared):
    """The least-squares solution of least nuclear norm meets its bound, and does not hold."""
    random = np.random.default_rng(0)
    if shared:
        operator = random_basis(4, 4, random.standard_normal((6, 4)))
        y = random.standard_normal(6)
    else:
        operator = Entries([0, 0, 1], [1, 1, 0], (2, 2), jnp.float64)
        y = np.array([1.0, 2.0, 1.0])
    X = least_norm(operator, jnp.asarray(y))
    found = nuclear_norm_certificate(X, operator, y)
    matrix = np.asarray(operator.as_matrix())
    distance = np.linalg.norm(y - matrix @ np.linalg.pinv(matrix) @ y) / np.linalg.norm(y)
    np.testing.assert_allclose(found.evidence["distance"], distance, rtol=1e-9)
    np.testing.assert_allclose(found.evidence["lower_bound"], np.linalg.norm(X, "nuc"), rtol=1e-8)
    assert not found.holds
    assert "No matrix meets these measurements" in found.sentence
    # Of what comes as close as another matrix, that one is no counterexample.
    for scale in (0.5, 0.9, 1.1):
        other = nuclear_norm_certificate(scale * X, operator, y).evidence
        assert other["lower_bound"] <= scale * np.linalg.norm(X, "nuc") * (1 + 1e-12)
        assert other["lower_bound"] < found.evidence["lower_bound"]


def test_a_dual_may_have_a_part_that_the_operator_does_not_see():
    """It changes A* ν by nothing; with y's part out of reach it must not raise the bound."""
    operator = Entries([0, 0], [1, 1], (2, 2), jnp.float64)
    X = jnp.array([[0.0, 1.5], [0.0, 0.0]])
    for dual in ([0.5, 0.5], [-99.5, 100.5]):
        found = nuclear_norm_certificate(X, operator, np.array([1.0, 2.0]), dual=np.array(dual))
        np.testing.assert_allclose(found.evidence["lower_bound"], 1.5, rtol=1e-12)


@pytest.mark.slow
def test_a_large_problem_takes_the_other_road():
    """More than 1,500 unknowns: conjugate gradients for projections, and no polish."""
    random = np.random.default_rng(0)
    truth = random.standard_normal((40, 1)) @ random.standard_normal((1, 30))
    operator = Entries.from_mask(random.random((40, 30)) < 0.5, jnp.float64)
    y = operator.mv(jnp.asarray(truth))
    found = nuclear_norm_certificate(truth, operator, y)
    assert found.holds
    assert found.evidence["lower_bound"] <= np.linalg.norm(truth, "nuc") * (1 + 1e-12)
    assert found.evidence["distance"] < 1e-12


def test_nothing_measured_and_nothing_found():
    operator = Entries([0], [1], (2, 2), jnp.float64)
    zero = np.zeros((2, 2))
    assert nuclear_norm_certificate(zero, operator, np.zeros(1)).holds
    assert not nuclear_norm_certificate(np.eye(2), operator, np.zeros(1)).holds
    found = nuclear_norm_certificate(zero, operator, np.ones(1))
    assert not found.holds
    np.testing.assert_allclose(found.evidence["lower_bound"], 1, rtol=1e-12)


@pytest.mark.slow
def test_float32_measurements():
    known = known_minimum(6, 5, 2, 12, 1)
    operator = Dense(known.operator.arrays.astype(jnp.float32))
    found = nuclear_norm_certificate(known.X, operator, known.y, tolerance=1e-4)
    assert found.holds
    np.testing.assert_allclose(found.evidence["lower_bound"], known.value, rtol=1e-4)


def test_it_refuses(unchecked):
    known = known_minimum(6, 5, 2, 12, 1)
    X, operator, y = known.X, known.operator, known.y
    with pytest.raises(ValueError, match="tolerance must be positive"):
        nuclear_norm_certificate(X, operator, y, tolerance=0.0)
    with pytest.raises(ValueError, match="X has shape"):
        nuclear_norm_certificate(X.T, operator, y)
    with pytest.raises(ValueError, match="y has shape"):
        nuclear_norm_certificate(X, operator, y[:3])
    with pytest.raises(ValueError, match="dual has values that are infinite"):
        nuclear_norm_certificate(X, operator, y, dual=np.full(12, np.inf))
    with pytest.raises(ValueError, match="must be a matrix"):
        nuclear_norm_certificate(X, Dense(jnp.ones((2, 3, 3, 2))), y)


@pytest.mark.parametrize(
    ("margin", "holds"), [(0.1, True), (0.0, True), (-1e-300, False), (float("nan"), False)]
)
def test_a_certificate_holds_exactly_if_its_margin_is_not_negative(margin, holds):
    found = Certificate(margin, "metres", {"records": np.ones(3)}, "It was measured.")
    assert found.holds is bool(found) is holds
    assert str(found) == "It was measured."
    assert isinstance(found, eqx.Module)
