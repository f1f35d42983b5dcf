"""The Gibbs sampler of deep linear networks, against quadrature and what is known exactly."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from tacit.experiments import find
from tacit.experiments.aoyagi2024_coefficient.sampling import (
    draw_factors,
    multiply,
    sample_energy,
)


def chains(factors, count):
    return [np.repeat(factor[None], count, axis=0) for factor in factors]


def test_one_layer_has_the_energy_of_a_normal_law():
    """d entries of precision 1 + t: t E K = d/2 · t / (1 + t)."""
    generator = np.random.default_rng(0)
    centre = chains(draw_factors((3, 4), 2, generator), 400)
    for strength in (0.5, 20.0):
        energy = sample_energy(centre, strength, 50, generator)
        assert energy.mean() == pytest.approx(6 * strength / (1 + strength), rel=0.03)


@pytest.mark.parametrize("truth", [0.0, 1.0])
def test_a_product_of_two_numbers_by_quadrature(truth):
    strength, centre = 30.0, np.sqrt(truth)

    def weight(x, y):
        misfit = strength / 2 * (x * y - truth) ** 2
        return misfit, np.exp(-misfit - ((x - centre) ** 2 + (y - centre) ** 2) / 2)

    ranges = (-7, 7, -7, 7)
    whole = dblquad(lambda x, y: weight(x, y)[1], *ranges, epsabs=1e-6)[0]
    exact = dblquad(lambda x, y: np.prod(weight(x, y)), *ranges, epsabs=1e-6)[0] / whole
    start = chains([np.full((1, 1), centre)] * 2, 500)
    energy = sample_energy(start, strength, 1_500, np.random.default_rng(1))
    assert energy[300:].mean() == pytest.approx(exact, rel=0.03)


def test_unequal_widths_by_importance_sampling():
    """Three layers of different widths: the prior's own draws, weighed."""
    generator, strength, widths = np.random.default_rng(2), 8.0, (1, 3, 2, 2)
    factors = draw_factors(widths, 1, generator)
    truth = multiply(factors, 1)
    loose = [factor + generator.standard_normal((400_000, *factor.shape)) for factor in factors]
    energy = strength / 2 * np.sum((multiply(loose, 1) - truth) ** 2, axis=(1, 2))
    weights = np.exp(-energy)
    exact = np.sum(weights * energy) / np.sum(weights)
    found = sample_energy(chains(factors, 400), strength, 600, generator)[150:].mean()
    assert found == pytest.approx(exact, rel=0.03)


def test_factors_have_the_rank_and_the_singular_values():
    factors = draw_factors((4, 5, 3, 6), 2, np.random.default_rng(3))
    assert [factor.shape for factor in factors] == [(5, 4), (3, 5), (6, 3)]
    values = np.linalg.svd(multiply(factors, 4), compute_uv=False)
    assert values[2:].max() < 1e-14
    assert 0.5 <= values[1] <= values[0] <= 2
    np.testing.assert_allclose(np.linalg.svd(factors[1])[1][:2] ** 3, values[:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nets": "3"}, "nets must be widths such as 3-2-3, got '3'"),
        ({"nets": "3-0"}, "nets must be widths"),
        ({"nets": "2-2", "ranks": "2"}, "below the least width"),
        ({"ranks": "-1,0"}, "ranks must be 0 or more"),
        ({"strengths": "1e4"}, "strengths must be two or more"),
        ({"strengths": "1e8,1e4"}, "smallest first"),
        ({"dtype": "float32"}, "lost in rounding"),
        ({"sweeps": "5"}, "sweeps must be at least 10"),
    ],
)
def test_settings_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        find("aoyagi2024_coefficient").configure("smoke", overrides=change)
