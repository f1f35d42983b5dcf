"""Scaled descent against numpy, its invariance, and its indifference to conditioning."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import Linear
from tacit.dynamics import GradientDescent, ScaledDescent
from tacit.models import Deep, Direct, Tubal
from tacit.problems import full_observation, sensing


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


@jax.jit
def _formed(model):
    return model()


def moved(rule, problem, model, gap):
    """Advance in one compiled call."""
    return jax.jit(lambda: rule.advance(problem, model, rule.init(problem, model), gap)[0])()


def test_steps_are_those_of_numpy():
    problem = sensing(draw((5, 4)), 12, 0.2, key=jax.random.key(1))
    A, y = np.asarray(problem.operator.arrays), np.asarray(problem.y)
    V, U = np.asarray(draw((3, 4), 1)), np.asarray(draw((5, 3), 2))
    model, eta, damping = Deep((jnp.asarray(V), jnp.asarray(U))), 0.2, 0.1
    for _ in range(4):
        residual = np.einsum("pmn,mn->p", A, U @ V) - y
        G = np.einsum("p,pmn->mn", 2 * residual / len(y), A)
        right = np.linalg.inv(V @ V.T + damping * np.eye(3))
        left = np.linalg.inv(U.T @ U + damping * np.eye(3))
        U, V = U - eta * G @ V.T @ right, V - eta * left @ U.T @ G
    answer = moved(ScaledDescent(eta, damping), problem, model, 4)
    np.testing.assert_allclose(answer.factors[0], V, rtol=1e-10)
    np.testing.assert_allclose(answer.factors[1], U, rtol=1e-10)


def test_alternating_the_second_factor_sees_the_first_one_moved():
    problem = sensing(draw((5, 4)), 12, 0.2, key=jax.random.key(1))
    A, y = np.asarray(problem.operator.arrays), np.asarray(problem.y)
    V, U = np.asarray(draw((3, 4), 1)), np.asarray(draw((5, 3), 2))
    model, eta, damping = Deep((jnp.asarray(V), jnp.asarray(U))), 0.2, 0.1

    def slope(U, V):
        residual = np.einsum("pmn,mn->p", A, U @ V) - y
        return np.einsum("p,pmn->mn", 2 * residual / len(y), A)

    for _ in range(4):
        U = U - eta * slope(U, V) @ V.T @ np.linalg.inv(V @ V.T + damping * np.eye(3))
        V = V - eta * np.linalg.inv(U.T @ U + damping * np.eye(3)) @ U.T @ slope(U, V)
    answer = moved(ScaledDescent(eta, damping, alternating=True), problem, model, 4)
    np.testing.assert_allclose(answer.factors[0], V, rtol=1e-10)
    np.testing.assert_allclose(answer.factors[1], U, rtol=1e-10)


def blocks(T):
    """The block circulant matrix of a tensor: t-products are products of these."""
    m, n, k = T.shape
    columns = [[T[:, :, (i - j) % k] for j in range(k)] for i in range(k)]
    return np.block(columns), (m, n, k)


def unblock(matrix, shape):
    """The tensor whose block circulant matrix it is."""
    m, n, k = shape
    return np.stack([matrix[i * m : (i + 1) * m, :n] for i in range(k)], axis=2)


@pytest.mark.parametrize("alternating", [False, True])
@pytest.mark.parametrize("tube", [1, 3, 4])
def test_tubal_steps_are_those_of_block_circulant_matrices(alternating, tube):
    """No transform on this road: the t-product and its inverse are those of large matrices."""
    truth = draw((5, 4, tube))
    problem = sensing(truth, 30, 0.2, key=jax.random.key(1))
    A, y = np.asarray(problem.operator.arrays), np.asarray(problem.y)
    L, R = draw((5, 3, tube), 1), draw((4, 3, tube), 2)
    eta, damping = 0.1, 0.1

    def along(gradient, other):
        F, shape = blocks(other)
        gram = F.T @ F + damping * np.eye(F.shape[1])
        return unblock(blocks(gradient)[0] @ np.linalg.inv(gram), (*gradient.shape[:2], shape[2]))

    def slopes(L, R):
        (left, (m, _, k)), (right, (n, _, _)) = blocks(L), blocks(R)
        X = unblock(left @ right.T, (m, n, k))
        residual = np.einsum("pmnk,mnk->p", A, X) - y
        G, _ = blocks(np.einsum("p,pmnk->mnk", 2 * residual / len(y), A))
        return unblock(G @ right, L.shape), unblock(G.T @ left, R.shape)

    ours = moved(ScaledDescent(eta, damping, alternating), problem, Tubal(L, R), 3)
    L, R = np.asarray(L), np.asarray(R)
    for _ in range(3):
        of_left, of_right = slopes(L, R)
        before, L = L, L - eta * along(of_left, R)
        if alternating:
            _, of_right = slopes(L, R)
        R = R - eta * along(of_right, L if alternating else before)
    np.testing.assert_allclose(ours.left, L, rtol=1e-9)
    np.testing.assert_allclose(ours.right, R, rtol=1e-9)


def test_the_path_does_not_depend_on_how_a_matrix_is_factored():
    problem = sensing(draw((5, 4)), 12, 0.2, key=jax.random.key(1))
    V, U, R = draw((2, 4), 1), draw((5, 2), 2), jnp.asarray([[3.0, 1.0], [-1.0, 0.2]])
    twin = Deep((jnp.linalg.solve(R, V), U @ R))

    def ended(rule, model):
        return np.asarray(_formed(moved(rule, problem, model, 10)))

    scaled, plain = ScaledDescent(0.3), GradientDescent(0.03)
    np.testing.assert_allclose(ended(scaled, twin), ended(scaled, Deep((V, U))), rtol=1e-9)
    assert not np.allclose(ended(plain, twin), ended(plain, Deep((V, U))), rtol=0.1)


def error_after(rule, condition, steps, scale=None):
    """Relative error of the least direction of a rank-3 matrix, from near it or from a scale."""
    left, right = (np.linalg.qr(draw((side, 3), side))[0] for side in (8, 6))
    spectrum = np.geomspace(1, 1 / condition, 3)
    truth = jnp.asarray((left * spectrum) @ right.T)
    root = np.sqrt(spectrum)
    if scale is None:
        # Half of each singular value, split evenly.
        model = Deep((jnp.asarray((right * root).T / 2**0.5), jnp.asarray(left * root / 2**0.5)))
    else:
        model = Deep((scale**0.5 * draw((6, 6), 1), scale**0.5 * draw((8, 6), 2)))
    X = np.asarray(_formed(moved(rule, full_observation(truth), model, steps)))
    return abs(left[:, 2] @ X @ right[:, 2] - spectrum[2]) / spectrum[2]


def test_the_rate_does_not_know_the_condition_number():
    """Plain descent, of which the least direction decides, takes as many times the steps."""
    scaled = [error_after(ScaledDescent(0.4), condition, 6) for condition in (2.0, 1e4)]
    assert 0 < scaled[0] < 1e-3
    # Rounding is relative to the greatest singular value, here 1e4 times the least.
    np.testing.assert_allclose(*scaled, rtol=1e-6)
    plain = [error_after(GradientDescent(0.4), condition, 30) for condition in (2.0, 1e4)]
    assert plain[0] < 1e-2
    assert plain[1] > 0.4


def test_damping_lets_a_wide_model_start_small():
    """Width six for rank three from 1e-6: the least of a condition number of 100 is there too."""
    damped, plain = ScaledDescent(0.4, 1e-3), GradientDescent(0.4)
    assert error_after(damped, 100, 60, scale=1e-6) < 1e-2
    assert error_after(plain, 100, 60, scale=1e-6) > 0.9


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="step must be positive"):
        ScaledDescent(0)
    with pytest.raises(ValueError, match="damping must not be negative"):
        ScaledDescent(0.1, -1.0)
    with pytest.raises(ValueError, match="depth 2"):
        ScaledDescent(0.1).init(full_observation(draw((3, 3))), Direct(draw((3, 3))))
    skewed = Linear(jnp.asarray([[1.0, 0.5], [0.0, 1.0]]))
    model = Tubal(draw((3, 2, 2)), draw((3, 2, 2)), skewed)
    with pytest.raises(ValueError, match="M Mᴴ = c I"):
        ScaledDescent(0.1).init(sensing(draw((3, 3, 2)), 4, 1.0, key=jax.random.key(0)), model)
