"""The laws of the spectral map: value, derivatives of both orders, roads, batches."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tacit.algebra import (
    SmoothClamp,
    identity,
    odd_polynomial,
    sigmoid,
    softplus,
    spectral_map,
    tanh,
)
from tacit.algebra import _odd_polynomial as odd
from tacit.algebra.spectral_map import BOUND

ODD = (tanh, SmoothClamp(), identity)
NOT_ODD = (sigmoid, softplus)
SHAPES = ((1, 1), (3, 3), (5, 2), (3, 6))
STEP = 1e-3
"""Of differences of fourth order: their error is about STEP⁴, rounding's about eps ‖X‖ / STEP."""


def numpys(gamma, X):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (U * np.asarray(gamma(jnp.asarray(s)))) @ Vt


@partial(jax.jit, static_argnames=("gamma", "method"))
def derivatives(gamma, method, X, H, K):
    """Γ, DΓ[H], the gradient of ⟨Γ, K⟩, and its derivative along H both ways."""
    f = partial(spectral_map, gamma, method=method)
    gradient = jax.grad(lambda X: jnp.sum(f(X) * K))
    value, forward = jax.jvp(f, (X,), (H,))
    at, over = jax.jvp(gradient, (X,), (H,))
    reverse = jax.grad(lambda X: jnp.sum(gradient(X) * H))(X)
    return value, forward, at, over, reverse


def difference(function, X, H):
    near, far = (function(X + h * H) - function(X - h * H) for h in (STEP, 2 * STEP))
    return (8 * near - far) / (12 * STEP)


def matrix(shape, spectrum, generator):
    d = min(shape)
    U, _ = np.linalg.qr(generator.standard_normal((shape[0], d)))
    V, _ = np.linalg.qr(generator.standard_normal((shape[1], d)))
    return jnp.asarray((U * spectrum) @ V.T)


def spectrum(kind, d, generator):
    drawn = generator.uniform(0.3, 1.7, d)
    return {
        "generic": drawn,
        "repeated": np.full(d, drawn[0]),
        "zero": np.where(np.arange(d) < d // 2, drawn, 0.0),
        "clustered": drawn[0] + 1e-14 * np.arange(d),
        "one pair": np.where(np.arange(d) < 2, drawn[0], drawn),
    }[kind]


def check(gamma, method, X, generator, tolerance=1e-6):
    H, K = (jnp.asarray(generator.standard_normal(X.shape)) for _ in range(2))
    value, forward, gradient, over, reverse = derivatives(gamma, method, X, H, K)
    at = lambda X: derivatives(gamma, method, X, H, K)  # noqa: E731
    bound = tolerance * max(1.0, float(jnp.linalg.norm(value)))
    close = partial(np.testing.assert_allclose, rtol=0, atol=bound)
    close(value, numpys(gamma, np.asarray(X)))
    close(forward, difference(lambda X: at(X)[0], X, H))
    close(jnp.sum(gradient * H), jnp.sum(forward * K))
    close(over, difference(lambda X: at(X)[2], X, H))
    close(reverse, over)


@pytest.mark.parametrize(
    ("method", "shape"),
    [
        *(("svd", shape) for shape in SHAPES),
        ("gram", (5, 2)),
        pytest.param("products", (5, 2), marks=pytest.mark.slow),
    ],
    ids=str,
)
@given(
    kind=st.sampled_from(["generic", "repeated", "zero", "clustered", "one pair"]),
    scale=st.sampled_from([1e-8, 1e-4, 0.1, 1.0, 30.0]),
    seed=st.integers(0, 2**16),
)
def test_derivatives_are_those_of_differences(method, shape, kind, scale, seed):
    generator = np.random.default_rng(seed)
    X = matrix(shape, scale * spectrum(kind, min(shape), generator), generator)
    check(tanh, method, X, generator)


@pytest.mark.parametrize("gamma", [*ODD[1:], *NOT_ODD], ids=lambda gamma: str(gamma)[:20])
@given(
    kind=st.sampled_from(["generic", "repeated", "clustered"]),
    scale=st.sampled_from([1.0, 1e3, 1e8]),
    seed=st.integers(0, 2**16),
)
def test_derivatives_for_every_activation(gamma, kind, scale, seed):
    generator = np.random.default_rng(seed)
    X = matrix((4, 3), scale * spectrum(kind, 3, generator), generator)
    check(gamma, "svd", X, generator)


@pytest.mark.parametrize("kind", ["generic", "repeated", "zero", "clustered"])
def test_derivatives_of_a_large_matrix(kind):
    generator = np.random.default_rng(0)
    check(tanh, "svd", matrix((40, 25), spectrum(kind, 25, generator), generator), generator)


@pytest.mark.parametrize("method", ["svd", "gram"])
def test_null_directions_of_a_huge_matrix_have_the_slope_at_zero(method):
    """Differences cannot tell here: rounding of X at 10⁸ is as large as what they look for."""
    X = jnp.zeros((4, 3)).at[0, 0].set(1e8 if method == "svd" else 10.0)
    H = jnp.zeros((4, 3)).at[1:, 1:].set(np.arange(6.0).reshape(3, 2))
    _, image = jax.jvp(partial(spectral_map, SmoothClamp(), method=method), (X,), (H,))
    np.testing.assert_allclose(image, H, atol=1e-12)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("method", ["gram", "products"])
def test_roads_agree(method, scale, dtype):
    """`gram` to eps (1 + ‖X‖²), `products` to eps beyond its bound and its stated error below."""
    generator = np.random.default_rng(3)
    X = matrix((5, 4), scale * spectrum("generic", 4, generator) / 1.7, generator).astype(dtype)
    H, K = (jnp.asarray(generator.standard_normal(X.shape), dtype) for _ in range(2))
    value, forward, _, over, _ = derivatives(tanh, "svd", X, H, K)
    other = derivatives(tanh, method, X, H, K)
    assert {array.dtype for array in other} == {jnp.dtype(dtype)}
    eps = float(jnp.finfo(dtype).eps)
    polynomial = odd_polynomial(tanh, BOUND, jnp.dtype(dtype))
    assert polynomial is not None
    assert polynomial.error <= 8 * eps
    error = 30 * eps * (1 + (scale**2 if method == "gram" else 0))
    np.testing.assert_allclose(other[0], value, rtol=0, atol=error)
    np.testing.assert_allclose(other[1], forward, rtol=0, atol=100 * eps**0.75 * (1 + error / eps))
    np.testing.assert_allclose(other[3], over, rtol=0, atol=100 * eps**0.5 * (1 + error / eps))


@pytest.mark.parametrize("gamma", ODD, ids=lambda gamma: str(gamma)[:20])
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64], ids=lambda dtype: dtype.__name__)
def test_every_road_is_as_exact_as_the_type(gamma, dtype):
    """Against numpy in double precision: large coefficients that cancel would lose two digits."""
    s = np.linspace(0.01, 1.3, 20)
    X = matrix((20, 20), s, np.random.default_rng(0))
    found = np.asarray(jax.jit(partial(spectral_map, gamma))(X.astype(dtype)), float)
    np.testing.assert_allclose(found, numpys(gamma, X), rtol=0, atol=20 * jnp.finfo(dtype).eps)


