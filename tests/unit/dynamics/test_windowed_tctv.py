"""WindowedTCTV: its proximal map by loops, the convex case by cvxpy, symmetries, refusals."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra.differences import difference, difference_adjoint, solve_differences
from tacit.algebra.windows import share_left, shrink_windows, window_shifts
from tacit.dynamics import WindowedTCTV
from tacit.models import Deep, Direct
from tacit.operators import Entries, TensorEntries
from tacit.problems import Problem, Smoothness

SHAPE = (6, 5, 2)
CONVEX = {"depth": 2.0, "window": 6, "penalty": 1.0, "growth": 1.0}


def tensor(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def seen_in(shape, seed=1, fraction=0.6):
    return np.random.default_rng(seed).random(shape) < fraction


def problem_of(T, seen, dtype=jnp.float64):
    return Problem(TensorEntries.from_mask(seen, dtype), jnp.asarray(T[seen], dtype))


@eqx.filter_jit
def _advanced(rule, problem, model, state, gap):
    return rule.advance(problem, model, state, gap)


def solved(rule, problem, steps=20):
    """Model array and state after steps from zero."""
    model = Direct.zeros(problem.operator.shape, problem.y.dtype)
    state = rule.init(problem, model)
    model, state = _advanced(rule, problem, model, state, jnp.asarray(steps))
    return np.asarray(model.array), state


# The proximal map.


def cosines(n):
    """The orthonormal cosine transform by its definition."""
    row, place = np.mgrid[:n, :n]
    waves = np.cos(np.pi * row * (2 * place + 1) / (2 * n))
    return np.where(row, math.sqrt(2 / n), math.sqrt(1 / n)) * waves


def mixed(V, matrix, axis):
    return np.moveaxis(np.moveaxis(V, axis, -1) @ matrix.T, -1, axis)


def looped(V, side, window, shifts, factor):
    """Window by window, frequency by frequency, by numpy's SVD."""
    sides = V.shape[1:]
    lengths = [min(window, n) for n in sides]
    counts = [math.ceil(n / b) for n, b in zip(sides, lengths, strict=True)]
    padded = np.zeros((V.shape[0], *(b * c for b, c in zip(lengths, counts, strict=True))))
    padded[tuple(map(slice, V.shape))] = V
    axes = tuple(range(1, V.ndim))
    moved = np.roll(padded, shifts, axes)
    for corner in np.ndindex(*counts):
        place = tuple(slice(i * b, i * b + b) for i, b in zip(corner, lengths, strict=True))
        block = moved[:, *place]
        tubes = [mode for mode in range(len(sides)) if mode != side]
        for mode in tubes:
            block = mixed(block, cosines(lengths[mode]), mode + 1)
        block = np.moveaxis(block, side + 1, 1)
        for frequency in np.ndindex(block.shape[2:]):
            U, s, Vt = np.linalg.svd(block[:, :, *frequency], full_matrices=False)
            block[:, :, *frequency] = (U * (s * factor(s))) @ Vt
        block = np.moveaxis(block, 1, side + 1)
        for mode in tubes:
            block = mixed(block, cosines(lengths[mode]).T, mode + 1)
        moved[:, *place] = block
    return np.roll(moved, [-shift for shift in shifts], axes)[tuple(map(slice, V.shape))]


@pytest.mark.parametrize(
    ("shape", "side", "window", "shifts"),
    [
        ((3, 6, 5), 0, 4, (1, 3)),
        ((3, 6, 5), 1, 4, (2, 0)),
        ((1, 6, 5), 1, 9, (0, 0)),
        ((2, 4, 3, 5), 1, 3, (2, 0, 1)),
        ((2, 5), 0, 2, (1,)),
    ],
    ids=str,
)
def test_windows_are_shrunk_as_by_loops(shape, side, window, shifts):
    V = tensor(shape)

    def factor(spectrum):
        return 1 / (1 + spectrum)

    found = jax.jit(lambda V: shrink_windows(V, side, window, jnp.asarray(shifts), factor))(V)
    wanted = looped(V, side, window, shifts, factor)
    assert np.linalg.norm(wanted - V) > 0.1
    np.testing.assert_allclose(found, wanted, atol=1e-11)


