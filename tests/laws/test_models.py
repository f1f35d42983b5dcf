"""The laws of factorisations and of their initialisers, over the registry."""

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.models import Deep, Symmetric, balanced
from tacit.testing import check_factorisation

from .registry import INITIALISERS, MODELS, ids

EXACT = [case for case in INITIALISERS if case.name != "gaussian"]
CHAINS = {
    "depth 1": ((3, 4), 1, None),
    "depth 2": ((4, 3), 2, None),
    "depth 2, narrow": ((4, 5), 2, 2),
    "depth 3, wide then narrow": ((3, 5), 3, (7, 2)),
    "depth 4, square": ((3, 3), 4, None),
    "depth 4, narrow then wide": ((5, 4), 4, (2, 6, 3)),
}


def product(model: Deep) -> np.ndarray:
    """W_L ⋯ W_1 by numpy."""
    return reduce(lambda below, factor: factor @ below, [np.asarray(W) for W in model.factors])


def narrowest(model: Deep) -> int:
    return min(min(factor.shape) for factor in model.factors)


@pytest.mark.parametrize("case", **ids(MODELS))
def test_factorisation(case, key):
    model = case.build(jnp.float64)
    check_factorisation(
        model,
        shape=case.shape,
        preconditioner=case.preconditioner and case.preconditioner(model),
        symmetries=case.symmetries(model) if case.symmetries else (),
        key=key,
    )


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize("case", **ids(EXACT))
def test_scale_is_exact(case, chain, key):
    """‖X(0)‖_F = scale · √q, q the narrowest width."""
    shape, depth, widths = chain

    @jax.jit
    def start(scale):
        return Deep.initialise(
            shape,
            depth=depth,
            widths=widths,
            scale=scale,
            initialiser=case.build,
            dtype=jnp.float64,
            key=key,
        )

    for scale in (1e-3, 2.0):
        model = start(scale)
        assert model.depth == depth
        expected = scale * np.sqrt(narrowest(model))
        np.testing.assert_allclose(np.linalg.norm(product(model)), expected, rtol=1e-12)


@pytest.mark.parametrize("chain", list(CHAINS.values())[::2], ids=list(CHAINS)[::2])
def test_scale_of_gaussian_is_exact_in_the_mean(chain, key):
    shape, depth, widths = chain
    draws = 20_000

    def squared(key):
        model = Deep.initialise(
            shape, depth=depth, widths=widths, scale=0.5, dtype=jnp.float64, key=key
        )
        return jnp.sum(model() ** 2) / (0.25 * narrowest(model))

    ratios = jax.jit(jax.vmap(squared))(jax.random.split(key, draws))
    spread = float(jnp.std(ratios)) / np.sqrt(draws)
    assert abs(float(jnp.mean(ratios)) - 1) < 4 * spread
    assert spread < 0.04


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_gaussian_has_the_deviation_of_arora2019(depth, key):
    """Square layers of side n: deviation scale^{1/L} n^{−1/2}."""
    n, scale = 60, 1e-3
    model = Deep.initialise((n, n), depth=depth, scale=scale, dtype=jnp.float64, key=key)
    for factor in model.factors:
        expected = scale ** (1 / depth) / np.sqrt(n)
        assert abs(float(jnp.std(factor)) / expected - 1) < 4 / np.sqrt(2 * n * n)


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_balanced_is_balanced(chain, key):
    shape, depth, widths = chain
    model = Deep.initialise(
        shape, depth=depth, widths=widths, scale=1, initialiser=balanced, dtype=jnp.float64, key=key
    )
    for lower, upper in zip(model.factors, model.factors[1:], strict=False):
        np.testing.assert_allclose(upper.T @ upper, lower @ lower.T, atol=1e-13)


@pytest.mark.parametrize("case", **ids(INITIALISERS))
def test_start_is_a_function_of_the_key(case):
    def start(seed):
        return Deep.initialise(
            (4, 3), depth=2, scale=1, initialiser=case.build, key=jax.random.key(seed)
        )()

    assert start(0).tobytes() == start(0).tobytes()
    assert (start(0).tobytes() == start(1).tobytes()) == (case.name == "identity")


@pytest.mark.parametrize("case", **ids(INITIALISERS))
def test_scale_may_be_traced_and_of_another_precision(case, key):
    def start(scale):
        return Deep.initialise(
            (4, 3), depth=3, scale=scale, initialiser=case.build, dtype=jnp.float32, key=key
        )

    model = jax.jit(start)(jnp.asarray(0.25, jnp.float64))
    assert all(factor.dtype == jnp.float32 for factor in model.factors)
    np.testing.assert_allclose(model(), start(0.25)(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", **ids(EXACT))
@pytest.mark.parametrize("width", [2, 4, 6])
def test_scale_of_symmetric_is_the_mean_eigenvalue(case, width, key):
    model = Symmetric.initialise(
        4, scale=0.3, width=width, initialiser=case.build, dtype=jnp.float64, key=key
    )
    np.testing.assert_allclose(jnp.trace(model()), 0.3 * min(4, width), rtol=1e-12)
