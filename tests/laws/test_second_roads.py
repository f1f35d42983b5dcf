"""Shapes and orders that the other laws pass by, each by a second road of numpy or scipy."""

from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.fft

from tacit.algebra import (
    Cosine,
    Haar,
    slice_singular_values,
    softplus,
    spectral_map,
    t_product,
    t_svd,
    tanh,
)

from .cases.base import draw


def by_numpy(gamma, X):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (U * np.asarray(gamma(jnp.asarray(s)))) @ Vt


@pytest.mark.parametrize("gamma", [tanh, softplus], ids=["tanh", "softplus"])
@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (2, 9)], ids=str)
def test_the_map_of_rows_columns_and_wide_matrices(shape, gamma):
    X, H, K = (np.asarray(draw(shape, seed=seed)) for seed in (1, 2, 3))
    X = X / np.linalg.norm(X, 2)

    @jax.jit
    def found(X):
        mapped = partial(spectral_map, gamma)
        value, forward = jax.jvp(mapped, (X,), (jnp.asarray(H),))
        gradient = jax.grad(lambda X: jnp.sum(mapped(X) * K))
        return value, forward, gradient(X), jax.jvp(gradient, (X,), (jnp.asarray(H),))[1]

    value, forward, gradient, bend = found(jnp.asarray(X))
    step = 1e-5
    ahead, behind = X + step * H, X - step * H
    slope = (by_numpy(gamma, ahead) - by_numpy(gamma, behind)) / (2 * step)
    np.testing.assert_allclose(value, by_numpy(gamma, X), atol=1e-13)
    np.testing.assert_allclose(forward, slope, atol=1e-8)
    np.testing.assert_allclose(np.sum(gradient * H), np.sum(slope * K), atol=1e-8)
    turned = (found(jnp.asarray(ahead))[2] - found(jnp.asarray(behind))[2]) / (2 * step)
    np.testing.assert_allclose(bend, turned, atol=1e-7)


@pytest.mark.parametrize("method", ["svd", "products"])
def test_the_map_inside_a_scan(method):
    """Descent on ½‖tanh(X)‖² moves singular values alone: s ← s − η tanh(s) / cosh²(s)."""
    X = np.asarray(draw((3, 6)))
    X = X / np.linalg.norm(X, 2)

    def body(X, _):
        slope = jax.grad(lambda X: jnp.sum(spectral_map(tanh, X, method) ** 2) / 2)
        return X - 0.1 * slope(X), None

    moved = jax.jit(lambda X: jax.lax.scan(body, X, None, length=5)[0])(jnp.asarray(X))
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    for _ in range(5):
        s = s - 0.1 * np.tanh(s) / np.cosh(s) ** 2
    np.testing.assert_allclose(moved, (U * s) @ Vt, atol=1e-12)


def haar(length):
    """Rows of Haar's orthonormal matrix, doubled from one to the next."""
    H = np.ones((1, 1))
    while len(H) < length:
        H = np.vstack([np.kron(H, [1, 1]), np.kron(np.eye(len(H)), [1, -1])])
    return H / np.linalg.norm(H, axis=1, keepdims=True)


def cosine(length):
    return scipy.fft.dct(np.eye(length), axis=0, norm="ortho")


@pytest.mark.parametrize(
    ("transform", "rows", "tubes"),
    [
        (Cosine(), cosine, (3, 5)),
        (Cosine(), cosine, (2, 3, 4)),
        (Haar(), haar, (4, 2)),
        (Haar(), haar, (2, 4, 2)),
    ],
    ids=["cosine, order 4", "cosine, order 5", "Haar, order 4", "Haar, order 5"],
)
def test_transforms_of_several_tube_modes(transform, rows, tubes):
    A, B = draw((3, 2, *tubes)), draw((2, 4, *tubes), seed=1)
    M = reduce(np.kron, map(rows, tubes))

    def slices(T):
        return np.moveaxis(np.asarray(T).reshape(*T.shape[:2], -1) @ M.T, -1, 0)

    @jax.jit
    def found(A, B):
        svd = t_svd(A, transform)
        return t_product(A, B, transform), svd.dense(), slice_singular_values(A, transform)

    product, again, spectra = found(A, B)
    exact = np.moveaxis(slices(A) @ slices(B), 0, -1) @ M
    np.testing.assert_allclose(product, exact.reshape(product.shape), atol=1e-12)
    np.testing.assert_allclose(again, A, atol=1e-12)
    expected = np.linalg.svd(slices(A), compute_uv=False)
    np.testing.assert_allclose(
        np.sort(np.asarray(spectra).ravel()), np.sort(expected.ravel()), atol=1e-12
    )


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "call",
    [
        lambda C: t_product(C, jnp.swapaxes(C, 0, 1), Cosine()),
        lambda C: t_svd(C, Cosine()),
        lambda C: slice_singular_values(C),
        lambda C: spectral_map(tanh, C[..., 0]),
    ],
    ids=["t_product", "t_svd", "slice_singular_values", "spectral_map"],
)
def test_complex_input_is_refused(call):
    """It would be transposed without being conjugated, in silence."""
    C = jax.lax.complex(draw((3, 2, 4)), draw((3, 2, 4), seed=1))
    with pytest.raises(ValueError, match=r"must be real|is complex"):
        call(C)
