"""The laws of dynamics, over the registry, and what each is held against."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from tacit.algebra import dirichlet_energy
from tacit.dynamics import (
    DINEOF,
    AutoStep,
    EigenvalueRecursion,
    GradientDescent,
    GradientFlow,
    GroupRMSprop,
    SoftImpute,
    largest_curvature,
)
from tacit.models import Deep, Direct
from tacit.observers import balance
from tacit.operators import Entries
from tacit.problems import Huber, LeastSquares, Problem, Smoothness, full_observation
from tacit.testing import check_dynamics

from .cases.base import draw, params, single
from .cases.dynamics import DYNAMICS
from .cases.problems import small_completion, symmetric_target


def deep(shape, depth, scale=0.4):
    """Gaussian factors of width min(m, n)."""
    m, n = shape
    sides = (n, *(min(m, n),) * (depth - 1), m)
    return Deep(tuple(scale * draw((sides[j + 1], sides[j]), seed=j) for j in range(depth)))


def identical(side, depth, alpha):
    """All factors α I."""
    return Deep((alpha * jnp.eye(side),) * depth)


@eqx.filter_jit
def _advanced(rule, problem, model, state, gap):
    moved, state = rule.advance(problem, model, state, gap)
    return moved, rule.clock(state)


def advanced(rule, problem, model, gap):
    """Model and clock after one gap from the start."""
    return _advanced(rule, problem, model, rule.init(problem, model), gap)


def distance(one, other):
    return float(jnp.linalg.norm(ravel_pytree(one)[0] - ravel_pytree(other)[0]))


@pytest.mark.parametrize("case", params(DYNAMICS))
def test_dynamics(case):
    rule, problem, model, descends = case.build()
    check_dynamics(rule, problem, model, gap=case.gap, tolerance=case.tolerance, descends=descends)


@pytest.mark.parametrize("case", params(DYNAMICS))
def test_float32_stays_float32(case):
    rule, problem, model, _ = case.build()
    moved, clock = advanced(rule, single(problem), single(model), case.gap)
    assert {leaf.dtype for leaf in jax.tree.leaves(moved)} == {jnp.dtype(jnp.float32)}
    assert clock.time.dtype == jnp.float32
    exact, _ = advanced(rule, problem, model, case.gap)
    np.testing.assert_allclose(moved(), exact(), rtol=1e-3, atol=1e-4)


# Curvature.


@pytest.fixture(params=["least squares", "huber and smooth"])
def curved(request):
    """A problem, a model, and the dense Hessian's eigenvalues there."""
    problem, model = small_completion(), deep((5, 4), 2)
    if request.param != "least squares":
        problem = Problem(
            problem.operator,
            problem.y,
            Huber(0.5),
            penalty=Smoothness(0.1, dirichlet_energy),
        )
    flat, unravel = ravel_pytree(model)
    hessian = jax.jit(jax.hessian(lambda theta: problem.objective(unravel(theta))))(flat)
    return problem, model, np.linalg.eigvalsh(hessian)


def test_largest_curvature_is_the_largest_eigenvalue(curved):
    problem, model, eigenvalues = curved
    start = jax.tree.map(lambda leaf: draw(leaf.shape, seed=3), model)
    value, vector = jax.jit(largest_curvature, static_argnums=3)(problem, model, start, 300)
    exact = np.abs(eigenvalues).max()
    np.testing.assert_allclose(value, exact, rtol=1e-8)
    assert np.isclose(np.linalg.norm(ravel_pytree(vector)[0]), 1)
    few, _ = jax.jit(largest_curvature, static_argnums=3)(problem, model, start, 3)
    assert 0 < few < exact, "a few iterations give a lower bound"


def test_loss_never_rises_below_one_over_the_curvature(curved):
    problem, model, _ = curved
    start = jax.tree.map(lambda leaf: draw(leaf.shape, seed=3), model)
    measured = jax.jit(largest_curvature, static_argnums=3)
    values = [problem.objective(model)]
    for _ in range(5):
        curvature, _ = measured(problem, model, start, 300)
        model, _ = advanced(GradientDescent(0.9 / curvature), problem, model, 1)
        values.append(problem.objective(model))
    assert np.all(np.diff(values) < 0)


