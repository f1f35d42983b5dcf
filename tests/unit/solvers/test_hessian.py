"""Both ends of the Hessian's spectrum: dense against Lanczos, and against closed forms."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.models import Deep, SpectralNetwork, Symmetric
from tacit.problems import (
    Huber,
    LeastSquares,
    MeanSquared,
    Problem,
    completion,
    full_observation,
    sensing,
)
from tacit.solvers import hessian_extremes

from ._saddles import SPECTRUM, frames, matrix, saddle_at

# What they compile is long, and what they check changes seldom.
pytestmark = pytest.mark.slow

KEY = jax.random.key(3)


def deep(depth, scale=1.0, seed=0):
    return Deep.initialise(
        (6, 5), depth=depth, init_scale=scale, dtype=jnp.float64, key=jax.random.key(seed)
    )


def single(tree):
    return jax.tree.map(
        lambda leaf: leaf.astype(jnp.float32) if eqx.is_inexact_array(leaf) else leaf, tree
    )


CASES = {
    "depth 1": lambda: (full_observation(matrix()), deep(1)),
    "depth 2": lambda: (full_observation(matrix()), deep(2)),
    "depth 3": lambda: (full_observation(matrix(), MeanSquared()), deep(3)),
    "depth 4": lambda: (full_observation(matrix(), Huber(1.0)), deep(4)),
    "completion": lambda: (completion(matrix(), 18, LeastSquares(), key=KEY), deep(3)),
    "sensing": lambda: (sensing(matrix(), 18, 0.5, key=KEY), deep(2)),
    "symmetric": lambda: (
        full_observation(matrix() @ matrix().T),
        Symmetric.initialise(6, init_scale=1.0, dtype=jnp.float64, key=KEY),
    ),
    "origin": lambda: (full_observation(matrix()), saddle_at((), 2)),
    "saddle": lambda: (full_observation(matrix()), saddle_at((1,), 3)),
    "minimum": lambda: (full_observation(matrix()), saddle_at((0, 1, 2), 2)),
    "network": lambda: (
        full_observation(matrix()),
        SpectralNetwork.identity((6, 5), [2, 2], init_scale=1.0, dtype=jnp.float64, key=KEY),
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n == "network")) for n in CASES]
)
def test_lanczos_agrees_with_the_dense_hessian(name):
    problem, model = CASES[name]()
    dense = hessian_extremes(problem, model, negatives=40)
    found = hessian_extremes(problem, model, negatives=40, dense=0)
    for end in ("smallest", "largest"):
        value, error = getattr(found, end), getattr(found, end + "_error")
        assert abs(value - getattr(dense, end)) <= 1e-9 * dense.norm
        assert error <= 1e-6 * dense.norm
    assert (found.negatives, found.counted) == (dense.negatives, dense.counted)
    assert found.products != dense.products
    # The direction has the curvature stated: a second difference of the gradient along it.
    gradient = eqx.filter_grad(problem.objective)
    for extremes in (dense, found):
        way = eqx.filter(extremes.direction, eqx.is_inexact_array)
        _, image = eqx.filter_jit(eqx.filter_jvp)(gradient, (model,), (way,))
        curvature = sum(
            jnp.sum(a * b)
            for a, b in zip(jax.tree.leaves(way), jax.tree.leaves(image), strict=True)
        )
        np.testing.assert_allclose(curvature, dense.smallest, atol=1e-9 * dense.norm)
        np.testing.assert_allclose(
            sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(way)), 1, rtol=1e-9
        )


@pytest.mark.parametrize("learnt", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("depth", [2, 3])
def test_index_of_a_saddle_is_the_closed_form(depth, learnt):
    """A value not learnt is pulled along each learnt, smaller one; for N = 2 along idle ones too.

    The curvature is σ_k^{(N−2)/N} (σ_k − σ_i), or −σ_i where the width is idle.
    """
    found = hessian_extremes(
        full_observation(matrix()), saddle_at(learnt, depth), negatives=60, dense=0
    )
    missing = [i for i in range(3) if i not in learnt]
    pulls = [
        SPECTRUM[k] ** ((depth - 2) / depth) * (SPECTRUM[k] - SPECTRUM[i])
        for i in missing
        for k in learnt
        if k > i
    ]
    if depth == 2:
        pulls += [-SPECTRUM[i] for i in missing for _ in range(5 - len(learnt))]
    assert found.counted
    assert found.negatives == len(pulls)
    np.testing.assert_allclose(found.smallest, min([0.0, *pulls]), atol=1e-8)


@pytest.mark.parametrize("dense", [0, 600])
def test_a_limit_on_the_count_says_at_least(dense):
    problem, origin = full_observation(matrix()), saddle_at((), 2)
    some = hessian_extremes(problem, origin, negatives=4, dense=dense)
    assert (some.negatives, some.counted) == (4, False)
    none = hessian_extremes(problem, origin, negatives=0, dense=dense)
    assert (none.negatives, none.counted) == (0, False)
    coarse = hessian_extremes(problem, origin, negatives=40, threshold=0.5, dense=dense)
    assert (coarse.negatives, coarse.counted) == (10, True)


@pytest.mark.parametrize("dense", [0, 600])
def test_single_precision_states_its_error(dense):
    problem, model = full_observation(matrix()), deep(3)
    rounded = full_observation(problem.truth.astype(jnp.float32))
    exact = hessian_extremes(problem, model)
    found = hessian_extremes(rounded, single(model), dense=dense)
    assert abs(found.smallest - exact.smallest) <= found.smallest_error < 1e-4 * exact.norm
    assert abs(found.largest - exact.largest) <= found.largest_error < 1e-4 * exact.norm


def test_a_flat_point():
    """Where the Hessian is zero both roads say so, and nothing is negative."""
    problem, origin = full_observation(matrix()), saddle_at((), 3)
    for dense in (0, 600):
        found = hessian_extremes(problem, origin, dense=dense)
        assert (found.smallest, found.largest, found.norm) == (0, 0, 0)
        assert (found.negatives, found.counted) == (0, True)


@pytest.mark.slow
def test_a_hundred_thousand_parameters():
    U, V = frames(250, 200)
    truth = jnp.asarray((U[:, :3] * [5.0, 3.0, 1.0]) @ V[:, :3].T)
    root = np.sqrt([5.0, 3.0])
    right, left = np.zeros((200, 200)), np.zeros((250, 200))
    right[:2], left[:, :2] = root[:, None] * V[:, :2].T, root * U[:, :2]
    model = Deep((jnp.asarray(right), jnp.asarray(left)))
    found = hessian_extremes(full_observation(truth), model, negatives=3)
    np.testing.assert_allclose([found.smallest, found.largest], [-1, 10], rtol=1e-8)
    assert (found.negatives, found.counted) == (3, False)


def test_it_refuses():
    problem, model = full_observation(matrix()), deep(2)
    with pytest.raises(ValueError, match="tolerance must be between 0 and 1"):
        hessian_extremes(problem, model, tolerance=0.0)
    with pytest.raises(ValueError, match="threshold must be between 0 and 1"):
        hessian_extremes(problem, model, threshold=2.0)
    with pytest.raises(ValueError, match="must not be negative"):
        hessian_extremes(problem, model, negatives=-1)
    with pytest.raises(ValueError, match="gradient is infinite"):
        hessian_extremes(problem, jax.tree.map(lambda leaf: leaf * jnp.nan, model))
    with pytest.raises(ValueError, match="no parameters"):
        hessian_extremes(Problem(problem.operator, problem.y), Deep((jnp.zeros((0, 5)),)))
