"""The laws of the algebra: spectra, products, random draws, smoothness."""

from functools import reduce

import hypothesis.extra.numpy as arrays
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tacit.algebra import (
    Factored,
    chain_product,
    dirichlet_energy,
    effective_rank,
    laplacian_energy,
    low_rank_matrix,
    nuclear_norm,
    nuclear_rank,
    numerical_rank,
    orthogonal_frame,
    schatten_norm,
    shrink_singular_values,
    singular_values,
    spectral_norm,
    stable_rank,
    truncate_singular_values,
)

from .cases.base import PRECISIONS, draw
from .cases.energies import ENERGIES

# One shape for drawn matrices, so that each function compiles once.
SHAPE = (4, 3)
matrices = arrays.arrays(np.float64, SHAPE, elements=st.floats(-10, 10, width=16)).map(jnp.asarray)
spectra = arrays.arrays(np.float64, 3, elements=st.floats(0, 10, width=16)).map(
    lambda values: jnp.asarray(np.sort(values)[::-1])
)
positive = spectra.filter(lambda spectrum: spectrum[0] > 0)


def frame(rows, columns, seed=0):
    return jnp.asarray(np.linalg.qr(draw((rows, columns), seed=seed))[0])


@given(matrices)
def test_singular_values_are_numpys(X):
    found = singular_values(X)
    np.testing.assert_allclose(found, np.linalg.svd(X, compute_uv=False), atol=1e-12)
    np.testing.assert_allclose(jnp.sum(found**2), np.sum(np.square(X)), rtol=1e-12, atol=1e-12)


@given(matrices)
def test_norms_are_numpys(X):
    spectrum = singular_values(X)
    close = lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)  # noqa: E731
    close(spectral_norm(spectrum), np.linalg.norm(X, 2))
    close(nuclear_norm(spectrum), np.linalg.norm(X, "nuc"))
    close(schatten_norm(spectrum, 2), np.linalg.norm(X))
    close(schatten_norm(spectrum, 1), nuclear_norm(spectrum))
    close(schatten_norm(spectrum, 0.5), np.sum(np.sqrt(spectrum)) ** 2)


@given(positive)
def test_effective_rank_is_the_exponential_of_the_entropy(spectrum):
    p = np.asarray(spectrum) / np.sum(spectrum)
    p = p[p > 0]
    expected = np.exp(-np.sum(p * np.log(p)))
    np.testing.assert_allclose(effective_rank(spectrum), expected, rtol=1e-12)
    assert 1 - 1e-12 <= effective_rank(spectrum) <= 3 + 1e-12


@given(positive)
def test_nuclear_rank_lies_between_one_and_the_rank(spectrum):
    np.testing.assert_allclose(
        nuclear_rank(spectrum), np.sum(spectrum) / np.max(spectrum), rtol=1e-12
    )
    assert 1 <= nuclear_rank(spectrum) <= np.count_nonzero(spectrum) + 1e-12


@given(positive)
def test_stable_rank_lies_between_one_and_the_nuclear_rank(spectrum):
    X = frame(4, 3) @ jnp.diag(spectrum) @ frame(3, 3, seed=1)
    expected = np.linalg.norm(X) ** 2 / np.linalg.norm(X, 2) ** 2
    np.testing.assert_allclose(stable_rank(spectrum), expected, rtol=1e-9)
    assert 1 <= stable_rank(spectrum) <= nuclear_rank(spectrum) * (1 + 1e-12)


@given(positive, st.floats(1e-3, 1e3))
def test_ranks_know_no_scale(spectrum, scale):
    for rank in (effective_rank, nuclear_rank, stable_rank, numerical_rank):
        np.testing.assert_allclose(rank(scale * spectrum), rank(spectrum), rtol=1e-9)


def test_ranks_of_the_extremes():
    for rank in (effective_rank, nuclear_rank, stable_rank, numerical_rank):
        assert rank(jnp.zeros(3)) == 0
        np.testing.assert_allclose(rank(jnp.array([2.0, 0.0, 0.0])), 1)
        np.testing.assert_allclose(rank(jnp.full(3, 0.2)), 3)


def test_numerical_rank_counts_above_the_tolerance():
    spectrum = jnp.array([1.0, 0.5, 0.011, 0.009])
    assert numerical_rank(spectrum) == 3
    assert numerical_rank(spectrum, 0.5) == 1
    assert numerical_rank(spectrum, 1e-3) == 4


@given(matrices)
def test_spectra_do_not_change_under_orthogonal_changes(X):
    rotated = frame(4, 4) @ X @ frame(3, 3, seed=1)
    np.testing.assert_allclose(singular_values(rotated), singular_values(X), atol=1e-11)


@given(matrices, st.floats(0, 5, width=16))
def test_shrinkage_moves_along_with_orthogonal_changes(X, threshold):
    Q, P = frame(4, 4), frame(3, 3, seed=1)
    one = shrink_singular_values(Q @ X @ P, threshold)
    np.testing.assert_allclose(one, Q @ shrink_singular_values(X, threshold) @ P, atol=1e-10)


@given(matrices, st.floats(0.125, 5, width=16))
def test_shrinkage_is_the_proximal_map_of_the_nuclear_norm(X, threshold):
    """X − S is τ times a subgradient of the nuclear norm at S."""
    S = np.asarray(shrink_singular_values(X, threshold))
    subgradient = (np.asarray(X) - S) / threshold
    assert np.linalg.norm(subgradient, 2) <= 1 + 1e-9
    np.testing.assert_allclose(
        np.sum(subgradient * S), np.linalg.norm(S, "nuc"), rtol=1e-9, atol=1e-9
    )


