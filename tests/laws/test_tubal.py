"""The laws of the algebra of tubal tensors, for every transform, of orders 3 and 4."""

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit import algebra
from tacit.algebra import (
    Cosine,
    Fourier,
    Haar,
    Linear,
    learned_transform,
    low_tubal_rank_tensor,
    multirank,
    shrink_slices,
    slice_singular_values,
    t_chain_product,
    t_eigh,
    t_identity,
    t_outer,
    t_pinv,
    t_product,
    t_qr,
    t_svd,
    t_transpose,
    tensor_nuclear_norm,
    tensor_spectral_norm,
    tubal_condition_number,
    tubal_frame,
    tubal_principal_angles,
    tubal_rank,
)
from tacit.runs import jit

from .cases.base import draw, params
from .cases.transforms import TRANSFORMS, TUBES

UNITARY = [case for case in TRANSFORMS if case.name != "linear"]
every_order = pytest.mark.parametrize("tubes", TUBES.values(), ids=TUBES)
every_transform = pytest.mark.parametrize("case", params(TRANSFORMS))
unitary_transform = pytest.mark.parametrize("case", params(UNITARY))
FOURIER_TUBES = [(1,), (2,), (5,), (4, 3), (4, 4), (2, 3, 4)]


def matrix(transform, tubes):
    """The transform of all tube modes as one K × K matrix, by numpy."""
    if isinstance(transform, Fourier):
        return reduce(np.kron, (np.fft.fft(np.eye(length)) for length in tubes))
    return reduce(np.kron, transform.matrices(tubes))


def slices(T, M):
    """Every slice of the full spectrum, (K, m, n)."""
    flat = np.asarray(T, np.float64).reshape(*T.shape[:2], -1)
    return np.moveaxis(flat @ M.T, -1, 0)


def tensor(spectrum, M, tubes):
    """The real tensor of a full spectrum."""
    flat = np.moveaxis(spectrum, 0, -1) @ np.linalg.inv(M).T
    assert np.max(np.abs(np.imag(flat)), initial=0) < 1e-12 * np.max(np.abs(flat))
    return np.real(flat).reshape(*flat.shape[:2], *tubes)


def block_circulant(A):
    """The matrix with block A[:, :, j − l] at (j, l), indices of all tube modes modulo length."""
    tubes = A.shape[2:]
    places = list(np.ndindex(*tubes))
    blocks = [
        [A[(..., *((np.array(j) - np.array(l)) % tubes))] for l in places]  # noqa: E741
        for j in places
    ]
    return np.block([[np.asarray(block) for block in row] for row in blocks])


