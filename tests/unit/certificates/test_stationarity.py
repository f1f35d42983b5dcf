"""Points judged by gradient and curvature, and the bound of the curvature by the gradient."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.certificates import curvature_bound, stationarity_certificate
from tacit.models import Deep, Direct, Symmetric
from tacit.problems import Huber, MeanSquared, Smoothness, completion, full_observation, sensing
from tacit.solvers import hessian_extremes

from ..solvers._saddles import SPECTRUM, matrix, saddle_at

KEY = jax.random.key(3)
PROBLEMS = {
    "full": lambda truth: full_observation(truth),
    "completion": lambda truth: completion(truth, 18, MeanSquared(), key=KEY),
    "huber": lambda truth: sensing(truth, 18, 0.5, Huber(0.5), key=KEY),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("depth", [1, 2, 3, 4, "symmetric"])
def test_no_curvature_is_below_the_bound(depth, name):
    """At random points near and far, of unequal factors."""
    truth = matrix() @ matrix().T if depth == "symmetric" else matrix()
    problem, random = PROBLEMS[name](truth), np.random.default_rng(1)
    for size in (0.1, 1.0):
        sides = [5, *[4] * (depth - 1), 6] if depth != "symmetric" else []
        model = (
            Symmetric(jnp.asarray(size * random.standard_normal((6, 4))))
            if depth == "symmetric"
            else Deep(
                tuple(
                    jnp.asarray((j + 1) * size * random.standard_normal(sides[j : j + 2][::-1]))
                    for j in range(depth)
                )
            )
        )
        bound = curvature_bound(problem, model)
        smallest = hessian_extremes(problem, model).smallest
        assert smallest >= bound - 1e-9 * (1 + abs(bound))
        if depth == 1:
            assert bound == 0
        if depth == 3:
            norms = [np.linalg.norm(W, 2) for W in model.factors]
            G = np.linalg.norm(np.asarray(jax.grad(problem.loss_at)(model())), 2)
            assert bound >= -2 * G * max(norms) * (1 + 1e-12)


def test_the_bound_is_attained():
    """By two factors with an idle width, by three equal ones, by a matrix and its square."""
    problem = full_observation(matrix())
    assert np.isclose(curvature_bound(problem, saddle_at((1,), 2)), -SPECTRUM[0], rtol=1e-12)
    one = full_observation(jnp.array([[2.0]]))
    chain = Deep((jnp.full((1, 1), 1e-3),) * 3)
    np.testing.assert_allclose(curvature_bound(one, chain), -2 * (2 - 1e-9) * 1e-3, rtol=1e-12)
    smallest = hessian_extremes(one, chain).smallest
    np.testing.assert_allclose(smallest, curvature_bound(one, chain), rtol=1e-6)
    square = Symmetric(jnp.full((1, 1), 1e-3))
    np.testing.assert_allclose(curvature_bound(one, square), -4, rtol=1e-5)
    np.testing.assert_allclose(hessian_extremes(one, square).smallest, -4, rtol=1e-5)


def test_the_minimum_is_of_second_order():
    problem = full_observation(matrix())
    for depth in (1, 2, 3):
        found = stationarity_certificate(problem, saddle_at((0, 1, 2), depth))
        assert found.holds
        assert 0.99e-6 < found.margin <= 1e-6
        assert found.sentence.startswith("Second-order point")
        assert found.evidence["negatives"] == 0
        if depth > 1:
            assert abs(found.evidence["slack"]) < 1e-12


@pytest.mark.parametrize("learnt", [(), (0,), (0, 1), (1,)], ids=str)
def test_a_saddle_of_two_factors_is_strict_and_can_be_escaped(learnt):
    problem, model = full_observation(matrix()), saddle_at(learnt, 2)
    extremes = hessian_extremes(problem, model)
    found = stationarity_certificate(problem, model, extremes=extremes)
    steepest = max(SPECTRUM[i] for i in range(3) if i not in learnt)
    assert not found.holds
    assert found.sentence.startswith("Strict saddle: ")
    assert ("at least 8" in found.sentence) is (len(learnt) < 2)
    np.testing.assert_allclose(found.evidence["smallest"], -steepest, rtol=1e-12)
    np.testing.assert_allclose(found.margin, 1e-6 - steepest / extremes.norm, rtol=1e-9)
    before = problem.objective(model)
    for way in (1e-2, -1e-2):
        moved = jax.tree.map(lambda x, d, way=way: x + way * d, model, extremes.direction)
        assert problem.objective(moved) < before - 0.4e-4 * steepest


def test_deeper_the_origin_is_flat_and_a_plateau_of_the_leading_values_has_no_way_down():
    """Second order does not see the way out of what three factors have not learnt."""
    problem = full_observation(matrix())
    origin = stationarity_certificate(problem, saddle_at((), 3))
    assert origin.holds
    assert origin.sentence.startswith("Flat point")
    plateau = stationarity_certificate(problem, saddle_at((0,), 3))
    assert plateau.holds
    assert plateau.sentence.startswith("Second-order point")
    other = stationarity_certificate(problem, saddle_at((1,), 3))
    assert not other.holds
    assert other.sentence.startswith("Strict saddle: 1 negative direction, ")


def test_a_gradient_is_small_in_the_units_of_the_problem():
    """Neither the unit of the loss nor that of the matrix changes the verdict."""
    for unit in (1.0, 1e-4, 1e4):
        for loss in (MeanSquared(), None):
            truth = unit * matrix()
            problem = full_observation(truth) if loss is None else full_observation(truth, loss)
            at = jax.tree.map(lambda leaf, u=unit: leaf * u**0.5, saddle_at((0, 1, 2), 2))
            assert stationarity_certificate(problem, at).holds
            near = jax.tree.map(lambda leaf: leaf * (1 + 1e-3), at)
            found = stationarity_certificate(problem, near)
            assert found.sentence.startswith("Not a critical point")
            np.testing.assert_allclose(found.evidence["relative_gradient"], 1e-3, rtol=0.3)
            assert not found.holds


def test_a_curvature_within_its_error_is_not_decided():
    problem, model = full_observation(matrix()), saddle_at((0, 1, 2), 2)
    extremes = hessian_extremes(problem, model)._replace(smallest_error=1e-3)
    found = stationarity_certificate(problem, model, extremes=extremes)
    assert not found.holds
    assert found.sentence.startswith("First-order point")


def test_a_model_without_a_bound():
    problem = full_observation(matrix())
    found = stationarity_certificate(problem, Direct(matrix()))
    assert found.holds
    assert "bound" not in found.evidence


def test_it_refuses():
    problem, model = full_observation(matrix()), saddle_at((0,), 2)
    with pytest.raises(ValueError, match="tolerance must be between 0 and 1"):
        stationarity_certificate(problem, model, tolerance=0.0)
    with pytest.raises(ValueError, match="proved for Deep and Symmetric, not Direct"):
        curvature_bound(problem, Direct(matrix()))
    smooth = eqx.tree_at(
        lambda p: p.penalty, problem, Smoothness(1.0), is_leaf=lambda leaf: leaf is None
    )
    with pytest.raises(ValueError, match="leave the penalty out"):
        curvature_bound(smooth, model)
