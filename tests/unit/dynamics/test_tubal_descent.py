"""Descent in slices is descent, and its coordinates are an isometry."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import Cosine, Fourier, Linear, t_transpose
from tacit.algebra.transforms import apart, together
from tacit.algebra.tubal_symmetric import SymmetricCoordinates
from tacit.dynamics import GradientDescent, TubalDescent
from tacit.models import Deep, SymmetricTubal
from tacit.problems import MeanSquared, Problem, tubal_sensing

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


CASES = {
    "wide": ((4,), 5, Fourier()),
    "narrow": ((4,), 2, Fourier()),
    "odd tubes": ((5,), 3, Fourier()),
    "tubes of one": ((1,), 6, Fourier()),
    "cosine": ((3,), 4, Cosine()),
    "two tube modes": ((2, 3), 4, Fourier()),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_gradient_descent(name):
    tubes, width, transform = CASES[name]
    truth = draw((3, 3, *tubes))
    problem = tubal_sensing(truth, 12, transform=transform, noise=0.1, key=jax.random.key(0))
    start = SymmetricTubal(0.3 * draw((3, width, *tubes), 1), transform)

    def ended(rule):
        return rule.advance(problem, start, rule.init(problem, start), 20)[0].factor

    plain, sliced = jax.jit(lambda: (ended(GradientDescent(0.01)), ended(TubalDescent(0.01))))()
    assert np.linalg.norm(plain - start.factor) > 0.1
    np.testing.assert_allclose(sliced, plain, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_coordinates_are_an_isometry(name):
    tubes, _, transform = CASES[name]
    coordinates = SymmetricCoordinates(3, tubes, transform)
    classes = transform.classes(tubes)
    T, other = (draw((3, 3, *tubes), seed) for seed in (2, 3))
    T, other = ((A + t_transpose(A, transform)) / 2 for A in (T, other))
    z, w = (coordinates.read(apart(transform.forward(A), classes)) for A in (T, other))
    assert z.size == 6 * classes.real.size + 9 * classes.paired.size
    np.testing.assert_allclose(jnp.vdot(z, w), jnp.vdot(T, other), rtol=1e-12)
    back = transform.inverse(together(coordinates.form(z), classes), tubes)
    np.testing.assert_allclose(back, T, atol=1e-12)


def test_the_printed_setting_has_210_dimensions():
    assert SymmetricCoordinates(10, (4,), Fourier()).chosen.size == 210


def test_what_it_refuses():
    truth = draw((3, 3, 4))
    problem = tubal_sensing(truth, 12, key=jax.random.key(0))
    start = SymmetricTubal(draw((3, 3, 4)))
    with pytest.raises(ValueError, match="step must be positive"):
        TubalDescent(0.0)
    with pytest.raises(ValueError, match="moves SymmetricTubal, not Deep"):
        TubalDescent(0.1).init(problem, Deep((draw((3, 3)),)))
    for other in (
        Problem(problem.operator, problem.y, MeanSquared()),
        Problem(problem.operator, problem.y, weights=jnp.ones(12)),
        Problem(problem.operator, problem.y, penalty=jnp.sum),
    ):
        with pytest.raises(ValueError, match="LeastSquares, no weights and no penalty"):
            TubalDescent(0.1).init(other, start)
    skew = Linear(np.array([[1.0, 2.0], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="c I"):
        TubalDescent(0.1).init(
            tubal_sensing(truth[..., :2], 4, transform=skew, key=jax.random.key(0)),
            SymmetricTubal(draw((3, 3, 2)), skew),
        )
