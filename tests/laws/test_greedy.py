"""Greedy low-rank learning against dense arithmetic, and the counterexample to least trace."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import top_eigenpair
from tacit.dynamics import GradientDescent, GradientFlow, GreedyLowRank, LevenbergMarquardt
from tacit.models import Deep, Direct, Symmetric
from tacit.observers import loss, singular_values
from tacit.operators import Entries, entries
from tacit.problems import Huber, LeastSquares, Problem, Smoothness, full_observation
from tacit.runs import Schedule, run

from .cases.base import draw
from .cases.problems import small_completion, symmetric_target

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow


def symmetric_mask(side, seed=0):
    """Most of a matrix seen, entry and mirror image together; the whole diagonal too."""
    seen = np.random.default_rng(seed).random((side, side)) < 0.75
    return np.triu(seen) | np.triu(seen).T | np.eye(side, dtype=bool)


def masked(truth, mask, loss=LeastSquares()):
    operator = Entries.from_mask(mask, truth.dtype)
    return Problem(operator, operator.mv(truth), loss, truth=truth)


def path(problem, model, rule, stages):
    """X after each stage, and the trajectory."""
    found = [
        run(problem, model, rule, Schedule.every(1, until), (loss,))
        for until in range(1, stages + 1)
    ]
    return [np.asarray(one.model()) for one in found], found[-1]


@pytest.mark.parametrize("side", [1, 3, 60])
def test_top_eigenpair_is_that_of_the_dense_matrix(side):
    S = draw((side, side))
    S = (S + S.T) / 2
    found = jax.jit(lambda v: top_eigenpair(lambda x: S @ x, v, tolerance=1e-9, steps=12))(
        draw((side,), seed=2)
    )
    values, vectors = np.linalg.eigh(S)
    np.testing.assert_allclose(found.first, values[-1], rtol=1e-12)
    np.testing.assert_allclose(np.abs(vectors[:, -1] @ found.vector), 1, rtol=1e-12)
    assert found.residual <= 1e-9 * abs(values[-1])
    if side > 1:
        np.testing.assert_allclose(found.second, values[-2], rtol=1e-3)


def test_top_eigenpair_of_a_repeated_value():
    """The space is invariant after two products; zero must not stand above what is negative."""
    found = top_eigenpair(lambda x: -2 * x, jnp.ones(5), tolerance=1e-9)
    assert found.vector.shape == (5,)
    S = jnp.diag(jnp.array([3.0, 3.0, 1.0, 1.0, 1.0]))
    found = top_eigenpair(lambda x: S @ x, draw((5,)), tolerance=1e-9)
    np.testing.assert_allclose([found.first, found.second], [3, 1])


@pytest.mark.parametrize("gathered", [False, True])
def test_one_stage_begins_along_the_top_pair_of_the_gradient(gathered, monkeypatch):
    """Without inner steps to speak of, ε^{1/L} u, ε^{1/L} and ε^{1/L} v stand in the factors."""
    if gathered:
        monkeypatch.setattr(entries, "GATHER_COST", 0)
    problem = small_completion(Huber(0.8))
    rule = GreedyLowRank(GradientDescent(1e-300), size=1e-3, max_steps=1)
    state = rule.init(problem, model := Deep.zeros((5, 4), depth=3, width=2, dtype=jnp.float64))
    moved, state = jax.jit(rule.advance)(problem, model, state, 1)
    U, s, Vt = np.linalg.svd(-np.asarray(jax.grad(problem.loss_at)(jnp.zeros((5, 4)))))
    np.testing.assert_allclose([state.first, state.second], s[:2], rtol=1e-6)
    np.testing.assert_allclose(moved(), 1e-3 * np.outer(U[:, 0], Vt[0]), atol=1e-7)
    for factor, at in zip(moved.factors, (np.s_[1:], np.s_[1:, 1:], np.s_[:, 1:]), strict=True):
        assert not np.any(factor[at])
        np.testing.assert_allclose(jnp.linalg.norm(factor), 0.1)


def numpy_path(target, mask, stages, eta=0.05, size=1e-4, steps=6_000):
    """Greedy learning as the paper has it, dense, by plain descent."""
    side, seen, found = len(target), mask.astype(float), []
    U = np.zeros((side, 0))
    for _ in range(stages):
        gradient = seen * (U @ U.T - target)
        _, vectors = np.linalg.eigh(-gradient)
        U = np.hstack([U, np.sqrt(size) * vectors[:, -1:]])
        for _ in range(steps):
            gradient = seen * (U @ U.T - target)
            U = U - eta * (gradient + gradient.T) @ U
        found.append(U @ U.T)
    return found


def test_symmetric_path_is_the_paper_loop():
    """Two roads, dense eigenvectors with plain descent and this, each with both inner dynamics."""
    target, mask = np.asarray(symmetric_target([3.0, 2.0, 1.0, 0.0, 0.0, 0.0])), symmetric_mask(6)
    problem, model = masked(jnp.asarray(target), mask), Symmetric.zeros(6, width=2, dtype="float64")
    expected = numpy_path(target, mask, 2)
    quick, _ = path(problem, model, GreedyLowRank(settled=1e-9), 2)
    np.testing.assert_allclose(quick, expected, atol=1e-6)
    faithful = GreedyLowRank(
        GradientDescent("auto"), size=1e-4, settled=1e-9, every=50, max_steps=50_000
    )
    slow, _ = path(problem, model, faithful, 2)
    np.testing.assert_allclose(slow, expected, atol=1e-6)


def test_close_values_are_learnt_one_by_one():
    """The gap decides how fast the first is told from the second: 1 % of the values here."""
    target, mask = np.asarray(symmetric_target([3.0, 2.97, 1.0, 0.0, 0.0])), symmetric_mask(5)
    problem, model = masked(jnp.asarray(target), mask), Symmetric.zeros(5, width=3, dtype="float64")
    expected = numpy_path(target, mask, 3, steps=30_000)
    found, _ = path(problem, model, GreedyLowRank(settled=1e-9), 3)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("depth", [2, 3])
def test_it_stops_at_the_rank_and_recovers(depth):
    truth = draw((12, 3)) @ draw((3, 10), seed=8)
    mask = np.random.default_rng(1).random((12, 10)) < 0.8
    problem = masked(truth, mask)
    model = Deep.zeros((12, 10), depth=depth, width=5, dtype=jnp.float64)
    found = run(problem, model, GreedyLowRank(), Schedule.every(1, 5), (loss, singular_values))
    ranks = (found["singular_values"] > 1e-9 * found["singular_values"].max()).sum(axis=1)
    np.testing.assert_array_equal(ranks, [0, 1, 2, 3, 3, 3])
    np.testing.assert_array_equal(found.step, range(6))
    assert np.all(np.diff(found.time)[:3] > 0)
    assert np.all(np.diff(found.time)[3:] == 0), "the model no longer moves"
    np.testing.assert_allclose(found.model(), truth, atol=1e-6 * float(jnp.linalg.norm(truth)))
    for factor in found.model.factors:
        assert not np.any(factor[3:, 3:]), "columns that were not filled stay exactly zero"


def test_the_counterexample_to_least_trace():
    """W₁₃ = 1, W₁₄ = W₂₃ = R: least trace 4R at rank two, greedy goes to trace 2(1 + R²)."""
    R, target = 2.0, np.zeros((4, 4))
    target[0, 2], target[0, 3], target[1, 2] = 1, R, R
    target = target + target.T
    problem = masked(jnp.asarray(target), target != 0)
    model = Symmetric.zeros(4, width=4, dtype=jnp.float64)
    X = run(problem, model, GreedyLowRank(settled=1e-9), Schedule.every(1, 4), (loss,)).model()
    np.testing.assert_allclose(X, np.outer([1, R, 1, R], [1, R, 1, R]), atol=1e-6)
    first, second = np.array([[1, 0, 0, 1], [0, 1, 1, 0]])
    least = R * (np.outer(first, first) + np.outer(second, second))
    least = least + np.outer(first, second) + np.outer(second, first)
    np.testing.assert_allclose(least[target != 0], target[target != 0])
    assert np.linalg.eigvalsh(least).min() > -1e-12
    assert np.trace(least) == 4 * R < np.trace(X)


def test_levenberg_reaches_the_minimum_in_few_steps():
    problem = small_completion()
    model = Deep((draw((2, 4), seed=3), draw((5, 2), seed=4)))
    rule = LevenbergMarquardt()
    moved, state = jax.jit(rule.advance)(problem, model, rule.init(problem, model), 40)
    assert problem.objective(moved) < 1e-20
    assert state.clock.step == 40


def test_levenberg_takes_back_what_rises():
    problem = small_completion()
    model = Deep(tuple(20 * draw(shape) for shape in ((3, 4), (3, 3), (5, 3))))
    rule, advance = LevenbergMarquardt(damping=1e-12), jax.jit(LevenbergMarquardt.advance)
    state, values = rule.init(problem, model), [problem.objective(model)]
    for _ in range(20):
        model, state = advance(rule, problem, model, state, 1)
        values.append(problem.objective(model))
    assert np.all(np.diff(values) <= 0)
    assert values[-1] < values[0]


def test_refusals():
    problem, rule = small_completion(), GreedyLowRank()
    zeros = Deep.zeros((5, 4), depth=2, width=2, dtype=jnp.float64)
    with pytest.raises(ValueError, match="not Direct"):
        rule.init(problem, Direct.zeros((5, 4), jnp.float64))
    with pytest.raises(ValueError, match=r"starts at zero: use Deep\.zeros"):
        rule.init(problem, jax.tree.map(jnp.ones_like, zeros))
    with pytest.raises(ValueError, match="runs in time"):
        GreedyLowRank(GradientFlow())
    with pytest.raises(ValueError, match="size must be positive"):
        GreedyLowRank(size=0.0)
    with pytest.raises(ValueError, match="damping must be positive"):
        LevenbergMarquardt(damping=0.0)
    with pytest.raises(ValueError, match="at least 1"):
        Symmetric.zeros(3, width=0)
    with pytest.raises(ValueError, match="at least 1"):
        Deep.zeros((3, 4), depth=0, width=1)
    smooth = Problem(problem.operator, problem.y, penalty=Smoothness(0.1, lambda X: jnp.sum(X**2)))
    with pytest.raises(ValueError, match="penalty"):
        rule.init(smooth, zeros)
    with pytest.raises(ValueError, match="depth 2 or more"):
        rule.init(full_observation(draw((3, 3))), Deep((jnp.zeros((3, 3)),)))
