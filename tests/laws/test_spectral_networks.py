"""Spectral networks: Theorem 1, the assumptions, Theorem 2, starts and refusals."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import SmoothClamp, sigmoid, tanh
from tacit.certificates import (
    check_assumptions,
    descent_rate_certificate,
    rate_certificate,
)
from tacit.dynamics import CompactFlow, GradientDescent, GradientFlow
from tacit.models import SpectralNetwork
from tacit.models.spectral_coordinates import align, place
from tacit.observers import loss, singular_values, spectral_balance, spectral_rates
from tacit.operators import Dense, SharedBasis
from tacit.problems import LeastSquares, MeanSquared, Problem, Smoothness, sensing, shared_sensing
from tacit.runs import Schedule, run

from .cases.base import KEY, draw

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow

SQUARE, TALL = (5, 5), (7, 5)


def posed(shape, count=6, ones=False, noise=0.0, measure=LeastSquares()):
    truth = draw(shape, seed=1) @ jnp.diag(jnp.linspace(1.0, 0.2, shape[1])) / 3
    return shared_sensing(truth, count, 1.0, measure, ones=ones, noise=noise, key=KEY)


def bases(problem):
    return problem.operator.left, problem.operator.right


def output_by_loops(model):
    """1.1 of the paper by numpy, matrix by matrix."""
    inputs = [np.asarray(U) @ np.asarray(V).T for U, V in zip(model.left, model.right, strict=True)]
    for mixer in map(np.asarray, model.mixers):
        mapped = []
        for X in inputs:
            U, s, Vt = np.linalg.svd(X, full_matrices=False)
            mapped.append((U * np.tanh(s)) @ Vt)
        inputs = [sum(mixer[k, j] * H for k, H in enumerate(mapped)) for j in range(mixer.shape[1])]
    return inputs[0]


@pytest.mark.parametrize("method", ["auto", "svd"])
@pytest.mark.parametrize("widths", [(1,), (3,), (2, 3), (2, 2, 2)], ids=str)
def test_output_is_that_of_loops(widths, method):
    model = SpectralNetwork.gaussian((4, 3), widths, init_scale=0.5, dtype=jnp.float64, key=KEY)
    model = eqx.tree_at(lambda m: m.left, model, 3 * model.left)
    model = SpectralNetwork(model.left, model.right, model.mixers, tanh, method)
    np.testing.assert_allclose(model(), output_by_loops(model), atol=1e-13)
    assert model.widths == widths
    assert model.depth == len(widths)


@pytest.mark.parametrize(
    ("gamma", "shape", "widths"),
    [
        pytest.param(tanh, SQUARE, (3,), marks=pytest.mark.slow),
        (tanh, TALL, (2, 3)),
        pytest.param(tanh, SQUARE, (2, 2, 2), marks=pytest.mark.slow),
        pytest.param(SmoothClamp(), TALL, (3,), marks=pytest.mark.slow),
        (None, TALL, (2, 2)),
    ],
    ids=["tanh, depth 1", "tanh, depth 2", "tanh, depth 3", "clamp", "none"],
)
def test_theorem_1(gamma, shape, widths):
    """Compact and full flow agree in every singular value; what is conserved stays."""
    problem = posed(shape)
    model = SpectralNetwork.aligned(bases(problem), widths, activation=gamma, key=KEY)
    schedule = Schedule(np.linspace(0, 3, 7))
    observers = (singular_values, spectral_balance.drift_from(model))
    full, compact = (
        run(problem, model, rule, schedule, observers)
        for rule in (GradientFlow(rtol=1e-11, atol=1e-13), CompactFlow())
    )
    assert float(full.records["singular_values"].std(axis=0).max()) > 1e-2
    np.testing.assert_allclose(full["singular_values"], compact["singular_values"], atol=1e-8)
    for trajectory in (full, compact):
        assert trajectory["spectral_balance_drift"].max() < 1e-9
    for leaf, other in zip(
        jax.tree.leaves(full.model), jax.tree.leaves(compact.model), strict=True
    ):
        np.testing.assert_allclose(leaf, other, atol=1e-7)


@pytest.mark.slow
def test_the_flow_stops_where_an_activation_that_jumps_meets_zero():
    problem = posed(SQUARE)
    model = SpectralNetwork.aligned(bases(problem), (2,), activation=sigmoid, key=KEY)
    compact = run(problem, model, CompactFlow(), Schedule(np.linspace(0, 50, 11)), (loss,))
    ended = compact.time[-1]
    assert 0 < ended < 50
    assert np.sum(compact.time == ended) > 1
    coordinates, _, mismatch = align(compact.model, bases(problem))
    assert float(mismatch) < 1e-9
    assert abs(float(jnp.min(coordinates.u * coordinates.v))) < 1e-8
    # Off the aligned networks rounding grows: by t = 0.2 the full flow has left them (a finding).
    before = Schedule(np.linspace(0, 0.05, 4))
    full = run(problem, model, GradientFlow(), before, (singular_values,))
    again = run(problem, model, CompactFlow(), before, (singular_values,))
    np.testing.assert_allclose(full["singular_values"], again["singular_values"], atol=1e-8)


@pytest.mark.parametrize("shape", [SQUARE, TALL], ids=str)
def test_coordinates_place_the_network_where_it_was(shape):
    problem = posed(shape)
    model = SpectralNetwork.aligned(bases(problem), (2, 3), key=KEY)
    coordinates, frames, mismatch = align(model, bases(problem))
    assert float(mismatch) < 1e-14
    twin = place(model, bases(problem), coordinates, frames)
    np.testing.assert_allclose(twin(), model(), atol=1e-14)
    x = coordinates.output(tanh)
    np.testing.assert_allclose(problem.operator.target(x), model(), atol=1e-13)
    off = eqx.tree_at(lambda m: m.left, model, model.left + 1e-3 * draw(model.left.shape))
    assert 1e-4 < float(align(off, bases(problem)).mismatch) < 1e-1


@pytest.mark.slow
def test_rates_are_those_of_the_closed_form_of_depth_one():
    """M = Σ_k α² diag(γ'(z)² (ū² + v̄²)) + γ(z) γ(z)ᵀ."""
    problem = posed(TALL)
    model = SpectralNetwork.aligned(bases(problem), (3,), key=KEY)
    u, v, (alpha,) = align(model, bases(problem)).coordinates
    z = np.asarray(u * v)
    slope = 1 / np.cosh(z) ** 2
    weight = np.asarray(alpha) ** 2 * slope**2 * np.asarray(u**2 + v**2)
    M = np.diag(weight.sum(axis=0)) + np.tanh(z).T @ np.tanh(z)
    found = spectral_rates(0.0, model, problem)
    np.testing.assert_allclose(found, np.linalg.eigvalsh(M)[[0, -1]], atol=1e-12)


@pytest.mark.parametrize("measure", [LeastSquares(), MeanSquared()], ids=["sum", "mean"])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_theorem_2(measure, noise):
    problem = posed(SQUARE, noise=noise, measure=measure, count=7)
    model = SpectralNetwork.aligned(bases(problem), (2,), key=KEY)
    scale = 1 if isinstance(measure, LeastSquares) else 3.5
    schedule = Schedule(scale * np.linspace(0, 40, 2001))
    followed = run(problem, model, CompactFlow(), schedule, (loss, spectral_rates))
    rates = followed["spectral_rates"]
    certificate = rate_certificate(problem, followed.time, followed["loss"], rates)
    assert certificate.holds, str(certificate)
    assert certificate.evidence["c"] > 0
    assert certificate.evidence["quadrature_error"] < 0.1
    assert (certificate.evidence["unreachable"] > 1e-6) == (noise > 0)
    faster = rate_certificate(problem, followed.time, followed["loss"], 3 * rates[:, ::-1])
    assert not faster.holds
    assert "do not hold" in str(faster)


def test_theorem_2_for_descent():
    problem = posed(SQUARE)
    model = SpectralNetwork.aligned(bases(problem), (2,), key=KEY)
    step = 1e-3
    followed = run(
        problem,
        model,
        GradientDescent(step),
        Schedule.every(1, 2000),
        (loss, spectral_rates),
    )
    c = float(followed["spectral_rates"][:, 0].min())
    certificate = descent_rate_certificate(problem, followed["loss"], step, c)
    assert certificate.holds, str(certificate)
    assert not descent_rate_certificate(problem, followed["loss"], step, 1e3 * c).holds


def test_assumptions():
    problem = posed(SQUARE, ones=True)
    model = SpectralNetwork.aligned(bases(problem), (2,), key=KEY)
    assert check_assumptions(problem, model).hold
    as_dense = Problem(Dense(problem.operator.as_matrix().reshape(-1, *SQUARE)), problem.y)
    found = check_assumptions(as_dense, model)
    assert found.shared_vectors.holds
    assert found.aligned_start.holds
    assert not check_assumptions(posed(SQUARE, count=3), model).ones_in_range.holds
    mixed = check_assumptions(sensing(draw(SQUARE), 6, 1.0, key=KEY), model)
    assert not mixed.shared_vectors.holds
    assert not mixed.aligned_start.holds
    assert "not so" in str(mixed.shared_vectors)


@pytest.mark.slow
def test_starts():
    problem = posed(TALL)
    equal = SpectralNetwork.aligned(bases(problem), (2, 3), init_scale=0.1, equal=True, key=KEY)
    u, v, _ = align(equal, bases(problem)).coordinates
    np.testing.assert_allclose(u, v, atol=1e-15)
    assert 0 < float(u.max()) <= 0.1
    assert bool(jnp.all(jnp.diff(u, axis=1) <= 0))
    near = SpectralNetwork.identity(TALL, (2,), dtype=jnp.float64, key=KEY)
    np.testing.assert_allclose(near.left, np.eye(7, 5)[None].repeat(2, 0) * 1e-4, atol=1e-5)
    assert float(jnp.std(jnp.diagonal(near.left[0]))) > 1e-7

    @jax.jit
    @jax.vmap
    def square(key):
        model = SpectralNetwork.gaussian(
            (6, 4), (3, 2), init_scale=1e-3, dtype=jnp.float64, key=key
        )
        return jnp.sum(model() ** 2) / 4

    squares = square(jax.random.split(jax.random.key(0), 200))
    np.testing.assert_allclose(np.mean(squares) ** 0.5, 1e-3, rtol=0.05)


def test_refusals(unchecked):
    problem = posed(SQUARE)
    model = SpectralNetwork.aligned(bases(problem), (2, 3), key=KEY)
    with pytest.raises(ValueError, match="do not lead from 2 inputs to one output"):
        SpectralNetwork(model.left, model.right, model.mixers[:1])
    with pytest.raises(ValueError, match="left has shape"):
        SpectralNetwork(model.left, model.right[:1], model.mixers)
    with pytest.raises(ValueError, match="activation is not finite"):
        SpectralNetwork(model.left, model.right, model.mixers, jnp.log)
    with pytest.raises(ValueError, match="widths"):
        SpectralNetwork.identity(SQUARE, (), key=KEY)
    with pytest.raises(ValueError, match="widths"):
        SpectralNetwork.identity(SQUARE, (2, 0), key=KEY)
    with pytest.raises(ValueError, match=r"γ\(0\) = 0.5"):
        SpectralNetwork.gaussian(SQUARE, (2,), init_scale=0.1, activation=sigmoid, key=KEY)
    flow = CompactFlow()
    with pytest.raises(ValueError, match="SharedBasis, not Dense"):
        flow.init(sensing(draw(SQUARE), 4, 1.0, key=KEY), model)
    with pytest.raises(ValueError, match="does not share its singular vectors"):
        flow.init(
            problem,
            SpectralNetwork.gaussian(SQUARE, (2,), init_scale=0.1, dtype=jnp.float64, key=KEY),
        )
    with pytest.raises(ValueError, match="penalty"):
        flow.init(
            eqx.tree_at(lambda p: p.penalty, problem, Smoothness(1.0), is_leaf=lambda x: x is None),
            model,
        )
    with pytest.raises(ValueError, match="as many columns"):
        SharedBasis(problem.operator.left, problem.operator.right, jnp.ones((2, 3)))
    with pytest.raises(ValueError, match="SharedBasis"):
        rate_certificate(sensing(draw(SQUARE), 4, 1.0, key=KEY), [0.0], [1.0], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="records of one run"):
        rate_certificate(problem, [0.0, 1.0], [1.0], [[1.0, 1.0]])