@pytest.mark.parametrize("level", [0.1, 0.03, 30.0])
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64], ids=lambda dtype: dtype.__name__)
def test_derivatives_know_the_scale_of_the_activation(level, dtype):
    """What is close for γ of level 1 is not for one of level 0.03: Γ_c(X) = c Γ_1(X/c).

    By differences of the map in double precision, of singular values about the level.
    """
    generator, gamma = np.random.default_rng(4), SmoothClamp(level)
    X = matrix((5, 4), level * np.array([0.7, 0.9, 1.1, 1.4]), generator)
    H, K = (jnp.asarray(generator.standard_normal(X.shape)) for _ in range(2))
    value, forward, _, over, _ = derivatives(
        gamma, "svd", *(array.astype(dtype) for array in (X, H, K))
    )

    def at(X):
        return derivatives(gamma, "svd", X, H, K)

    exact = difference(lambda Y: at(level * Y)[0] / level, X / level, H)
    bend = difference(lambda Y: at(level * Y)[2], X / level, H) / level
    eps = float(jnp.finfo(dtype).eps)
    np.testing.assert_allclose(value, numpys(gamma, X), rtol=0, atol=30 * eps * level)
    np.testing.assert_allclose(forward, exact, rtol=0, atol=10 * eps**0.75 + 1e-8)
    np.testing.assert_allclose(over * level, bend * level, rtol=0, atol=30 * eps**0.5 + 1e-7)


def test_the_polynomials_errors_are_what_they_say():
    for dtype in (jnp.dtype("float32"), jnp.dtype("float64")):
        polynomial = odd_polynomial(tanh, 1.5, dtype)
        assert polynomial is not None
        s = np.linspace(0, 1.5, 1000)
        z = 2 * (s / 1.5) ** 2 - 1
        q = np.polynomial.Polynomial(polynomial.coefficients)
        slope = q(z) + s * q.deriv()(z) * 4 * s / 1.5**2
        assert np.max(np.abs(s * q(z) - np.tanh(s))) <= 1.01 * polynomial.error + 1e-15
        assert np.max(np.abs(slope - 1 / np.cosh(s) ** 2)) <= 1.01 * polynomial.slope_error + 1e-13
        assert polynomial.degree == 2 * len(polynomial.coefficients) - 1
    assert odd_polynomial(sigmoid, 1.0, jnp.dtype("float64")) is None
    assert odd_polynomial(SmoothClamp(), 2.0, jnp.dtype("float64")) is None