@pytest.mark.parametrize("beta", [0.0, 0.5])
@pytest.mark.parametrize("nesterov", [False, True])
def test_stability_is_the_edge_of_convergence(beta, nesterov):
    """On a quadratic, η λ_max just below `stability` converges and just above diverges."""
    if nesterov and not beta:
        pytest.skip("Nesterov's momentum needs momentum")
    # MeanSquared-free: ½ Σ r² on a matrix fully seen has curvature 1 in every direction.
    problem, model = full_observation(jnp.zeros((2, 2))), Direct(jnp.ones((2, 2)))
    edge = GradientDescent(1.0, beta, nesterov).stability
    inside, _ = advanced(GradientDescent(0.98 * edge, beta, nesterov), problem, model, 2000)
    outside, _ = advanced(GradientDescent(1.02 * edge, beta, nesterov), problem, model, 2000)
    assert np.abs(inside()).max() < 1e-3
    assert np.abs(outside()).max() > 1e3


# Descent and flow.


def test_momentum_is_the_numpy_loop():
    problem, model, eta, beta = small_completion(), deep((5, 4), 2), 0.02, 0.8
    gradient = jax.jit(jax.grad(problem.objective))
    for nesterov in (False, True):
        theta = [np.asarray(W) for W in model.factors]
        velocity = [np.zeros_like(W) for W in theta]
        for _ in range(7):
            ahead = [W + beta * v * nesterov for W, v in zip(theta, velocity, strict=True)]
            slope = gradient(Deep(tuple(map(jnp.asarray, ahead)))).factors
            velocity = [
                beta * v - eta * np.asarray(g) for v, g in zip(velocity, slope, strict=True)
            ]
            theta = [W + v for W, v in zip(theta, velocity, strict=True)]
        moved, clock = advanced(GradientDescent(eta, beta, nesterov), problem, model, 7)
        np.testing.assert_allclose(moved.factors[0], theta[0], rtol=1e-12)
        np.testing.assert_allclose(moved.factors[1], theta[1], rtol=1e-12)
        assert clock.step == 7
        assert np.isclose(clock.time, 7 * eta)