def test_shrinkage_of_a_batch_is_that_of_each_matrix():
    """Complex ones too: it moves along with unitary changes."""
    X = draw((2, 3, 4, 3))
    shrunk = jax.jit(shrink_singular_values)(X, 0.7)
    for at in np.ndindex(2, 3):
        np.testing.assert_allclose(shrunk[at], shrink_singular_values(X[at], 0.7), atol=1e-12)
    turned = jax.jit(shrink_singular_values)(jnp.asarray(np.exp(0.3j) * np.asarray(X)), 0.7)
    np.testing.assert_allclose(turned, np.exp(0.3j) * np.asarray(shrunk), atol=1e-12)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5)])
def test_truncation_is_that_of_the_decomposition(shape):
    X = draw(shape)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    for rank in range(min(shape) + 1):
        expected = (U[:, :rank] * s[:rank]) @ Vt[:rank]
        found = jax.jit(truncate_singular_values)(X, rank)
        np.testing.assert_allclose(found, expected, atol=1e-12)


# Products.


def test_chain_product_is_numpys():
    chain = [draw((4, 3)), draw((2, 4)), draw((5, 2))]
    np.testing.assert_allclose(chain_product(chain), reduce(np.dot, chain[::-1]), rtol=1e-12)
    np.testing.assert_allclose(chain_product(chain[:1]), chain[0])
    with pytest.raises(ValueError, match="chain_product: the chain is empty"):
        chain_product([])


def test_factored_is_its_product():
    target = Factored(draw((4, 2)), draw((2, 3)))
    X = np.asarray(target.left) @ np.asarray(target.right)
    assert (target.shape, target.width) == ((4, 3), 2)
    np.testing.assert_allclose(target.dense(), X, rtol=1e-12)
    rows, columns = jnp.array([3, 0, 3]), jnp.array([0, 2, 1])
    np.testing.assert_allclose(target.entries(rows, columns), X[rows, columns], rtol=1e-12)
    v = draw((3, 2))
    np.testing.assert_allclose(target @ v, X @ v, rtol=1e-12)


# Random draws.


@pytest.mark.parametrize("dtype", PRECISIONS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("shape", [(4, 4), (5, 2), (2, 5)])
def test_orthogonal_frames_are_orthogonal(shape, dtype, key):
    Q = orthogonal_frame(shape, dtype, key=key)
    assert Q.shape == shape
    assert Q.dtype == dtype
    gram = Q.T @ Q if shape[0] >= shape[1] else Q @ Q.T
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-5)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_low_rank_matrices_have_their_rank_and_unit_mean_square(rank, key):
    X = low_rank_matrix((6, 4), rank, jnp.float64, key=key)
    assert np.linalg.matrix_rank(X, tol=1e-8) == rank
    np.testing.assert_allclose(np.mean(np.square(X)), 1, rtol=1e-12)


@pytest.mark.parametrize("rank", [0, 5, -1])
def test_low_rank_matrices_refuse_impossible_ranks(rank, key):
    with pytest.raises(ValueError, match="rank"):
        low_rank_matrix((6, 4), rank, key=key)


# Smoothness.


@pytest.mark.parametrize(("energy", "degree"), ENERGIES)
@pytest.mark.parametrize("shape", [(4, 5), (5, 3, 4)])
def test_energy_has_the_gradient_of_finite_differences(energy, degree, shape):
    X, D, h = draw(shape), draw(shape, seed=8), 1e-5
    slope = jnp.sum(jax.grad(energy)(X) * D)
    quotient = (energy(X + h * D) - energy(X - h * D)) / (2 * h)
    np.testing.assert_allclose(slope, quotient, rtol=1e-7)
    assert energy(X) > 0


@pytest.mark.parametrize(("energy", "degree"), ENERGIES)
def test_energy_vanishes_on_constants_and_on_no_more_than_it_says(energy, degree):
    """Its null space: constants for the first two, affine planes for `hessian_variation`."""
    hessian = jax.hessian(lambda flat: energy(flat.reshape(4, 5)))(jnp.zeros(20))
    values, vectors = np.linalg.eigh(hessian)
    null = vectors[:, np.abs(values) < 1e-9]
    i, j = np.indices((4, 5))
    planes = [np.ones(20), i.ravel(), j.ravel()][: 1 + 2 * degree]
    assert null.shape[1] == len(planes)
    for plane in planes:
        np.testing.assert_allclose(null @ (null.T @ plane), plane, atol=1e-9)
        np.testing.assert_allclose(energy(jnp.asarray(plane, float).reshape(4, 5)), 0, atol=1e-20)


@pytest.mark.parametrize(("energy", "degree"), ENERGIES)
def test_energy_knows_no_direction_and_is_even(energy, degree):
    X = draw((4, 5))
    for twin in (X[::-1], X[:, ::-1], X.T, -X, X + 3):
        np.testing.assert_allclose(energy(twin), energy(X), rtol=1e-12)


@pytest.mark.parametrize("energy", [dirichlet_energy, laplacian_energy])
def test_fields_add(energy):
    X = draw((4, 3, 5))
    np.testing.assert_allclose(energy(X), sum(energy(X[:, c]) for c in range(3)), rtol=1e-12)


def test_laplacian_energy_is_half_the_square_of_the_slope_of_the_dirichlet_energy():
    """ΔX = −∇E(X), with E the Dirichlet energy."""
    X = draw((4, 5))
    slope = jax.grad(dirichlet_energy)(X)
    np.testing.assert_allclose(laplacian_energy(X), np.sum(np.square(slope)) / 2, rtol=1e-12)


def test_energies_of_a_known_picture():
    """One bright pixel inside: ½ · 4 differences of one; ½ (4² + 4 · 1²)."""
    X = jnp.zeros((5, 5)).at[2, 2].set(1)
    assert dirichlet_energy(X) == 2
    assert laplacian_energy(X) == 10