SPECTRUM = np.linspace(0, 4, 401)


_share_left = jax.jit(share_left)


def shrunk(depth, threshold=0.6, corner=0.2, spectrum=SPECTRUM):
    scalars = (jnp.asarray(value) for value in (threshold, corner, depth))
    return np.asarray(_share_left(jnp.asarray(spectrum), *scalars)) * spectrum


def test_depth_two_is_soft_thresholding():
    """The nuclear norm's, whatever the corner."""
    np.testing.assert_allclose(shrunk(2.0), np.maximum(SPECTRUM - 0.6, 0), atol=1e-15)


@pytest.mark.parametrize("depth", [3.0, 4.0, math.inf])
def test_what_is_left_is_the_larger_stationary_point_or_nothing(depth):
    """By a fine table of σ⁺ + τ φ'(σ⁺), whose least value no smaller σ attains."""
    found = shrunk(depth)
    table = np.geomspace(1e-4, 8, 200_000)
    image = table + 0.6 * (table / 0.2) ** (2 / depth - 1)
    lowest = image.argmin()
    roots = np.interp(SPECTRUM, image[lowest:], table[lowest:])
    rooted = image[lowest] <= SPECTRUM
    assert (np.diff(found) >= -1e-12).all()
    assert (found[rooted] >= roots[rooted] - 1e-4).all()
    assert (found[found > 0] >= table[lowest] - 1e-4).all()
    np.testing.assert_allclose(
        found[1.5 * image[lowest] < SPECTRUM], roots[1.5 * image[lowest] < SPECTRUM], atol=0.01
    )
    assert (found[image[lowest] / 2 > SPECTRUM] == 0).all()
    assert 0.3 < image[lowest] < 1.5


def test_shares_know_no_scale():
    one, other = shrunk(5.0), shrunk(5.0, 0.6e-6, 0.2e-6, 1e-6 * SPECTRUM)
    np.testing.assert_allclose(1e-6 * one, other, rtol=1e-9, atol=1e-15)


def test_grids_move_along_every_side_with_more_than_one_window():
    steps = np.asarray(
        jax.jit(jax.vmap(lambda step: window_shifts(step, (9, 4, 9), 4)))(jnp.arange(40))
    )
    assert set(steps[:, 0]) == set(steps[:, 2]) == set(range(4))
    assert (steps[:, 1] == 0).all()
    assert (steps[:, 0] != steps[:, 2]).any()


# Differences.


def test_differences_have_their_adjoint_and_inverse():
    directions = (0, 1, 1)

    @jax.jit
    def both(X, V):
        found = solve_differences(V, directions)
        parts = [difference_adjoint(difference(found, d), d) for d in directions]
        fields = [difference(X, d) for d in (0, 1)]
        return found + sum(parts), fields, [difference_adjoint(V, d) for d in (0, 1)]

    X, V = tensor((2, 4, 3)), tensor((2, 4, 3), seed=5)
    back, fields, adjoints = both(jnp.asarray(X), jnp.asarray(V))
    np.testing.assert_allclose(back, V, atol=1e-12)
    for d, (field, adjoint) in enumerate(zip(fields, adjoints, strict=True)):
        np.testing.assert_allclose(
            field, np.diff(X, axis=d + 1, append=np.take(X, [-1], d + 1)), atol=1e-15
        )
        np.testing.assert_allclose(np.sum(field * V), np.sum(X * adjoint))