@pytest.mark.parametrize("terms", [1, 2, 3, 7, 10, 22, 29])
def test_products_are_as_many_as_said(terms):
    polynomial = odd.OddPolynomial((0.5,) * terms, 1.0, 0.0, 0.0)
    X = jnp.zeros((2, 2))
    found = odd.stages(polynomial, X)
    value = jax.make_jaxpr(lambda X: odd.evaluate(X, odd.stages(polynomial, X)))(X)
    turn = jax.make_jaxpr(partial(odd.derivative, polynomial))(X, found, X)
    counted = tuple(str(program).count("dot_general") for program in (value, turn))
    assert counted == polynomial.products(polynomial.block)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["svd", "products"])
def test_batches_are_single_matrices(method):
    generator = np.random.default_rng(5)
    X = jnp.asarray(0.3 * generator.standard_normal((2, 3, 4, 3)))
    f = partial(spectral_map, tanh, method=method)
    gradient = jax.grad(lambda X: jnp.sum(f(X) ** 3))
    for function in (f, gradient):
        together = function(X)
        np.testing.assert_allclose(together, jax.vmap(jax.vmap(function))(X), atol=1e-15)
        np.testing.assert_allclose(together[1, 2], function(X[1, 2]), atol=1e-15)
    jacobian, by_rows = jax.jacobian(f)(X[0, 0]), jax.jacfwd(f)(X[0, 0])
    np.testing.assert_allclose(jacobian, by_rows, atol=1e-14)


def test_under_vmap_the_branch_stays_a_branch():
    """A branch on a batched truth would become a selection: every lane would pay for the SVD."""
    gradient = jax.grad(lambda X: jnp.sum(spectral_map(tanh, X, "products")))
    program = jax.jit(jax.vmap(jax.vmap(gradient))).lower(jnp.zeros((2, 3, 4, 4))).as_text()
    assert program.count("stablehlo.case") == 2
    assert program.count("gesdd") == 1


def test_auto_takes_the_svd_where_it_is_quicker():
    """In float64 the polynomial is long: large matrices are decomposed, without a branch."""
    for dtype, side, branches in ((jnp.float64, 80, 0), (jnp.float32, 80, 2), (jnp.float64, 8, 2)):
        program = jax.jit(lambda X: spectral_map(tanh, X)).lower(jnp.zeros((side, side), dtype))
        assert program.as_text().count("stablehlo.case") == branches


def test_products_fall_back_beyond_their_bound():
    X = jnp.stack([0.5 * jnp.eye(3), 5.0 * jnp.eye(3)])
    np.testing.assert_allclose(spectral_map(tanh, X, "products"), jnp.tanh(X), atol=1e-15)
    image = jax.jvp(partial(spectral_map, tanh, method="products"), (X,), (jnp.ones_like(X),))[1]
    other = jax.jvp(partial(spectral_map, tanh, method="svd"), (X,), (jnp.ones_like(X),))[1]
    np.testing.assert_allclose(image, other, atol=1e-14)


@pytest.mark.parametrize("gamma", NOT_ODD)
def test_finite_where_the_map_jumps(gamma):
    X = jnp.zeros((4, 3)).at[0, 0].set(1.0)
    ones = jnp.ones_like(X)
    for values in derivatives(gamma, "svd", X, ones, ones):
        assert jnp.all(jnp.isfinite(values))
    np.testing.assert_allclose(derivatives(gamma, "svd", X, ones, ones)[0][0, 0], gamma(X[0, 0]))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_matrix_stays_empty(shape):
    assert spectral_map(tanh, jnp.zeros(shape), "svd").shape == shape


@pytest.mark.slow
def test_refusals(unchecked):
    X = jnp.eye(3)
    with pytest.raises(ValueError, match="at least two axes"):
        spectral_map(tanh, jnp.ones(3))
    with pytest.raises(ValueError, match="method must be one of"):
        spectral_map(tanh, X, "qr")  # pyright: ignore[reportArgumentType]
    for method in ("gram", "products"):
        with pytest.raises(ValueError, match="needs an odd"):
            spectral_map(sigmoid, X, method)
    with pytest.raises(ValueError, match="level must be positive"):
        SmoothClamp(0)
    f = lambda X: jnp.sum(spectral_map(tanh, X) ** 3)  # noqa: E731
    with pytest.raises(NotImplementedError, match="third order"):
        jax.jacfwd(jax.jacfwd(jax.grad(f)))(X)


def test_activations_are_what_they_say():
    s = jnp.linspace(-3, 3, 13)
    np.testing.assert_allclose(sigmoid(s), 1 / (1 + np.exp(-s)), atol=1e-15)
    np.testing.assert_allclose(softplus(s), np.log1p(np.exp(s)), atol=1e-15)
    clamp = SmoothClamp(0.5)
    np.testing.assert_allclose(clamp(s), s / (1 + (s / 0.5) ** 8) ** 0.125, atol=1e-15)
    far = jnp.asarray(1e30)
    np.testing.assert_allclose([clamp(far), jax.grad(clamp)(far)], [0.5, 0.0], atol=1e-15)
    assert float(jax.grad(clamp)(0.0)) == 1.0
