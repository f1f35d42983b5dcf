"""The laws of losses, penalties and problems."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import dirichlet_energy, laplacian_energy, t_transpose
from tacit.models import Deep, Direct
from tacit.operators import Dense, Entries
from tacit.problems import (
    Huber,
    LeastSquares,
    MeanSquared,
    Problem,
    Smoothness,
    completion,
    full_observation,
    sensing,
    tubal_sensing,
)

from .cases.base import draw, params
from .cases.losses import LOSSES
from .cases.problems import small_completion

CLOSED_FORMS = {
    "least squares": lambda r, w: np.sum(w * r**2) / 2,
    "mean squared": lambda r, w: np.sum(w * r**2) / np.sum(w),
    "Huber": lambda r, w: (
        np.sum(w * np.where(abs(r) <= 0.7, r**2, 0.7 * (2 * abs(r) - 0.7))) / np.sum(w)
    ),
}


@pytest.mark.parametrize("case", params(LOSSES))
def test_loss_is_its_formula(case):
    loss, r = case.build(), 2 * draw(9)
    w = jnp.abs(draw(9, seed=1))
    np.testing.assert_allclose(loss(r, w), CLOSED_FORMS[case.name](np.asarray(r), np.asarray(w)))
    np.testing.assert_allclose(loss(r, None), CLOSED_FORMS[case.name](np.asarray(r), np.ones(9)))
    assert loss(jnp.zeros(9), w) == 0
    assert (np.abs(r) < 0.7).any()
    assert (np.abs(r) > 0.7).any()


@pytest.mark.parametrize("case", params(LOSSES))
def test_loss_has_the_gradient_of_finite_differences(case):
    loss, r, d, h = case.build(), 2 * draw(9), draw(9, seed=2), 1e-6
    slope = jnp.vdot(jax.grad(loss)(r, None), d)
    quotient = (loss(r + h * d, None) - loss(r - h * d, None)) / (2 * h)
    np.testing.assert_allclose(slope, quotient, rtol=1e-7)


@pytest.mark.parametrize("case", params(LOSSES))
def test_weight_two_is_a_measurement_made_twice(case):
    loss, r = case.build(), draw(3)
    weighted = loss(r, jnp.array([1.0, 2.0, 0.0]))
    np.testing.assert_allclose(weighted, loss(r[jnp.array([0, 1, 1])], None), rtol=1e-12)


def test_huber_is_continuously_differentiable_at_its_corner():
    slope = jax.grad(Huber(0.5))
    for corner in (0.5, -0.5):
        for r in (corner - 1e-9, corner, corner + 1e-9):
            np.testing.assert_allclose(slope(jnp.array([r]), None), 2 * corner, atol=1e-7)


# Problems.


def test_objective_is_loss_plus_penalty_by_either_road():
    plain, model = small_completion(), Deep((draw((2, 4)), draw((5, 2))))
    smooth = Problem(plain.operator, plain.y, plain.loss, penalty=Smoothness(0.3, dirichlet_energy))
    X = model()
    np.testing.assert_allclose(plain.objective(model), plain.loss_at(X), rtol=1e-12)
    np.testing.assert_allclose(smooth.data_loss(model), plain.loss_at(X), rtol=1e-12)
    expected = plain.loss_at(X) + 0.3 * dirichlet_energy(X)
    np.testing.assert_allclose(smooth.objective(model), expected, rtol=1e-12)
    np.testing.assert_allclose(plain.residual(Direct(X)), plain.residual(model), atol=1e-12)


def test_weights_enter_the_objective():
    plain, model = small_completion(), Direct(draw((5, 4)))
    weights = jnp.arange(12.0)
    weighted = Problem(plain.operator, plain.y, plain.loss, weights)
    r = np.asarray(plain.residual(model))
    np.testing.assert_allclose(weighted.objective(model), np.sum(np.arange(12) * r**2) / 2)


def test_channels_side_by_side_have_the_energy_of_each():
    X = draw((4, 6))
    parts = [X[:, 0:2], X[:, 2:4], X[:, 4:6]]
    for energy in (dirichlet_energy, laplacian_energy):
        found = Smoothness(2.0, energy, channels=3)(X)
        np.testing.assert_allclose(found, 2 * sum(energy(part) for part in parts), rtol=1e-12)


def test_take_keeps_what_belongs_together():
    problem = small_completion()
    problem = Problem(problem.operator, problem.y, weights=jnp.arange(12.0), truth=problem.truth)
    chosen = np.array([7, 2, 5])
    part = problem.take(chosen)
    np.testing.assert_array_equal(part.y, problem.y[chosen])
    np.testing.assert_array_equal(part.weights, chosen.astype(float))
    np.testing.assert_array_equal(part.operator.mv(part.truth), part.y)


def test_split_divides_the_measurements(key):
    problem = small_completion()
    train, held = problem.split(0.25, key=key)
    assert (train.operator.size, held.operator.size) == (9, 3)
    positions = [
        set(zip(np.asarray(p.operator.rows), np.asarray(p.operator.columns), strict=True))
        for p in (train, held, problem)
    ]
    assert positions[0] | positions[1] == positions[2]
    assert not positions[0] & positions[1]
    np.testing.assert_allclose(train.operator.mv(problem.truth), train.y)
    again, _ = problem.split(0.25, key=key)
    assert again.y.tobytes() == train.y.tobytes()
    for fraction in (0.0, 1.0, 0.01):
        with pytest.raises(ValueError, match=r"Problem\.split: a fraction"):
            problem.split(fraction, key=key)


def test_recipes_measure_the_truth(key):
    truth = draw((4, 3))
    for problem, size, loss in (
        (full_observation(truth), 12, LeastSquares),
        (completion(truth, 5, key=key), 5, MeanSquared),
        (sensing(truth, 7, 0.1, key=key), 7, MeanSquared),
    ):
        assert problem.operator.size == size
        assert isinstance(problem.loss, loss)
        assert problem.truth is truth
        assert problem.objective(Direct(truth)) == 0
    full = full_observation(truth)
    np.testing.assert_array_equal(full.operator.adjoint(full.y), truth)
    drawn = completion(truth, 12, key=key)
    assert len(set(np.asarray(drawn.operator.rows * 3 + drawn.operator.columns))) == 12
    spread = np.std(sensing(draw((20, 20)), 50, 0.1, key=key).operator.arrays)
    np.testing.assert_allclose(spread, 0.1, rtol=0.05)


def test_recipes_refuse_impossible_counts(key):
    for count in (0, 13):
        with pytest.raises(ValueError, match="completion: count"):
            completion(draw((4, 3)), count, key=key)


def test_a_problem_checks_what_it_is_given():
    operator = Entries([0, 1], [1, 0], (2, 3), jnp.float64)
    with pytest.raises(ValueError, match="y has 3 numbers"):
        Problem(operator, jnp.ones(3))
    with pytest.raises(ValueError, match="truth has shape"):
        Problem(operator, jnp.ones(2), truth=jnp.ones((3, 2)))
    assert Problem(Dense(draw((2, 3, 4))), jnp.ones(2)).operator.size == 2


# Tubal sensing.


@pytest.mark.slow
def test_tubal_sensing_sees_the_tubal_symmetric_part_alike(key):
    """On a tubal-symmetric truth the symmetrised A_i measure what the drawn ones do."""
    truth = draw((3, 3, 4)) + t_transpose(draw((3, 3, 4)))
    plain, symmetric = (
        tubal_sensing(truth, 200, symmetrised=symmetrised, noise=0.1, key=key)
        for symmetrised in (False, True)
    )
    np.testing.assert_allclose(plain.y, symmetric.y, rtol=1e-10, atol=1e-12)
    arrays = symmetric.operator.arrays
    np.testing.assert_allclose(jax.vmap(t_transpose)(arrays), arrays, atol=1e-15)
    assert abs(float(jnp.std(plain.operator.arrays)) * np.sqrt(200) - 1) < 4 / np.sqrt(2 * 200 * 36)
    assert 0.05 < np.std(plain.y - plain.operator.mv(truth)) < 0.15


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(3, 3), (3, 2, 4)])
def test_tubal_sensing_refuses_what_it_cannot_symmetrise(shape, key):
    with pytest.raises(ValueError, match="tubal_sensing: truth has shape"):
        tubal_sensing(draw(shape), 5, symmetrised=True, key=key)
