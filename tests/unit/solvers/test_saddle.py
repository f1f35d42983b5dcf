"""The saddle that a plateau passes, against saddles constructed and saddles met by descent."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.models import Deep, Direct, Symmetric
from tacit.problems import LeastSquares, Problem, completion, full_observation
from tacit.solvers import saddle_near

from ._saddles import SPECTRUM, matrix, saddle_at

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow


def plateau_loss(learnt):
    return sum(SPECTRUM[i] ** 2 for i in range(3) if i not in learnt) / 2


def disturbed(model, size, seed=0):
    random = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: leaf + size * random.standard_normal(leaf.shape), model)


@pytest.mark.parametrize("learnt", [(0,), (1,), (0, 2), (1, 2)], ids=str)
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_constructed_saddle_is_found_again(depth, learnt):
    """Also where what has been learnt is not what is largest."""
    model = disturbed(saddle_at(learnt, depth), 0.01)
    found = saddle_near(full_observation(matrix()), model, rank=len(learnt))
    assert found.converged
    assert found.relative <= 1e-10
    assert found.learnt == learnt
    assert found.rank == len(learnt)
    assert found.negatives is None
    np.testing.assert_allclose(found.loss, plateau_loss(learnt), rtol=1e-12)
    assert 0 < found.distance < 0.5


@eqx.filter_jit
def descend(problem, model, step, count):
    def body(_, now):
        gradient = eqx.filter_grad(problem.objective)(now)
        return jax.tree.map(lambda leaf, slope: leaf - step * slope, now, gradient)

    return jax.lax.fori_loop(0, count, body, model)


@pytest.mark.parametrize(
    ("depth", "scale", "step", "ranks"),
    [
        (2, 1e-7, 0.02, {0: 0, 130: 1, 240: 2}),
        (3, 1e-3, 0.01, {0: 0, 420: 1, 1000: 2}),
        (4, 0.01, 0.005, {0: 0, 700: 2}),
    ],
    ids=["2", "3", "4"],
)
@pytest.mark.parametrize("observed", [30, pytest.param(25, marks=pytest.mark.slow)])
def test_descent_passes_the_saddles_one_by_one(depth, scale, step, ranks, observed):
    """From a Gaussian start, whose factors are not balanced, at points of three plateaus."""
    problem = (
        full_observation(matrix())
        if observed == 30
        else completion(matrix(), observed, LeastSquares(), key=jax.random.key(1))
    )
    model = Deep.initialise(
        (6, 5), depth=depth, init_scale=scale, dtype=jnp.float64, key=jax.random.key(1)
    )
    for count, rank in ranks.items():
        found = saddle_near(problem, descend(problem, model, step, count))
        assert found.converged
        assert found.relative <= 1e-10
        assert found.rank == rank
        if observed == 30:
            assert found.learnt == tuple(range(rank))
            np.testing.assert_allclose(found.loss, plateau_loss(range(rank)), rtol=1e-12)


def test_between_two_close_values_it_descends_first():
    """Halfway between two vectors the Hessian is singular, and Newton's steps end."""
    sigma, depth, angle = np.array([1.0, 0.91]), 4, np.pi / 5
    problem = full_observation(jnp.diag(jnp.append(jnp.asarray(sigma), jnp.zeros(3))))
    u = np.append([np.cos(angle), np.sin(angle)], np.zeros(3))
    ends = np.outer(u, np.eye(5)[0])
    middle = np.outer(np.eye(5)[0], np.eye(5)[0])
    model = Deep(tuple(map(jnp.asarray, (ends.T, *(middle,) * (depth - 2), ends))))
    found = saddle_near(problem, disturbed(model, 1e-3))
    assert found.converged
    assert found.rank == 1
    (learnt,) = found.learnt
    np.testing.assert_allclose(found.loss, (sigma @ sigma - sigma[learnt] ** 2) / 2, rtol=1e-9)


def test_the_index_is_that_of_the_saddle():
    model = disturbed(saddle_at((1,), 2), 0.01)
    found = saddle_near(full_observation(matrix()), model, rank=1, negatives=20)
    assert found.negatives == 2 * 4 + 1


def test_symmetric():
    X = matrix() @ matrix().T
    vectors = np.linalg.eigh(np.asarray(X))[1][:, ::-1]
    factor = np.zeros((6, 6))
    factor[:, :2] = vectors[:, [0, 2]] * [5.0, 1.0]
    model = disturbed(Symmetric(jnp.asarray(factor)), 0.005)
    found = saddle_near(full_observation(X), model, rank=2)
    assert found.converged
    assert found.learnt == (0, 2)
    np.testing.assert_allclose(found.loss, 3.0**4 / 2, rtol=1e-12)


def test_another_model_and_a_problem_without_truth():
    problem = full_observation(matrix())
    blind = Problem(problem.operator, problem.y)
    found = saddle_near(blind, Direct(jnp.zeros((6, 5))))
    assert found.converged
    assert found.learnt is None
    assert found.rank == 3
    np.testing.assert_allclose(found.loss, 0, atol=1e-20)


@pytest.mark.slow
def test_single_precision_goes_to_rounding():
    model = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), disturbed(saddle_at((0,), 3), 0.01))
    found = saddle_near(full_observation(matrix().astype(jnp.float32)), model, rank=1)
    assert found.converged
    assert 0 < found.relative < 1e-5
    np.testing.assert_allclose(found.loss, plateau_loss((0,)), rtol=1e-6)


def test_too_few_iterations_are_told():
    model = disturbed(saddle_at((0,), 3), 0.1)
    found = saddle_near(full_observation(matrix()), model, rank=1, max_iterations=1)
    assert not found.converged
    assert found.iterations == 1


def test_it_refuses():
    problem, model = full_observation(matrix()), saddle_at((0,), 2)
    with pytest.raises(ValueError, match=r"rank 6 is not in 0\.\.5"):
        saddle_near(problem, model, rank=6)
    with pytest.raises(ValueError, match="tolerance must be positive"):
        saddle_near(problem, model, tolerance=0.0)
    with pytest.raises(ValueError, match="max_iterations must be at least 1"):
        saddle_near(problem, model, max_iterations=0)
    with pytest.raises(ValueError, match="gradient is infinite"):
        saddle_near(problem, jax.tree.map(lambda leaf: leaf * jnp.inf, model))
