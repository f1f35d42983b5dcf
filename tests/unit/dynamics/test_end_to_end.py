"""The end-to-end flow against the layered one, its definition, its limits and its closed forms."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from tacit.algebra import singular_value_at, time_to_reach
from tacit.dynamics import EndToEndFlow, GradientFlow, balanced_product
from tacit.dynamics.end_to_end import depth_weights, end_to_end_velocity
from tacit.models import Deep, Direct, balanced, gaussian
from tacit.problems import LeastSquares, completion, full_observation

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow

KEY = jax.random.key(3)
DEPTHS = (2, 2.5, 3, 7, np.inf)


def draw(*shape, seed=5):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


@eqx.filter_jit
def advanced(rule, problem, model, span):
    return rule.advance(problem, model, rule.init(problem, model), span)[0]


def power(A, exponent):
    """A real power of a positive semidefinite matrix, by its eigenvalues."""
    values, Q = np.linalg.eigh(A)
    return (Q * np.where(values > 1e-10, values, 0) ** exponent) @ Q.T


@pytest.mark.parametrize("depth", [2, 3, 10, 50, np.inf])
def test_the_velocity_of_a_square_matrix_of_deficient_rank(depth):
    """Σ_{j} (W Wᵀ)^{(N−j)/N} G (Wᵀ W)^{(j−1)/N} in a basis where zeros are zeros.

    By numpy an SVD leaves 1e-17 for a zero, which is no zero to the power 2/N.
    """
    random = np.random.default_rng(2)
    Q, R = (np.linalg.qr(random.standard_normal((5, 5)))[0] for _ in range(2))
    s, G = np.array([2.0, 0.7, 0, 0, 0]), random.standard_normal((5, 5))
    core = Q.T @ G @ R
    if np.isinf(depth):
        u = (np.polynomial.legendre.leggauss(60)[0] + 1) / 2
        w = np.polynomial.legendre.leggauss(60)[1] / 2
        powers = s[None, :] ** (2 * u[:, None]), s[None, :] ** (2 - 2 * u[:, None])
        K = np.einsum("u,ui,uj->ij", w, *powers)
    else:
        j = np.arange(1, depth + 1)[:, None]
        K = (s ** (2 * (depth - j) / depth)).T @ (s ** (2 * (j - 1) / depth))
    exact = -Q @ (K * core) @ R.T
    W = jnp.asarray((Q * s) @ R.T)
    found = end_to_end_velocity(W, jnp.asarray(G), float(depth))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12 * np.abs(exact).max())


@pytest.mark.parametrize("depth", [2.0, np.inf])
def test_the_flow_keeps_the_rank_of_its_start(depth):
    """From .3 u vᵀ against D = diag(3, 2, 1): at depth 2 the flow of two layers of width one.

    At infinite depth u and v stay, and ds/dt = s² (uᵀ D v − s).
    """
    u, v = (a / np.linalg.norm(a) for a in np.random.default_rng(3).random((2, 3)))
    D = np.diag([3.0, 2.0, 1.0])
    problem = full_observation(jnp.asarray(D))
    start = 0.3 * jnp.asarray(np.outer(u, v))
    moved = advanced(EndToEndFlow(depth), problem, Direct(start), 5.0)
    s = np.linalg.svd(moved.array, compute_uv=False)
    assert s[0] > 0.7
    assert s[1] < 1e-14 * s[0]
    if depth == 2:
        layers = Deep((np.sqrt(0.3) * jnp.asarray(v)[None], np.sqrt(0.3) * jnp.asarray(u)[:, None]))
        thin = advanced(GradientFlow(rtol=1e-11, atol=1e-13), problem, layers, 5.0)
        np.testing.assert_allclose(moved(), thin(), atol=1e-6)
    else:
        path = solve_ivp(lambda t, s: s**2 * (u @ D @ v - s), (0, 5), [0.3], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(moved(), path.y[0, -1] * np.outer(u, v), atol=1e-6)


@pytest.mark.parametrize("shape", [(5, 5), (6, 4), (4, 6)])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_the_velocity_is_the_sum_over_layers(shape, depth):
    W, G = np.asarray(draw(*shape)), np.asarray(draw(*shape, seed=6))
    layers = [
        power(W @ W.T, (depth - j) / depth) @ G @ power(W.T @ W, (j - 1) / depth)
        for j in range(1, depth + 1)
    ]
    found = end_to_end_velocity(jnp.asarray(W), jnp.asarray(G), float(depth))
    np.testing.assert_allclose(found, -sum(layers), rtol=1e-11, atol=1e-11)


def test_the_velocity_at_infinite_depth_is_the_integral():
    W, G = np.asarray(draw(5, 5)), np.asarray(draw(5, 5, seed=6))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    parts = [
        w / 2 * power(W @ W.T, (x + 1) / 2) @ G @ power(W.T @ W, 1 - (x + 1) / 2)
        for x, w in zip(nodes, weights, strict=True)
    ]
    found = end_to_end_velocity(jnp.asarray(W), jnp.asarray(G), np.inf)
    np.testing.assert_allclose(found, -sum(parts), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("depth", DEPTHS)
def test_weights_of_close_values_are_those_of_equal_ones(depth):
    """K is continuous: at a gap of 1e-9 it is K_ii to nine digits, where the quotient has none."""
    inner, outer = depth_weights(jnp.array([2.0, 2.0 - 1e-9, 2.0, 0.5, 0.0, 0.0]), depth)
    scale = 2.0 ** (2 - 2 / depth) * (1 if np.isinf(depth) else depth)
    np.testing.assert_allclose(inner[:3, :3], scale, rtol=2e-9)
    assert np.isfinite(inner).all()
    np.testing.assert_allclose(inner[4:, 4:], 0)
    np.testing.assert_allclose(inner[3, 4], outer[3], rtol=1e-14)
    np.testing.assert_allclose(inner, inner.T)


@pytest.mark.parametrize(
    ("depth", "shape"),
    [(2, (6, 4)), (3, (4, 6)), (4, (5, 5)), pytest.param(50, (4, 4), marks=pytest.mark.slow)],
)
def test_it_is_the_layered_flow_of_balanced_factors(depth, shape):
    truth = draw(shape[0], 2) @ draw(2, shape[1], seed=6) / 2
    problem = completion(truth, 12, LeastSquares(), key=KEY)
    layers = Deep.initialise(
        shape, depth=depth, init_scale=0.3, initialiser=balanced, dtype=jnp.float64, key=KEY
    )
    span, tight = (0.5 if depth == 50 else 2.0), {"rtol": 1e-10, "atol": 1e-12}
    layered = advanced(GradientFlow(**tight), problem, layers, span)()
    whole = advanced(EndToEndFlow(float(depth), **tight), problem, balanced_product(layers), span)()
    assert np.linalg.norm(whole - layers()) > 0.1
    np.testing.assert_allclose(
        np.linalg.svd(whole, compute_uv=False),
        np.linalg.svd(layered, compute_uv=False),
        atol=1e-8,
    )
    np.testing.assert_allclose(whole, layered, atol=1e-8)


def test_depth_a_thousand_is_near_infinity_in_the_scaled_time():
    problem = completion(draw(5, 2) @ draw(2, 5, seed=6), 18, LeastSquares(), key=KEY)
    start = Direct.initialise((5, 5), init_scale=0.3, dtype=jnp.float64, key=KEY)
    limit = advanced(EndToEndFlow(np.inf), problem, start, 2.0)()
    gaps = [
        np.linalg.norm(advanced(EndToEndFlow(depth), problem, start, 2.0 / depth)() - limit)
        for depth in (1000.0, 4000.0)
    ]
    assert gaps[0] < 5e-3 * np.linalg.norm(limit)
    np.testing.assert_allclose(gaps[0] / gaps[1], 4, rtol=0.02)  # O(1/N)


@pytest.mark.slow
def test_depths_are_lanes_of_one_sweep():
    problem = full_observation(draw(4, 4))
    start = Direct(0.3 * draw(4, 4, seed=8))
    depths = jnp.array([2.0, 2.5, jnp.inf])
    together = jax.vmap(lambda N: advanced(EndToEndFlow(N), problem, start, 0.4)())(depths)
    for N, X in zip(depths, together, strict=True):
        alone = advanced(EndToEndFlow(float(N)), problem, start, 0.4)()
        np.testing.assert_allclose(X, alone, rtol=1e-7, atol=1e-9)


def test_a_rank_deficient_start_stays_so():
    problem = full_observation(draw(5, 4))
    start = Direct(0.5 * draw(5, 2, seed=1) @ draw(2, 4, seed=2))
    moved = np.linalg.svd(advanced(EndToEndFlow(2.5), problem, start, 0.5)(), compute_uv=False)
    assert moved[1] > 0.1
    assert moved[2] < 1e-9


# The closed forms.


@pytest.mark.parametrize("depth", [2, 2.0001, 2.5, 3, 4, 50, 1000, np.inf])
def test_time_to_reach_is_the_integral(depth):
    start, target = 1e-3, 3.0
    values = target * np.array([0.01, 0.5, 0.999])

    def slowness(x):
        s = np.exp(x)
        rate = s if np.isinf(depth) else depth * s ** (1 - 2 / depth)
        return 1 / (rate * (target - s))

    integral = [
        quad(slowness, np.log(start), np.log(value), epsrel=1e-13, limit=500)[0] for value in values
    ]
    found = time_to_reach(values, start=start, target=target, depth=depth)
    np.testing.assert_allclose(found, integral, rtol=1e-12)
    back = singular_value_at(found, start=start, target=target, depth=depth)
    np.testing.assert_allclose(back, values, rtol=1e-11)


def test_the_two_closed_forms_known_by_hand():
    start, target, s = 0.02, 1.7, 1.1
    odds = np.log(s * (target - start) / (start * (target - s)))
    times = [time_to_reach(s, start=start, target=target, depth=depth) for depth in (2, np.inf)]
    np.testing.assert_allclose(times[0], odds / (2 * target), rtol=1e-13)
    infinite = (1 / start - 1 / s) / target + odds / target**2
    np.testing.assert_allclose(times[1], infinite, rtol=1e-13)


@pytest.mark.parametrize("depth", [2.0, 3.0, np.inf])
def test_the_flow_of_full_observation_is_the_closed_form(depth):
    target, start, span = np.array([2.0, 1.2, 0.7]), np.array([0.3, 0.2, 0.1]), 1.5
    U, V = (np.linalg.qr(draw(3, 3, seed=seed))[0] for seed in (1, 2))
    problem = full_observation(jnp.asarray(U * target @ V.T))
    moved = advanced(EndToEndFlow(depth), problem, Direct(jnp.asarray(U * start @ V.T)), span)()
    expected = singular_value_at(span, start=start, target=target, depth=depth)
    np.testing.assert_allclose(np.diag(U.T @ moved @ V), expected, rtol=1e-6)


def test_long_after_its_escape_a_value_is_its_target():
    found = singular_value_at(np.array([0.0, 1e3]), start=0.1, target=2.0, depth=3)
    np.testing.assert_allclose(found, [0.1, 2.0], rtol=1e-12)


# What is refused.


@pytest.mark.parametrize(
    ("depth", "reason"), [(1.5, "ill-posed"), (1, "GradientFlow"), (0, "at least 2"), (-3, "least")]
)
def test_a_depth_below_two_is_refused_with_the_reason(depth, reason):
    with pytest.raises(ValueError, match=reason):
        EndToEndFlow(depth)
    with pytest.raises(ValueError, match=reason):
        time_to_reach(0.5, start=0.1, target=1.0, depth=depth)


def test_unbalanced_factors_are_refused_with_their_imbalance():
    layers = Deep.initialise(
        (4, 4), depth=3, init_scale=0.1, initialiser=gaussian, dtype=jnp.float64, key=KEY
    )
    with pytest.raises(ValueError, match=r"unbalanced by \d\.\de[-+]\d+"):
        balanced_product(layers)


def test_starts_that_cannot_move_are_refused():
    problem, rule = full_observation(draw(3, 3)), EndToEndFlow(2.0)
    with pytest.raises(ValueError, match="never moves"):
        rule.init(problem, Direct.zeros((3, 3), jnp.float64))
    with pytest.raises(ValueError, match="balanced_product"):
        rule.init(problem, Deep((draw(3, 3), draw(3, 3))))
    for scale in (0.0, -1.0):
        with pytest.raises(ValueError, match="scale must be positive"):
            Direct.initialise((3, 3), init_scale=scale, key=KEY)
    for start in (0.0, -0.1, 1.0):
        with pytest.raises(ValueError, match="start must lie"):
            singular_value_at(1.0, start=start, target=1.0, depth=2)