# The rule.


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_at_depth_two_it_is_the_convex_minimum(noise):
    """One window over all; windows that are alone keep their place."""
    cvxpy = pytest.importorskip("cvxpy")
    T, seen = tensor((4, 3, 2)), seen_in((4, 3, 2))
    X, state = solved(WindowedTCTV(**CONVEX, noise=noise), problem_of(T, seen), 2000)
    scale = np.sqrt(np.mean(T[seen] ** 2))
    places = np.arange(24).reshape(4, 3, 2)

    def objective(entries, norm):
        total = 0
        for d in (0, 1):
            ahead = np.minimum(np.arange(T.shape[d]) + 1, T.shape[d] - 1)
            field = entries[np.take(places, ahead, d).ravel()] - entries
            for side in (0, 1):
                # Slices side × channel, one for each row of the cosines along the other side.
                turned = np.moveaxis(places, 1 - side, 0)
                for row in cosines(len(turned)):
                    mixed = sum(w * field[at.ravel()] for w, at in zip(row, turned, strict=True))
                    total = total + norm(mixed, turned.shape[1:]) / 4
        return total

    x = cvxpy.Variable(24)
    norm = objective(x, lambda v, shape: cvxpy.normNuc(cvxpy.reshape(v, shape, order="C")))
    away = x[np.flatnonzero(seen)] - T[seen]
    if noise:
        misfit = cvxpy.sum_squares(away) / (2 * noise * scale)
        convex = cvxpy.Problem(cvxpy.Minimize(norm + misfit))
    else:
        convex = cvxpy.Problem(cvxpy.Minimize(norm), [away == 0])
    convex.solve(solver=cvxpy.CLARABEL)
    value = objective(X.ravel(), lambda v, shape: np.linalg.norm(v.reshape(shape), "nuc"))
    np.testing.assert_allclose(value, norm.value, rtol=1e-6)
    # The duals attain the norms, which says that those are weighed as in the objective.
    fields = [np.diff(X, axis=d, append=np.take(X, [-1], d)) for d in (0, 0, 1, 1)]
    np.testing.assert_allclose(np.sum(np.stack(state.duals) * np.stack(fields)), value, rtol=1e-6)
    np.testing.assert_allclose(X.ravel(), x.value, atol=1e-3)


RULE = WindowedTCTV(window=4)


@pytest.fixture(scope="module")
def answer():
    """An answer in float64 that several tests compare with."""
    T, seen = tensor(), seen_in(SHAPE)
    return T, seen, solved(RULE, problem_of(T, seen))[0]


def test_data_are_met_after_every_step_and_in_float32(answer):
    T, seen, X = answer
    single = problem_of(T, seen, jnp.float32)
    for steps in (1, 2, 20):
        found, state = solved(RULE, single, steps)
        np.testing.assert_array_equal(found[seen], T[seen].astype(np.float32))
    assert found.dtype == np.float32
    assert int(state.clock.step) == 20
    np.testing.assert_allclose(found, X, atol=1e-3)


def test_long_past_its_rest_it_is_still_finite(answer):
    T, seen, _ = answer
    rested, _ = solved(RULE, problem_of(T, seen, jnp.float32), 150)
    X, state = solved(RULE, problem_of(T, seen, jnp.float32), 2000)
    assert np.isfinite(state.penalty)
    np.testing.assert_allclose(X, rested, atol=1e-2)


def test_scaled_data_have_scaled_answers(answer):
    T, seen, X = answer
    large, _ = solved(RULE, problem_of(1e6 * T, seen))
    np.testing.assert_allclose(large, 1e6 * X, rtol=1e-9, atol=1e-3)
    nothing, _ = solved(RULE, problem_of(0 * T, seen))
    np.testing.assert_array_equal(nothing, 0)


def test_weights_of_zero_are_holes(answer):
    T, seen, X = answer
    more = problem_of(T, np.ones(SHAPE, bool))
    weights = jnp.asarray(seen.ravel(), jnp.float64)
    weighed = eqx.tree_at(lambda p: p.weights, more, weights, is_leaf=lambda leaf: leaf is None)
    np.testing.assert_allclose(solved(RULE, weighed)[0], X, atol=1e-10)


def test_modes_have_no_order_and_channels_may_have_several(answer):
    T, seen, X = answer
    turned = [A.transpose(1, 2, 0)[:, None] for A in (T, seen)]
    found, _ = solved(WindowedTCTV(window=4, directions=(3, 0)), problem_of(*turned))
    np.testing.assert_allclose(found, X.transpose(1, 2, 0)[:, None], atol=1e-10)


