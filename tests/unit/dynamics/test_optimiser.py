"""Rules of optax as dynamics, and the two that optax does not have, against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import scipy.linalg

from tacit.dynamics import GradientDescent, Optimiser
from tacit.experiments.singh2026_optimisers.rules import (
    BETA,
    EPSILON,
    SLOW,
    scale_by_shampoo,
    scale_by_shared_adam,
)
from tacit.models import Deep
from tacit.problems import sensing


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


PROBLEM = sensing(draw((5, 4)), 12, 0.2, key=jax.random.key(1))
START = Deep((draw((3, 4), 1), draw((5, 3), 2)))


def moved(rule, count):
    return jax.jit(lambda: rule.advance(PROBLEM, START, rule.init(PROBLEM, START), count))()


def slopes(factors):
    model = Deep(tuple(map(jnp.asarray, factors)))
    return [np.asarray(part) for part in jax.grad(PROBLEM.objective)(model).factors]


def test_momentum_of_optax_is_heavy_ball_descent():
    ours, _ = moved(GradientDescent(0.02, 0.8), 9)
    theirs, state = moved(Optimiser(optax.sgd(1.0, momentum=0.8), 0.02), 9)
    for one, other in zip(ours.factors, theirs.factors, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    assert int(state.clock.step) == 9
    np.testing.assert_allclose(state.clock.time, 0.18)


def test_shared_adam_is_the_numpy_loop():
    factors, second = [np.asarray(W) for W in START.factors], 0.0
    first = [np.zeros_like(W) for W in factors]
    for k in range(1, 7):
        slope = slopes(factors)
        first = [BETA * m + (1 - BETA) * g for m, g in zip(first, slope, strict=True)]
        mean = np.mean(np.concatenate([g.ravel() for g in slope]) ** 2)
        second = SLOW * second + (1 - SLOW) * mean
        root = np.sqrt(second / (1 - SLOW**k)) + EPSILON
        factors = [W - 0.1 * m / (1 - BETA**k) / root for W, m in zip(factors, first, strict=True)]
    model, _ = moved(Optimiser(optax.chain(scale_by_shared_adam(), optax.scale(-1.0)), 0.1), 6)
    for found, expected in zip(model.factors, factors, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_shampoo_is_the_numpy_loop_with_powers_of_matrices():
    factors = [np.asarray(W) for W in START.factors]
    sums = [[EPSILON * np.eye(side) for side in W.shape] for W in factors]
    for _ in range(4):
        slope, after = slopes(factors), []
        for W, G, sides in zip(factors, slope, sums, strict=True):
            for side, outer in zip((0, 1), (G @ G.T, G.T @ G), strict=True):
                sides[side] = SLOW * sides[side] + (1 - SLOW) * outer
            left, right = (np.real(scipy.linalg.fractional_matrix_power(S, -0.25)) for S in sides)
            after.append(W - 0.05 * left @ G @ right)
        factors = after
    model, _ = moved(Optimiser(optax.chain(scale_by_shampoo(), optax.scale(-1.0)), 0.05), 4)
    for found, expected in zip(model.factors, factors, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_step_that_does_not_descend_is_refused():
    with pytest.raises(ValueError, match="step must be positive"):
        Optimiser(optax.sgd(1.0), 0.0)
