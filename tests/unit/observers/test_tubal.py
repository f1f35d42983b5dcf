"""Observers of tubal tensors against numpy, slice by slice and step by step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit import observers
from tacit.algebra import Cosine, t_outer
from tacit.models import Direct, SymmetricTubal
from tacit.problems import tubal_sensing

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow

SIDE, RANK, TUBE, ETA = 5, 2, 4, 0.01


def draw(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.fixture(scope="module")
def setting():
    X = jnp.asarray(draw((SIDE, RANK, TUBE), 0))
    problem = tubal_sensing(t_outer(X, X), 60, key=jax.random.key(0))
    model, start = (SymmetricTubal(jnp.asarray(draw((SIDE, 7, TUBE), seed))) for seed in (1, 2))
    return np.asarray(X), problem, model, start


def slices(T):
    return np.moveaxis(np.fft.fft(np.asarray(T), axis=-1), -1, 0)


def spectral(problem):
    """Slices of sym A* y, by transposing each slice."""
    L = slices(problem.operator.adjoint(problem.y))
    return (L + np.conj(np.swapaxes(L, 1, 2))) / 2


def leading(matrix):
    """Eigenvectors of the algebraically largest eigenvalues."""
    return np.linalg.eigh(matrix)[1][:, ::-1][:, :RANK]


def sine(one, other):
    """The paper's: the largest √(1 − σ²) over slices."""
    cosines = [
        np.linalg.svd(V.conj().T @ W, compute_uv=False)[-1] for V, W in zip(one, other, strict=True)
    ]
    return np.sqrt(1 - min(cosines) ** 2)


@pytest.mark.slow
def test_angles_are_those_of_leading_eigenvectors(setting):
    X, problem, model, _ = setting
    U = slices(model.factor)
    of_model = [leading(u @ u.conj().T) for u in U]
    L = spectral(problem)
    assert np.linalg.eigvalsh(L).min() < -0.1, "L is indefinite, as in the paper"
    found = observers.angle_to_spectral_tensor(problem, RANK)(0.0, model, problem)
    np.testing.assert_allclose(found, sine([leading(one) for one in L], of_model), rtol=1e-9)
    found = observers.angle_to_truth(problem.truth, RANK)(0.0, model, problem)
    truth = [np.linalg.qr(x)[0] for x in slices(X)]
    np.testing.assert_allclose(found, sine(truth, of_model), rtol=1e-9)


@pytest.mark.parametrize("steps", [0, 1, 40])
def test_the_power_iterate_is_that_of_steps(setting, steps):
    _, problem, model, start = setting
    L = spectral(problem)
    U = slices(start.factor)
    for _ in range(steps):
        U = U + 2 * ETA * L @ U
    expected = sine(
        [leading(one) for one in L],
        [np.linalg.svd(u, full_matrices=False)[0][:, :RANK] for u in U],
    )
    observer = observers.power_iterate_angle(problem, start, ETA, RANK)
    found = observer(jnp.asarray(ETA * steps), model, problem)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_power_iterate_ends_in_the_leading_subspace(setting):
    """Where it would overflow by far, and where one direction would drown the others."""
    _, problem, model, start = setting
    observer = observers.power_iterate_angle(problem, start, ETA, RANK)
    angles = [float(observer(jnp.asarray(t), model, problem)) for t in (0.5, 2.0, 1e3, 1e9)]
    assert angles[0] > angles[1] > angles[2]
    assert angles[2] < 1e-7
    assert angles[3] < 1e-7


def test_the_error_of_a_tube_is_taken_before_the_transform(setting):
    X, problem, model, _ = setting
    tubes = []
    for factor in (model.factor, X):
        spectra = np.linalg.svd(slices(factor), compute_uv=False)[:, RANK - 1]
        tubes.append(np.fft.ifft(spectra).real)
    expected = np.linalg.norm(tubes[0] - tubes[1]) / np.linalg.norm(tubes[1])
    found = observers.tube_error(problem.truth, RANK)(0.0, model, problem)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    exact = observers.tube_error(problem.truth, RANK)(0.0, SymmetricTubal(jnp.asarray(X)), problem)
    np.testing.assert_allclose(exact, 0, atol=1e-7)


def test_ranks_norms_and_spectra(setting):
    _, problem, model, _ = setting
    spectra = np.linalg.svd(slices(model.factor), compute_uv=False)
    half = np.sort(observers.factor_spectrum(0.0, model, problem), axis=0)
    np.testing.assert_allclose(half, np.sort(spectra, axis=0), rtol=1e-9)
    truth = Direct(problem.truth)
    assert float(observers.tubal_rank()(0.0, truth, problem)) == RANK
    total = np.sum(np.linalg.svd(slices(problem.truth), compute_uv=False))
    for observer, expected in (
        (observers.tensor_nuclear_norm("sum"), total),
        (observers.tensor_nuclear_norm("mean"), total / TUBE),
    ):
        np.testing.assert_allclose(observer(0.0, truth, problem), expected, rtol=1e-9)
    assert float(observers.tubal_rank(Cosine(), 0.5)(0.0, truth, problem)) <= SIDE


def test_what_they_refuse(setting):
    _, problem, _, start = setting
    for rank in (0, SIDE):
        for make in (
            lambda rank=rank: observers.angle_to_spectral_tensor(problem, rank),
            lambda rank=rank: observers.angle_to_truth(problem.truth, rank),
            lambda rank=rank: observers.power_iterate_angle(problem, start, ETA, rank),
        ):
            with pytest.raises(ValueError, match=rf"rank {rank} is not in 1\.\.4"):
                make()
    with pytest.raises(ValueError, match=r"tube_error: rank 6 is not in 1\.\.5"):
        observers.tube_error(problem.truth, 6)
    with pytest.raises(ValueError, match="reads the factor U of SymmetricTubal, not Direct"):
        observers.factor_spectrum(0.0, Direct(problem.truth), problem)