def test_group_rmsprop_is_the_numpy_loop():
    problem, model, eta, rho, epsilon = small_completion(), deep((5, 4), 3), 1e-2, 0.9, 1e-4
    gradient = jax.jit(jax.grad(problem.objective))
    theta, square, time = [np.asarray(W) for W in model.factors], 0.0, 0.0
    for k in range(1, 9):
        slope = [np.asarray(g) for g in gradient(Deep(tuple(map(jnp.asarray, theta)))).factors]
        square = rho * square + (1 - rho) * sum((g**2).sum() for g in slope)
        step = eta / (np.sqrt(square / (1 - rho**k)) + epsilon)
        theta, time = [W - step * g for W, g in zip(theta, slope, strict=True)], time + step
    moved, clock = advanced(GroupRMSprop(eta, rho, epsilon), problem, model, 8)
    for found, expected in zip(moved.factors, theta, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(clock.time, time, rtol=1e-12)


@pytest.mark.slow
def test_flow_conserves_the_balance_and_descent_drifts_in_proportion_to_the_step():
    problem, model = small_completion(), deep((5, 4), 3)
    drift = balance.drift_from(model)
    flowed, _ = advanced(GradientFlow(rtol=1e-10, atol=1e-12), problem, model, 2.0)
    assert distance(flowed, model) > 0.1
    assert drift(2.0, flowed, problem) < 1e-8
    drifts = []
    for steps in (200, 400, 800):
        descended, _ = advanced(GradientDescent(2.0 / steps), problem, model, steps)
        drifts.append(float(drift(2.0, descended, problem)))
    ratios = np.array(drifts[:-1]) / np.array(drifts[1:])
    np.testing.assert_allclose(ratios, 2, rtol=0.05)


def test_descent_goes_to_flow_at_first_order():
    problem, model = small_completion(), deep((5, 4), 2)
    flowed, _ = advanced(GradientFlow(rtol=1e-10, atol=1e-12), problem, model, 2.0)
    errors = [
        distance(advanced(GradientDescent(2.0 / steps), problem, model, steps)[0], flowed)
        for steps in (200, 400, 800)
    ]
    np.testing.assert_allclose(np.array(errors[:-1]) / np.array(errors[1:]), 2, rtol=0.05)


def test_flow_is_the_logistic_curve_of_full_observation():
    """Depth 2 from α I: w(t) = λ / (1 + (λ/α² − 1) e^{−2 λ t}) for every eigenvalue λ."""
    eigenvalues, alpha, t = np.array([2.0, 1.0, 0.5]), 0.1, 3.0
    problem = full_observation(symmetric_target(eigenvalues))
    moved, clock = advanced(GradientFlow(), problem, identical(3, 2, alpha), t)
    w = eigenvalues / (1 + (eigenvalues / alpha**2 - 1) * np.exp(-2 * eigenvalues * t))
    np.testing.assert_allclose(np.linalg.eigvalsh(moved()), np.sort(w), rtol=1e-6)
    assert clock.time == t
    assert clock.step > 0


def test_a_flow_out_of_steps_is_not_finite():
    problem, model = small_completion(), deep((5, 4), 2)
    moved, _ = advanced(GradientFlow(max_steps=2), problem, model, 50.0)
    assert not np.isfinite(moved()).any()


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_recursion_is_descent(depth):
    problem = full_observation(symmetric_target([5.0, 3.0, 0.0, -1.0]))
    model = identical(4, depth, 0.1)
    recursed, one = advanced(EigenvalueRecursion(1e-3), problem, model, 2000)
    descended, other = advanced(GradientDescent(1e-3), problem, model, 2000)
    np.testing.assert_allclose(recursed(), descended(), atol=1e-12)
    assert one.step == other.step == 2000
    assert np.isclose(one.time, other.time)


# Automatic steps.


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_automatic_steps_never_raise_the_objective(depth, momentum):
    problem = small_completion()
    model = deep((5, 4), depth, scale=0.3 if depth > 1 else 1.0)
    rule = GradientDescent("auto", momentum)
    advance = jax.jit(rule.advance)
    state, values = rule.init(problem, model), [float(problem.objective(model))]
    for _ in range(25):
        model, state = advance(problem, model, state, 20)
        values.append(float(problem.objective(model)))
    assert np.all(np.diff(values) <= 0)
    assert values[-1] < 1e-2 * values[0]
    assert rule.clock(state).step == 25 * 20


def test_automatic_steps_start_at_the_fraction_of_the_bound():
    """½ Σ r² seen in full has curvature one: the step is fraction · 2."""
    problem, model = full_observation(draw((3, 3))), Direct.zeros((3, 3), jnp.float64)
    _, clock = advanced(GradientDescent(AutoStep(fraction=0.25, every=5)), problem, model, 5)
    assert np.isclose(clock.time, 5 * 0.5)


@pytest.mark.slow
def test_automatic_steps_take_back_a_stretch_that_rose():
    """From a start much flatter than the way, every stretch first overshoots."""
    problem = full_observation(jnp.diag(jnp.array([100.0, 1.0])))
    model, rule = identical(2, 3, 0.3), GradientDescent(AutoStep(fraction=0.9, every=50))
    state, advance, values = rule.init(problem, model), jax.jit(rule.advance), []
    for _ in range(120):
        model, state = advance(problem, model, state, 50)
        values.append(float(problem.objective(model)))
    assert np.all(np.diff(values) <= 0)
    assert values[-1] < 1e-6


@pytest.mark.parametrize("loss", [LeastSquares(), Huber(1e-3)], ids=["flat", "linear"])
def test_automatic_steps_end_where_nothing_is_curved(loss):
    """At a minimum there is no gradient; far from one, Huber's loss has no curvature."""
    truth = jnp.zeros((2, 2)) if isinstance(loss, LeastSquares) else jnp.full((2, 2), 5.0)
    problem, model = full_observation(truth, loss), Direct.zeros((2, 2), jnp.float64)
    moved, clock = advanced(GradientDescent("auto"), problem, model, 1000)
    assert clock.step == 1000
    np.testing.assert_allclose(moved(), truth, rtol=0.1)


# Soft impute.


def test_soft_impute_ends_at_the_optimality_condition():
    """A*(y − A X) = λ (U Vᵀ + W), W orthogonal to both sides of X and ‖W‖₂ ≤ 1."""
    problem, penalty = small_completion(), 0.4
    rule = SoftImpute(decay=1.0, penalty=penalty)
    moved, _ = advanced(rule, problem, Direct.zeros((5, 4), jnp.float64), 5000)
    X = np.asarray(moved())
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    rank = int((s > 1e-9).sum())
    assert 0 < rank < 4
    U, Vt = U[:, :rank], Vt[:rank]
    G = np.asarray(problem.operator.adjoint(problem.y - problem.operator.mv(moved()))) / penalty
    np.testing.assert_allclose(U.T @ G, Vt, atol=1e-8)
    np.testing.assert_allclose(G @ Vt.T, U, atol=1e-8)
    assert np.linalg.norm(G - U @ Vt, 2) <= 1 + 1e-8


def test_soft_impute_is_the_convex_minimum():
    cvxpy = pytest.importorskip("cvxpy")
    problem, penalty = small_completion(), 0.4
    rule = SoftImpute(decay=1.0, penalty=penalty)
    moved, _ = advanced(rule, problem, Direct.zeros((5, 4), jnp.float64), 5000)
    X = cvxpy.Variable((5, 4))
    seen = np.asarray(problem.operator.as_matrix()) @ cvxpy.vec(X, order="C")
    objective = cvxpy.sum_squares(seen - np.asarray(problem.y)) / 2 + penalty * cvxpy.normNuc(X)
    cvxpy.Problem(cvxpy.Minimize(objective)).solve(solver=cvxpy.CLARABEL)
    np.testing.assert_allclose(moved(), X.value, atol=1e-4)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
def test_dineof_is_a_loop_of_truncations(shape):
    """By LAPACK's singular values, in numpy, with the ranks that it goes through."""
    truth = draw((shape[0], 2)) @ draw((2, shape[1]), seed=8)
    seen = np.arange(24).reshape(shape) % 5 != 2
    operator = Entries.from_mask(seen, jnp.float64)
    problem = Problem(operator, operator.mv(truth))
    rule, gap = DINEOF(most=2, tolerance=1e-2, longest=7), 30
    state = rule.init(problem, Direct.zeros(shape, jnp.float64))
    moved, state = rule.advance(problem, Direct.zeros(shape, jnp.float64), state, gap)

    X, rank, iterations = np.zeros(shape), 1, 0
    for _ in range(gap):
        U, s, Vt = np.linalg.svd(np.where(seen, truth, X), full_matrices=False)
        new = (U[:, :rank] * s[:rank]) @ Vt[:rank]
        iterations += 1
        if np.linalg.norm(new - X) < 1e-2 * np.linalg.norm(new) or iterations == 7:
            rank, iterations = min(rank + 1, 2), 0
        X = new
    np.testing.assert_allclose(moved(), X, atol=1e-10)
    assert (int(state.rank), int(state.iterations)) == (rank, iterations)
    assert rank == 2


def test_soft_impute_is_zero_at_the_head_of_its_path_and_falls_to_its_floor():
    problem, model = small_completion(), Direct.zeros((5, 4), jnp.float64)
    rule = SoftImpute(decay=0.5, tolerance=1.0, floor=0.1)
    state = rule.init(problem, model)
    largest = np.linalg.norm(problem.operator.adjoint(problem.y), 2)
    assert np.isclose(state.penalty, largest)
    still, _ = rule.advance(problem, model, state, 1)
    np.testing.assert_allclose(still(), 0, atol=1e-12)
    below = state._replace(penalty=jnp.asarray(0.999 * largest))
    assert np.linalg.norm(rule.advance(problem, model, below, 1)[0]()) > 0
    _, state = rule.advance(problem, model, state, 50)
    assert np.isclose(state.penalty, 0.1 * largest)