def close(actual, expected, tolerance=1e-12):
    """Equal to the tolerance in float64, to 10⁻⁵ in float32, of the largest number."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.dtype == np.float32:
        tolerance = 1e-5
    scale = max(1.0, np.max(np.abs(expected)))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * scale)


@jit
def _laws(A, B, T, transform):
    eye = t_identity(4, A.shape[2:], transform, A.dtype)
    svd, (Q, R) = t_svd(T, transform), t_qr(T, transform)
    transposed = t_transpose(T, transform)
    plus = t_pinv(T, transform)
    times = lambda *factors: reduce(lambda X, Y: t_product(X, Y, transform), factors)  # noqa: E731
    turn = lambda X: t_transpose(X, transform)  # noqa: E731
    left, right = times(T, plus), times(plus, T)
    small = t_identity(3, A.shape[2:], transform, A.dtype)
    pairs = {
        "I * A = A": (times(eye, A), A),
        "A * Tᵀ": (t_outer(B, T, transform), times(B, transposed)),
        "a chain": (t_chain_product([T, transposed, B], transform), times(B, transposed, T)),
        "(A * B)ᵀ = Bᵀ * Aᵀ": (turn(times(A, B)), times(turn(B), turn(A))),
        "Aᵀᵀ = A": (turn(turn(A)), A),
        "U * S * Vᵀ = T": (times(svd.U, svd.S, turn(svd.V)), T),
        "U * S * Vᵀ = T, without S": (svd.dense(), T),
        "Uᵀ * U = I": (times(turn(svd.U), svd.U), small),
        "Vᵀ * V = I": (times(turn(svd.V), svd.V), small),
        "Q * R = T": (times(Q, R), T),
        "Qᵀ * Q = I": (times(turn(Q), Q), small),
        "of a wide one too": (t_svd(transposed, transform).dense(), transposed),
        "T T⁺ T = T": (times(left, T), T),
        "T⁺ T T⁺ = T⁺": (times(right, plus), plus),
        "T T⁺ is symmetric": (turn(left), left),
        "T⁺ T is symmetric": (turn(right), right),
        "T⁺ T = I": (right, small),
    }
    return pairs, times(A, B), svd.tubes, slice_singular_values(T, transform)


@pytest.mark.parametrize(
    "dtype",
    [pytest.param(jnp.float32, marks=pytest.mark.slow), jnp.float64],
    ids=lambda dtype: dtype.__name__,
)
@every_order
@every_transform
def test_laws(case, tubes, dtype):
    transform = case.build(tubes)
    A, B = draw((4, 4, *tubes), dtype), draw((4, 3, *tubes), dtype, seed=1)
    T = draw((4, 3, *tubes), dtype, seed=2)
    pairs, product, singular, spectra = _laws(A, B, T, transform)
    for law, (actual, expected) in pairs.items():
        assert actual.dtype == dtype, law
        close(actual, expected)
    M = matrix(transform, tubes)
    close(product, tensor(slices(A, M) @ slices(B, M), M, tubes))
    expected = np.linalg.svd(slices(T, M), compute_uv=False)
    close(np.asarray(spectra).reshape(-1, 3), expected)
    close(singular, tensor(expected[:, None], M, tubes)[0])


@pytest.mark.parametrize("tubes", FOURIER_TUBES, ids=str)
def test_fourier_means_block_circulant(tubes):
    """Every parity of the tubes, and half of the spectrum as good as all of it."""
    T, B = draw((3, 2, *tubes)), draw((2, 4, *tubes), seed=1)

    @jit
    def found(T, B):
        eye = t_identity(2, tubes, dtype=jnp.float64)
        spectra = slice_singular_values(T)
        return t_product(T, B), t_transpose(T), t_pinv(T), eye, t_svd(T).dense(), spectra

    product, transposed, plus, eye, again, spectra = found(T, B)
    circulant = block_circulant(T)
    close(block_circulant(product), circulant @ block_circulant(B))
    close(block_circulant(transposed), circulant.T)
    close(block_circulant(plus), np.linalg.pinv(circulant))
    close(block_circulant(eye), np.eye(2 * np.prod(tubes)))
    close(again, T)
    ordered = np.sort(np.asarray(spectra).ravel())[::-1]
    close(ordered, np.linalg.svd(circulant, compute_uv=False))


@every_transform
def test_eigentubes(case):
    """Of the symmetric part, in descending order, negative ones last."""
    transform, tubes = case.build((4,)), (4,)
    T = draw((3, 3, *tubes))

    @jit
    def found(T):
        symmetric = (T + t_transpose(T, transform)) / 2
        values, V = t_eigh(T, transform)
        return (
            symmetric,
            values,
            V,
            t_product(symmetric, V, transform),
            t_eigh(T, transform, rank=1),
        )

    symmetric, values, V, image, (top, first) = found(T)
    M = matrix(transform, tubes)
    expected = np.linalg.eigvalsh(slices(symmetric, M))[:, ::-1]
    assert expected.min() < 0
    close(values, tensor(expected[:, None], M, tubes)[0])
    close(slices(image, M), slices(V, M) * expected[:, None])
    frames = slices(V, M)
    grams = np.conj(np.swapaxes(frames, 1, 2)) @ frames
    close(grams, np.broadcast_to(np.eye(3), grams.shape))
    close(top, values[:1])
    close(first, V[:, :1])


def test_the_tubal_transpose_is_that_of_the_paper():
    """Frontal slices transposed, all but the first in reverse order."""
    T = np.asarray(draw((3, 2, 5)))
    expected = np.stack([T[..., -j % 5].T for j in range(5)], axis=-1)
    np.testing.assert_array_equal(t_transpose(jnp.asarray(T)), expected)


@unitary_transform
@every_order
def test_what_holds_for_multiples_of_unitary_transforms(case, tubes):
    """Parseval, transpose = adjoint, Eckart–Young, norms as those of a map, and their duality."""
    transform = case.build(tubes)
    T, B, C = (draw((*sides, *tubes), seed=i) for i, sides in enumerate([(4, 3), (3, 2), (4, 2)]))
    M = matrix(transform, tubes)
    c = transform.unitary_factor(tubes)
    np.testing.assert_allclose(M @ M.conj().T, c * np.eye(len(M)), atol=1e-12 * c)

    @jit
    def measured(T, B, C):
        return {
            "product": jnp.vdot(t_product(T, B, transform), C),
            "adjoint": jnp.vdot(B, t_product(t_transpose(T, transform), C, transform)),
            "spectra": slice_singular_values(T, transform),
            "spectral": tensor_spectral_norm(T, transform),
            "sum": tensor_nuclear_norm(T, transform, kind="sum"),
            "mean": tensor_nuclear_norm(T, transform, kind="mean"),
            "condition": tubal_condition_number(T, transform),
            "first": t_svd(T, transform, rank=1).dense(),
            "cut": t_svd(T, transform, threshold=0.5).dense(),
            "shrunk": shrink_slices(T, 0.7, transform),
        }

    found = measured(T, B, C)
    spectra = np.linalg.svd(slices(T, M), compute_uv=False)
    close(found["product"], found["adjoint"])
    close(np.sum(np.square(T)), np.sum(found["spectra"] ** 2) / c)
    close(found["spectral"], spectra.max())
    close(found["sum"], spectra.sum())
    close(found["mean"], spectra.sum() / c)
    close(found["condition"], spectra.max() / spectra.min(), 1e-10)
    close(np.sum(np.square(T - found["first"])), np.sum(spectra[:, 1:] ** 2) / c)
    kept = spectra > spectra.max() / 2
    assert 0 < kept.sum() < kept.size
    close(np.sum(np.square(T - found["cut"])), np.sum(spectra[~kept] ** 2) / c)
    U, s, Vh = np.linalg.svd(slices(T, M), full_matrices=False)
    close(found["shrunk"], tensor((U * np.maximum(s - 0.7, 0)[:, None]) @ Vh, M, tubes))


@pytest.mark.parametrize(
    "case",
    [pytest.param(TRANSFORMS[0], id="Fourier", marks=pytest.mark.slow), *params([TRANSFORMS[4]])],
)
def test_drawn_tensors(case, key):
    transform, tubes = case.build((4,)), (4,)

    @jit
    def drawn(key):
        T = low_tubal_rank_tensor((5, 4, *tubes), 2, transform, jnp.float64, key=key)
        Q = tubal_frame((4, 2, *tubes), transform, jnp.float64, key=key)
        gram = t_product(t_transpose(Q, transform), Q, transform)
        return T, multirank(T, transform, 1e-10), tubal_rank(T, transform, 1e-10), gram

    T, ranks, rank, gram = drawn(key)
    np.testing.assert_allclose(np.mean(np.square(T)), 1, rtol=1e-12)
    np.testing.assert_array_equal(ranks, np.full(tubes, 2))
    assert rank == 2
    close(gram, t_identity(2, tubes, transform, jnp.float64))


@pytest.mark.slow
def test_multirank_and_average_rank_tell_the_slices_apart():
    """Constant along the tubes: only the slice of frequency zero is not zero."""
    T = jnp.ones((1, 1, 4)) * draw((3, 3))[..., None]
    np.testing.assert_array_equal(multirank(T), [3, 0, 0, 0])
    assert (tubal_rank(T), algebra.average_rank(T)) == (3, 0.75)
    np.testing.assert_array_equal(multirank(jnp.zeros((3, 3, 4))), 0)
    np.testing.assert_allclose(algebra.singular_tubes(T)[0], algebra.singular_tubes(T)[0, 0])


def test_a_wave_has_its_two_conjugate_slices():
    wave = jnp.cos(2 * jnp.pi * jnp.arange(5.0) / 5)
    T = draw((3, 2))[..., None] * wave[None, None]
    np.testing.assert_array_equal(multirank(T), [0, 2, 0, 0, 2])


@unitary_transform
def test_principal_angles_are_those_put_in(case, key):
    """Small ones and right ones alike, in every slice, whatever the basis."""
    transform, tubes = case.build((4,)), (4,)
    frame = tubal_frame((5, 3, *tubes), transform, jnp.float64, key=key)
    U, mixing = frame[:, :2], draw((2, 2, *tubes))

    @jit
    def angles(angle):
        turned = jnp.cos(angle) * frame[:, 1] + jnp.sin(angle) * frame[:, 2]
        V = t_product(jnp.stack([frame[:, 0], turned], axis=1), mixing, transform)
        return tubal_principal_angles(U, V, transform)

    for angle in (0.0, 1e-9, 1e-3, 1.5, np.pi / 2):
        found = angles(jnp.asarray(angle))
        assert found.shape == (*tubes, 2)
        np.testing.assert_allclose(found[:, 1], angle, rtol=1e-6, atol=2e-14)
        np.testing.assert_allclose(found[:, 0], 0, atol=2e-14)


def test_principal_angles_of_spans_of_different_width():
    frame = tubal_frame((5, 3, 4), Fourier(), jnp.float64, key=jax.random.key(1))
    narrow, wide = frame[:, 1:2], frame[:, :2]
    angles = jit(tubal_principal_angles)
    for pair in ((narrow, wide), (wide, narrow)):
        assert jnp.max(angles(*pair)) < 1e-14
    np.testing.assert_allclose(angles(frame[:, 2:], wide), np.pi / 2)


@every_transform
def test_products_have_the_gradient_of_finite_differences(case):
    transform, h = case.build((4,)), 1e-6
    A, B, D, E = draw((3, 2, 4)), draw((2, 3, 4), seed=1), draw((3, 2, 4), seed=2), draw((2, 3, 4))

    @jit
    def both(A, B):
        value = lambda A, B: jnp.sum(jnp.sin(t_product(A, B, transform)))  # noqa: E731
        of_A, of_B = jax.grad(value, (0, 1))(A, B)
        quotient = (value(A + h * D, B + h * E) - value(A - h * D, B - h * E)) / (2 * h)
        return jnp.sum(of_A * D) + jnp.sum(of_B * E), quotient

    slope, quotient = both(A, B)
    np.testing.assert_allclose(slope, quotient, rtol=1e-6)


def test_learned_transforms_gather_the_energy_in_few_slices():
    """Tubes that span a plane leave two slices."""
    T = draw((3, 4, 2)) @ draw((2, 5), seed=1)
    learned = learned_transform(T)
    energies = np.linalg.norm(slices(T, matrix(learned, (5,))), axis=(1, 2))
    assert np.all(np.diff(energies[:2]) < 0)
    np.testing.assert_allclose(energies[2:], 0, atol=1e-12)
    np.testing.assert_array_equal(multirank(T, learned, 1e-10), [3, 3, 0, 0, 0])


def test_transforms_are_no_parameters():
    """Constants, equal when their matrices are: a model may hold one, and jit keeps its program."""
    for case in TRANSFORMS:
        transform = case.build((4,))
        assert not jax.tree.leaves(transform)
        assert transform == case.build((4,))
        assert hash(transform) == hash(case.build((4,)))
    assert Linear(np.eye(2)) != Linear(2 * np.eye(2))
    assert Cosine() != Haar()