def test_a_film_that_does_not_move_is_found_from_its_frames():
    """Three directions, no channels: what one frame lacks, others have."""
    frame = tensor((5, 4, 1))
    T = np.repeat(frame, 12, 2)
    seen = seen_in(T.shape, fraction=0.5)
    X, _ = solved(WindowedTCTV(window=4, directions=(0, 1, 2)), problem_of(T, seen), 150)
    np.testing.assert_allclose(X, T, atol=1e-2)


@pytest.mark.parametrize("batch", [0, 2])
def test_slices_of_a_batch_are_tensors_of_their_own(batch):
    """Each as it is alone, in the same scale, though one is much larger than the others."""
    tensors = [size * tensor(seed=seed) for seed, size in enumerate((1.0, 30.0, 1.0))]
    masks = [seen_in(SHAPE, seed=seed) for seed in range(3)]
    directions = tuple(np.delete(np.arange(4), batch)[:2].tolist())
    together = problem_of(np.stack(tensors, batch), np.stack(masks, batch))
    rule = WindowedTCTV(window=4, directions=directions, batch=batch, scale=2.0)
    found, _ = solved(rule, together)
    for number, (T, seen) in enumerate(zip(tensors, masks, strict=True)):
        alone, _ = solved(WindowedTCTV(window=4, scale=2.0), problem_of(T, seen))
        np.testing.assert_allclose(np.take(found, number, batch), alone, atol=1e-9)


def test_the_scale_is_that_of_the_data_unless_given(answer):
    T, seen, X = answer
    size = float(np.sqrt(np.mean(T[seen] ** 2)))
    found, _ = solved(WindowedTCTV(window=4, scale=size), problem_of(T, seen))
    np.testing.assert_allclose(found, X, atol=1e-10)
    other, _ = solved(WindowedTCTV(window=4, scale=10 * size), problem_of(T, seen))
    assert np.abs(other - X).max() > 1e-3


# Refusals.


def refused(rule, match, problem=None, model=None):
    problem = problem_of(tensor(), seen_in(SHAPE)) if problem is None else problem
    model = Direct.zeros(problem.operator.shape, jnp.float64) if model is None else model
    with pytest.raises(ValueError, match=match):
        rule.init(problem, model)


def test_refusals_of_problems():
    problem = problem_of(tensor(), seen_in(SHAPE))
    refused(RULE, "moves Direct models, not Deep", model=Deep.zeros((4, 3), depth=2, width=3))
    smooth = Problem(problem.operator, problem.y, penalty=Smoothness(0.1, jnp.sum))
    refused(RULE, "without penalty", smooth)
    halves = Problem(problem.operator, problem.y, weights=0.5 * jnp.ones_like(problem.y))
    refused(RULE, "weights are 0, not observed, or 1", halves)
    matrix = Problem(Entries([0], [0], (2, 2), jnp.float64), jnp.ones(1))
    refused(RULE, "TensorEntries, not Entries", matrix)
    refused(WindowedTCTV(directions=(0, 3)), r"among the modes 0\.\.2")


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"depth": 1.5}, "depth must be at least 2, got 1.5"),
        ({"depth": math.nan}, "depth must be at least 2"),
        ({"window": 1}, "window must be at least 2, got 1"),
        ({"directions": ()}, "at least one"),
        ({"directions": (1, 1)}, "each once"),
        ({"directions": (0, 1), "batch": 1}, "each once"),
        ({"directions": (), "batch": 1}, "at least one"),
        ({"penalty": 0.0}, "penalty must be positive"),
        ({"growth": 0.9}, "growth must be at least 1"),
        ({"noise": -1.0}, "noise must not be negative"),
    ],
    ids=str,
)
def test_refusals_of_settings(settings, match):
    with pytest.raises(ValueError, match=match):
        WindowedTCTV(**settings)
