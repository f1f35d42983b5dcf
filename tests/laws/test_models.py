"""The laws of factorisations and of their initialisers, over the registry."""

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import Cosine, Fourier, Linear
from tacit.models import Deep, DeepTubal, Symmetric, SymmetricTubal, Tubal, balanced
from tacit.testing import check_factorisation

from .cases.base import draw, params
from .cases.initialisers import INITIALISERS
from .cases.models import MODELS

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


@pytest.mark.parametrize("case", params(MODELS))
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
@pytest.mark.parametrize("case", params(EXACT))
def test_scale_is_exact(case, chain, key):
    """‖X(0)‖_F = scale · √q, q the narrowest width."""
    shape, depth, widths = chain

    @jax.jit
    def start(scale):
        return Deep.initialise(
            shape,
            depth=depth,
            widths=widths,
            init_scale=scale,
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
            shape, depth=depth, widths=widths, init_scale=0.5, dtype=jnp.float64, key=key
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
    model = Deep.initialise((n, n), depth=depth, init_scale=scale, dtype=jnp.float64, key=key)
    for factor in model.factors:
        expected = scale ** (1 / depth) / np.sqrt(n)
        assert abs(float(jnp.std(factor)) / expected - 1) < 4 / np.sqrt(2 * n * n)


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_balanced_is_balanced(chain, key):
    shape, depth, widths = chain
    model = Deep.initialise(
        shape,
        depth=depth,
        widths=widths,
        init_scale=1,
        initialiser=balanced,
        dtype=jnp.float64,
        key=key,
    )
    for lower, upper in zip(model.factors, model.factors[1:], strict=False):
        np.testing.assert_allclose(upper.T @ upper, lower @ lower.T, atol=1e-13)


@pytest.mark.parametrize("case", params(INITIALISERS))
def test_start_is_a_function_of_the_key(case):
    def start(seed):
        return Deep.initialise(
            (4, 3), depth=2, init_scale=1, initialiser=case.build, key=jax.random.key(seed)
        )()

    assert start(0).tobytes() == start(0).tobytes()
    assert (start(0).tobytes() == start(1).tobytes()) == (case.name == "identity")


@pytest.mark.parametrize("case", params(INITIALISERS))
def test_scale_may_be_traced_and_of_another_precision(case, key):
    def start(scale):
        return Deep.initialise(
            (4, 3), depth=3, init_scale=scale, initialiser=case.build, dtype=jnp.float32, key=key
        )

    model = jax.jit(start)(jnp.asarray(0.25, jnp.float64))
    assert all(factor.dtype == jnp.float32 for factor in model.factors)
    np.testing.assert_allclose(model(), start(0.25)(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", params(EXACT))
@pytest.mark.parametrize("width", [2, 4, 6])
def test_scale_of_symmetric_is_the_mean_eigenvalue(case, width, key):
    model = Symmetric.initialise(
        4, init_scale=0.3, width=width, initialiser=case.build, dtype=jnp.float64, key=key
    )
    np.testing.assert_allclose(jnp.trace(model()), 0.3 * min(4, width), rtol=1e-12)


# Tubal models.


@pytest.mark.slow
@pytest.mark.parametrize("transform", [Fourier(), Cosine()], ids=["Fourier", "cosine"])
def test_scale_of_tubal_models_is_exact_in_the_mean(transform, key):
    """Mean over starts and slices of ‖X̄_j‖_F² = scale² q, of tr X̄_j = scale · q if symmetric."""
    scale, draws, c = 0.5, 4000, transform.unitary_factor((4,))

    def ratios(key):
        starts = {"transform": transform, "init_scale": scale, "dtype": jnp.float64, "key": key}
        thin = Tubal.initialise((4, 3, 4), width=2, **starts)()
        deep = DeepTubal.initialise((4, 3, 4), depth=3, widths=(5, 2), **starts)()
        factor = SymmetricTubal.initialise(3, (4,), width=5, **starts).factor
        squares = [jnp.sum(X**2) / (scale**2 * 2) for X in (thin, deep)]
        return c / 4 * jnp.stack([*squares, jnp.sum(factor**2) / (scale * 3)])

    found = jax.jit(jax.vmap(ratios))(jax.random.split(key, draws))
    spread = jnp.std(found, axis=0) / np.sqrt(draws)
    assert np.all(np.abs(jnp.mean(found, axis=0) - 1) < 4 * spread)
    assert np.all(spread < 0.03)


def test_the_start_of_karnik2025_in_units_of_scale(key):
    """Deviation α/√R is scale = α² k n / min(n, R)."""
    alpha, n, R, k = 1e-3, 10, 40, 4
    model = SymmetricTubal.initialise(n, (k,), width=R, init_scale=alpha**2 * k, key=key)
    assert abs(float(jnp.std(model.factor)) * np.sqrt(R) / alpha - 1) < 4 / np.sqrt(2 * n * R * k)


def test_symmetric_tubal_is_positive_semidefinite():
    X = SymmetricTubal(draw((3, 2, 4)))()
    slices = np.moveaxis(np.fft.fft(X, axis=-1), -1, 0)
    np.testing.assert_allclose(slices, np.conj(np.swapaxes(slices, 1, 2)), atol=1e-12)
    assert np.linalg.eigvalsh(slices).min() > -1e-12


TUBAL_REFUSED = {
    "empty": (lambda key: DeepTubal(()), "factors is empty"),
    "no chain": (
        lambda key: DeepTubal((draw((2, 3, 4)), draw((2, 3, 4)))),
        r"do not chain, \(2, 3, 4\) after",
    ),
    "other tubes": (lambda key: DeepTubal((draw((3, 3, 4)), draw((2, 3, 5)))), "do not chain"),
    "scale": (
        lambda key: Tubal.initialise((2, 2, 3), init_scale=0, key=key),
        "scale must be positive",
    ),
    "width": (
        lambda key: SymmetricTubal.initialise(2, (3,), init_scale=1, width=0, key=key),
        "widths must be at least 1",
    ),
    "depth": (
        lambda key: DeepTubal.initialise((2, 2, 3), depth=0, init_scale=1, key=key),
        "depth must be a whole number",
    ),
    "number of widths": (
        lambda key: DeepTubal.initialise((2, 2, 3), depth=2, init_scale=1, widths=(2, 2), key=key),
        "given for depth 2; it takes 1",
    ),
    "scale of a transform that is not unitary": (
        lambda key: Tubal.initialise(
            (2, 2, 2), init_scale=1, transform=Linear([[1.0, 1.0], [0.0, 1.0]]), key=key
        ),
        "M Mᴴ = c I",
    ),
}


@pytest.mark.parametrize(("call", "message"), TUBAL_REFUSED.values(), ids=TUBAL_REFUSED)
def test_tubal_models_refuse(call, message, key):
    with pytest.raises(ValueError, match=message):
        call(key)
