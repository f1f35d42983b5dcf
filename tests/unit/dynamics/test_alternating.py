"""Alternating least squares against row regressions, the gradient and the nuclear norm."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.dynamics import AlternatingLeastSquares, SoftImpute, alternating
from tacit.models import Deep, Direct
from tacit.operators import Dense, Entries
from tacit.problems import Huber, Problem, full_observation


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


def weighted(shape=(6, 5), twice=True):
    """Two thirds of the entries of a noisy table, weighted, one of them seen twice."""
    observed = np.random.default_rng(3).random(shape) < 0.66
    rows, columns = np.nonzero(observed)
    if twice:
        rows, columns = np.append(rows, rows[4]), np.append(columns, columns[4])
    operator = Entries(rows, columns, shape, jnp.float64)
    y = draw((len(rows),), 4) + 1
    return Problem(operator, y, weights=jnp.abs(draw((len(rows),), 5)) + 0.1)


def start(shape=(6, 5), width=3):
    return Deep((draw((width, shape[1]), 1), draw((shape[0], width), 2)))


def moved(rule, problem, model, gap=1):
    """Advance in one compiled call."""
    return jax.jit(lambda: rule.advance(problem, model, rule.init(problem, model), gap)[0])()


def regressed(problem, V, U, ridge, damping, by_degree):
    """Row by row, entry by entry: argmin of the half-step, by a dense solve."""
    rows, columns, y, w = map(
        np.asarray, (problem.operator.rows, problem.operator.columns, problem.y, problem.weights)
    )
    answer = np.empty_like(U)
    for i in range(len(U)):
        seen = rows == i
        A, b, c = V[:, columns[seen]].T, y[seen], w[seen]
        added = ridge * (c.sum() if by_degree and seen.any() else 1) + damping
        normal = A.T @ (c[:, None] * A) + added * np.eye(len(V))
        answer[i] = np.linalg.solve(normal, A.T @ (c * b) + damping * U[i])
    return answer


@pytest.mark.parametrize("chunk", [1 << 22, 30])
@pytest.mark.parametrize("by_degree", [False, True])
def test_a_step_is_a_loop_of_regressions(monkeypatch, chunk, by_degree):
    """Rows, then columns, in one block and in blocks of two rows with one of padding."""
    monkeypatch.setattr(alternating, "_CHUNK", chunk)
    problem, model = weighted((7, 5)), start((7, 5))
    rule = AlternatingLeastSquares(0.3, 0.2, by_degree)
    V, U = moved(rule, problem, model).factors
    old_V, old_U = map(np.asarray, model.factors)
    by_row = regressed(problem, old_V, old_U, 0.3, 0.2, by_degree)
    operator = problem.operator
    flipped = Problem(
        Entries(operator.columns, operator.rows, (5, 7), jnp.float64),
        problem.y,
        weights=problem.weights,
    )
    by_column = regressed(flipped, by_row.T, old_V.T, 0.3, 0.2, by_degree)
    np.testing.assert_allclose(U, by_row, rtol=1e-10)
    np.testing.assert_allclose(V, by_column.T, rtol=1e-10)


@pytest.mark.parametrize(("damping", "by_degree"), [(0.0, False), (0.5, True)])
def test_the_objective_falls_to_where_its_gradient_vanishes(damping, by_degree):
    problem, at, rule = weighted(), start(), AlternatingLeastSquares(0.3, damping, by_degree)
    advance = jax.jit(rule.advance)
    state, values = rule.init(problem, at), []
    for gap in (0, 1, 1, 1, 5, 3000):
        at, state = advance(problem, at, state, gap)
        values.append(float(rule.objective(problem, at)))
    assert np.all(np.diff(values) < 0)
    assert state.step == 3008
    slope = jax.jit(jax.grad(lambda model: rule.objective(problem, model)))(at)
    for leaf in slope.factors:
        np.testing.assert_allclose(leaf, 0, atol=1e-8)


def test_a_generous_width_ends_at_the_nuclear_norm():
    """½ λ (‖U‖² + ‖V‖²) of five columns is λ ‖X‖_*, with unit weights."""
    problem, penalty = weighted(twice=False), 0.9
    problem = Problem(problem.operator, problem.y)
    soft = SoftImpute(decay=1.0, penalty=penalty)
    convex = moved(soft, problem, Direct.zeros((6, 5), jnp.float64), 3000)()
    ours = moved(AlternatingLeastSquares(penalty), problem, start(width=5), 3000)
    spectrum = np.linalg.svd(convex, compute_uv=False)
    assert 1 <= (spectrum > 1e-6).sum() < 5
    np.testing.assert_allclose(ours(), convex, atol=1e-6)
    V, U = ours.factors
    squares = float(jnp.sum(U**2) + jnp.sum(V**2)) / 2
    np.testing.assert_allclose(squares, spectrum.sum(), rtol=1e-6)


def test_what_does_not_fit_is_refused():
    problem, model, rule = weighted(), start(), AlternatingLeastSquares(0.1)
    with pytest.raises(ValueError, match="nor both zero"):
        AlternatingLeastSquares(0)
    with pytest.raises(ValueError, match="must not be negative"):
        AlternatingLeastSquares(1.0, -0.1)
    with pytest.raises(ValueError, match="depth 2"):
        rule.init(problem, Deep((draw((6, 5)),)))
    with pytest.raises(ValueError, match="needs Entries, not Dense"):
        rule.init(Problem(Dense(draw((4, 6, 5))), draw((4,))), model)
    with pytest.raises(ValueError, match="LeastSquares loss"):
        rule.init(full_observation(draw((6, 5)), Huber()), model)
