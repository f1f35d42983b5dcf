"""What the noisy tubal experiment draws and starts from, by other roads."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import t_outer
from tacit.experiments import find
from tacit.experiments._tubal.runs import Sizes
from tacit.experiments.liu2026_noise.run import draw_split, find_spectral_start


def split(config, noise):
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    return draw_split(config, sizes, jnp.asarray(noise), key=jax.random.key(3))


@pytest.mark.parametrize("width", [1, 3, 6])
def test_the_spectral_start_is_the_best_positive_part_of_that_rank(width):
    """Slice by slice with numpy, of the tubal-symmetric part of A* y."""
    config = replace(find("liu2026_noise").configure("smoke"), side=6, tube=4)
    problem = split(config, 0.2).train
    U = find_spectral_start(problem, jnp.asarray(width))
    slices = np.fft.fft(np.asarray(problem.operator.adjoint(problem.y)), axis=-1)
    best = np.empty_like(slices)
    for at in range(slices.shape[-1]):
        hermitian = (slices[..., at] + slices[..., at].conj().T) / 2
        values, vectors = np.linalg.eigh(hermitian)
        leading, kept = vectors[:, ::-1][:, :width], np.maximum(values[::-1][:width], 0)
        best[..., at] = leading * kept @ leading.conj().T
    np.testing.assert_allclose(t_outer(U, U), np.fft.ifft(best, axis=-1).real, atol=1e-10)
    assert not np.asarray(U)[:, width:].any()


def test_noise_has_the_norm_that_is_asked_for_and_no_measurement_is_in_both_parts():
    config = replace(find("liu2026_noise").configure("smoke"), measurements=4_000, held_out=0.25)
    noisy = split(config, 0.3)
    assert (noisy.apart.operator.size, noisy.train.operator.size) == (1_000, 3_000)
    truth = noisy.train.truth
    assert truth is not None
    errors = [part.y - part.operator.mv(truth) for part in (noisy.train, noisy.apart)]
    size = np.linalg.norm(truth)
    assert np.linalg.norm(np.concatenate(errors)) / size == pytest.approx(0.3, rel=0.04)
    clean = split(config, 0.0)
    np.testing.assert_allclose(clean.train.operator.mv(truth), clean.train.y, atol=1e-10)


@pytest.mark.parametrize(("side", "tube", "rank"), [(5, 3, 2), (4, 4, 1), (6, 1, 2), (5, 2, 3)])
def test_degrees_of_freedom_are_the_rank_of_the_derivative(side, tube, rank):
    config = replace(
        find("liu2026_noise").configure("smoke"),
        side=side,
        tube=tube,
        rank=rank,
        widths=(rank, rank + 1),
    )
    U = jax.random.normal(jax.random.key(0), (side, rank, tube), jnp.float64)
    derivative = np.asarray(jax.jacobian(lambda U: t_outer(U, U).ravel())(U))
    assert np.linalg.matrix_rank(derivative.reshape(-1, U.size), tol=1e-9) == config.freedom


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": "2,4"}, "widths must be the rank, 1"),
        ({"widths": "1"}, "widths must be the rank, 1"),
        ({"noises": "0.1"}, "noises must have at least two"),
        ({"noises": "0.3,0.1"}, "smallest first"),
        ({"held_out": "0.01"}, "two measurements or more"),
        ({"held_out": "1"}, "between 0 and 1"),
        ({"measurements": "20"}, "more than the degrees of freedom, 23"),
        ({"records": "2"}, "records must be at least 4"),
    ],
)
def test_settings_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        find("liu2026_noise").configure("smoke", overrides=change)
