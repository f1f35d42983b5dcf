"""Variational descent against numpy, the free energy that it descends, and what it finds."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import DenseRows, RaggedRows
from tacit.dynamics import VariationalBayes, half_step, prior_precisions
from tacit.models import Direct, GaussianFactors, Gaussians
from tacit.operators import Dense, Entries
from tacit.problems import Huber, LeastSquares, Problem

SHAPE, WIDTH = (9, 7), 3
EITHER = [
    pytest.param(False, id="variances", marks=pytest.mark.slow),
    pytest.param(True, id="covariances"),
]


def draw(shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape))


def gaussians(rows, width, full, seed):
    rng = np.random.default_rng(seed)
    mean, variance = rng.standard_normal((rows, width + 1)), rng.random((rows, width + 1))
    if full:
        root = 0.5 * rng.standard_normal((rows, width + 1, width + 1))
        variance = root @ root.swapaxes(1, 2)
    return Gaussians(jnp.asarray(mean), jnp.asarray(variance))


def table(shape=SHAPE, rank=2, noise=0.5, observed=0.7, seed=0):
    """All entries in row-major order: a table of some rank with noise, weights 0 where missing."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((shape[0], rank)) @ rng.standard_normal((rank, shape[1]))
    weights = (rng.random(truth.shape) < observed) * 1.0
    rows, columns = (index.ravel() for index in np.indices(shape))
    y = (truth + noise * rng.standard_normal(shape)).ravel()
    entries = Entries(rows, columns, shape, jnp.float64)
    return truth, Problem(entries, jnp.asarray(y), weights=jnp.asarray(weights.ravel()))


def start(shape=SHAPE, width=WIDTH, full=False, noise=1.0, scale=0.3):
    return GaussianFactors.initialise(
        shape,
        width=width,
        init_scale=scale,
        noise=noise,
        full=full,
        dtype=jnp.float64,
        key=jax.random.key(1),
    )


def swept(rule, problem, model, gap):
    """Model and state after some sweeps from the start; settings are traced, as `run` does."""
    rule, gap = jax.tree.map(
        lambda x: jnp.asarray(x) if isinstance(x, bool | int | float) else x, (rule, gap)
    )
    return _swept(rule, problem, model, rule.init(problem, model), gap)


@eqx.filter_jit
def _swept(rule, problem, model, state, gap):
    return rule.advance(problem, model, state, gap)


@eqx.filter_jit
def stepped(*given, bias=True):
    return half_step(*given, bias=bias)


# Half a sweep.


def looped(problem, weights, other, prior, bias):
    """The law of the rows, one after another, from the formulas of the class."""
    rows, columns = np.asarray(problem.operator.rows), np.asarray(problem.operator.columns)
    y, mean = np.asarray(problem.y), np.asarray(other.mean)
    covariance = np.asarray(other.variance)
    if not other.is_full:
        covariance = covariance[:, :, None] * np.eye(mean.shape[1])
    means, variances, counts, misfits = [], [], [], []
    for i in range(SHAPE[0]):
        A, b = np.diag(prior), np.zeros(len(prior))
        here = [(columns[k], y[k], weights[k]) for k in np.flatnonzero(rows == i)]
        for j, value, w in here:
            v, spread = np.append(mean[j, :-1], bias), covariance[j].copy()
            spread[-1], spread[:, -1] = 0, 0
            crossed = np.append(covariance[j, -1, :-1], 0)
            A = A + w * (np.outer(v, v) + spread)
            b = b + w * ((value - mean[j, -1]) * v - crossed)
        means.append(np.linalg.solve(A, b))
        inverse = np.linalg.inv(A)
        variances.append(inverse if other.is_full else 1 / np.diag(A))
        counts.append(sum(w > 0 for *_, w in here))
        # The expected square, from the variance of the entry under both laws.
        S = inverse if other.is_full else np.diag(1 / np.diag(A))
        misfit, u = 0.0, means[-1]
        for j, value, w in here:
            v, spread = np.append(mean[j, :-1], bias), covariance[j].copy()
            joint = np.append(u[:-1], 1)
            uncertain = joint @ spread @ joint + np.trace(S[:-1, :-1] @ spread[:-1, :-1])
            misfit += w * ((value - u @ v - mean[j, -1]) ** 2 + v @ S @ v + uncertain)
        misfits.append(misfit)
    return np.array(means), np.array(variances), np.array(counts), np.array(misfits)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("full", [False, True], ids=["variances", "covariances"])
def test_half_a_sweep_is_the_loop(full, bias):
    _, problem = table()
    other, prior = gaussians(SHAPE[1], WIDTH, full, 2), np.array([0.5, 1.0, 2.0, 3.0])
    weights = np.asarray(problem.weights) * np.random.default_rng(3).random(problem.y.size)
    given = problem.y, jnp.asarray(weights), other, jnp.asarray(prior)
    found, count, misfit = stepped(DenseRows(SHAPE), *given, bias=bias)
    mean, variance, counted, squares = looped(problem, weights, other, prior, bias)
    if not bias:
        variance[(..., -1, -1) if full else (..., -1)] = 0
        assert not found.bias.any()
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.variance, variance, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(count, counted)
    np.testing.assert_allclose(misfit, squares, rtol=1e-9)
    if not full:
        entries = problem.operator
        grouped = RaggedRows.of(entries.rows, entries.columns, SHAPE[0])
        for one, two in zip(stepped(grouped, *given, bias=bias)[1:], (count, misfit), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-10)


def test_priors_are_the_likeliest_and_depth_two_shares_one():
    side, seen = gaussians(6, WIDTH, False, 4), jnp.asarray([3.0, 1, 0, 2, 5, 0])
    mean, variance = (np.asarray(part)[[0, 1, 3, 4]] for part in (side.mean, side.variance))
    moments = np.mean(mean**2 + variance, axis=0)
    np.testing.assert_allclose(prior_precisions(side, seen), 1 / moments, rtol=1e-10)
    shared = prior_precisions(side, seen, 2)
    np.testing.assert_allclose(shared[:-1], 1 / moments[:-1].mean(), rtol=1e-10)
    between = prior_precisions(side, seen, 4)
    np.testing.assert_allclose(between[:-1] ** 2, shared[:-1] / moments[:-1], rtol=1e-10)
    for found in (shared, between):
        np.testing.assert_allclose(found[-1], 1 / moments[-1], rtol=1e-10)


# The free energy.


def free_energy(problem, model, of_rows, of_columns):
    """−E log p(y | θ) + KL of both sides from their priors, without constants."""
    rows, columns = np.asarray(problem.operator.rows), np.asarray(problem.operator.columns)
    w, tau = np.asarray(problem.weights), np.asarray(model.precision)[columns]
    X, variance = (np.asarray(part.dense())[rows, columns] for part in of_law(model))
    squares = w * ((np.asarray(problem.y) - X) ** 2 + variance)
    total = np.sum(tau * squares) / 2 - np.sum(np.log(tau[w > 0])) / 2
    for side, prior in ((model.rows, of_rows), (model.columns, of_columns)):
        prior, S = np.asarray(prior), np.asarray(side.variance)
        logs = np.linalg.slogdet(S)[1] if side.is_full else np.log(S).sum(axis=1)
        moments = np.asarray(side.mean) ** 2 + np.asarray(side.marginal)
        total += (np.sum(prior * moments) - np.sum(logs) - len(S) * np.sum(np.log(prior))) / 2
    return total


@jax.jit
def of_law(model):
    return model.factored(), model.variances()


@pytest.mark.parametrize("full", [False, True], ids=["variances", "covariances"])
def test_sweeps_lower_the_free_energy(full):
    """With covariances each part of a sweep does, the turn too (Hadamard's inequality).

    With variances alone the turn, which drops what it makes of covariances, may raise it where the
    law is far from the data; along sweeps from a start like this one it does not.
    """
    _, problem = table((16, 12), noise=0.3)
    model, rule = start((16, 12), full=full), VariationalBayes()
    state = rule.init(problem, model)
    values = [free_energy(problem, model, state.of_rows, state.of_columns)]
    advance = eqx.filter_jit(rule.advance)
    for _ in range(40):
        model, state = advance(problem, model, state, jnp.asarray(1))
        values.append(free_energy(problem, model, state.of_rows, state.of_columns))
    assert np.diff(values).max() <= 1e-9 * abs(values[0])
    assert values[-1] < values[0] - 50


@pytest.mark.slow
def test_the_free_energy_may_rise_a_little_at_finite_depth():
    """The priors of depth 4 are drawn together: they are not those of least free energy."""
    _, problem = table((16, 12), noise=0.3)
    rises = {}
    for depth in (4.0, math.inf):
        rule, model = VariationalBayes(depth=depth), start((16, 12), full=True, noise=0.3, scale=1)
        state, values = rule.init(problem, model), []
        advance = eqx.filter_jit(rule.advance)
        for _ in range(150):
            model, state = advance(problem, model, state, jnp.asarray(1))
            values.append(free_energy(problem, model, state.of_rows, state.of_columns))
        rises[depth] = np.diff(values).max() / abs(values[-1])
        assert values[-1] < values[0]
    assert 0 < rises[4.0] < 1e-3
    assert rises[math.inf] < 0


@pytest.mark.parametrize("full", EITHER)
def test_the_turn_keeps_the_expectation_and_balances_both_sides(full):
    """A sweep is two half-steps and a turn: X is that of the half-steps."""
    _, problem = table()
    model, rule = start(full=full), VariationalBayes()
    ones, scaled = jnp.ones(WIDTH + 1), problem.weights * model.precision[problem.operator.columns]
    grouped = rule.init(problem, model)
    rows, *_ = stepped(grouped.by_row, problem.y, scaled, model.columns, ones)
    columns, *_ = stepped(grouped.by_column, problem.y, scaled, rows, ones)
    before = GaussianFactors(rows, columns, model.precision)
    after, state = swept(rule, problem, model, 1)
    np.testing.assert_allclose(after(), before(), rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(state.of_rows[:-1], state.of_columns[:-1], rtol=1e-6)
    assert np.all(np.diff(state.of_rows[:-1]) >= 0), "strongest first"
    if full:
        for side in (after.rows, after.columns):
            u, S = np.asarray(side.factor), np.asarray(side.variance)[:, :-1, :-1]
            moment = (u.T @ u + S.sum(axis=0)) / len(u)
            np.testing.assert_allclose(moment, np.diag(1 / state.of_rows[:-1]), atol=1e-9)


# What it finds.


def annealed(full):
    """On the grid a little noise at first, which grows slowly to what is estimated."""
    truth, problem = table((60, 40), rank=5, noise=0.5, observed=0.6)
    rule = VariationalBayes(noise_step=0.15)
    model = start((60, 40), width=10, full=full, noise=0.3, scale=0.1)
    return truth, problem, *swept(rule, problem, model, 150)


@pytest.mark.parametrize("full", EITHER)
def test_as_many_components_live_as_there_are(full):
    truth, problem, model, _ = annealed(full)
    strengths = np.asarray(model.of_factors().singular_values())
    assert np.sum(strengths > 1e-3 * strengths[0]) == 5
    hidden = np.asarray(problem.weights).reshape(60, 40) == 0
    error = np.sqrt(np.mean((np.asarray(model()) - truth)[hidden] ** 2))
    # Five components of 60 + 40 numbers each are learnt from 1440 entries of noise ½.
    assert error < 0.5
    np.testing.assert_allclose(1 / np.sqrt(model.precision), 0.5, rtol=0.1)


def test_depth_two_shares_the_priors_in_a_sweep():
    """While at infinite depth the third component of a table of rank two is switched off."""
    _, problem = table(noise=0.1, observed=0.9)
    at = start(noise=0.1, scale=1.0)
    _, shared = swept(VariationalBayes(depth=2.0), problem, at, 40)
    np.testing.assert_allclose(shared.of_rows[:-1], shared.of_rows[0], rtol=1e-10)
    _, own = swept(VariationalBayes(), problem, at, 40)
    assert own.of_rows[2] > 10 * own.of_rows[1]


@pytest.mark.slow
def test_robust_weights_resist_outliers():
    truth, problem = table((30, 20), rank=1, noise=0.1)
    far = np.random.default_rng(5).random(problem.y.size) < 0.05
    spoilt = eqx.tree_at(lambda p: p.y, problem, jnp.where(far, problem.y + 10, problem.y))
    errors = {}
    for robust in (math.inf, 1.345):
        rule = VariationalBayes(robust=robust)
        model, _ = swept(rule, spoilt, start((30, 20)), 60)
        errors[robust] = np.sqrt(np.mean((np.asarray(model()) - truth) ** 2))
    assert errors[1.345] < 0.4 * errors[math.inf]


@pytest.mark.slow
def test_each_column_may_have_a_noise_of_its_own():
    _, problem = table((200, 6), rank=1, noise=0.1, observed=1.0)
    loud = np.random.default_rng(6).standard_normal(200)
    y = problem.y.reshape(200, 6).at[:, 2].add(jnp.asarray(loud)).ravel()
    rule = VariationalBayes(own_noise=True)
    model, _ = swept(rule, eqx.tree_at(lambda p: p.y, problem, y), start((200, 6)), 30)
    noise = 1 / np.sqrt(np.asarray(model.precision))
    np.testing.assert_allclose(noise[2], 1, rtol=0.15)
    np.testing.assert_allclose(np.delete(noise, 2), 0.1, rtol=0.4)


@pytest.mark.slow
def test_the_order_of_entries_and_rows_plays_no_part():
    _, problem = table()
    seen = np.flatnonzero(problem.weights)
    problem = problem.take(seen)
    model, entries = start(), problem.operator
    expected, _ = swept(VariationalBayes(), problem, model, 5)
    rng = np.random.default_rng(7)
    order, rows = rng.permutation(len(seen)), rng.permutation(SHAPE[0])
    moved = Entries(
        np.argsort(rows)[entries.rows][order],
        np.asarray(entries.columns)[order],
        SHAPE,
        jnp.float64,
    )
    twin = Problem(moved, problem.y[order], weights=problem.weights[order])
    other = eqx.tree_at(lambda m: m.rows, model, jax.tree.map(lambda a: a[rows], model.rows))
    found, _ = swept(VariationalBayes(), twin, other, 5)
    np.testing.assert_allclose(found(), np.asarray(expected())[rows], rtol=1e-7, atol=1e-9)


def test_listed_and_dense_entries_sweep_alike_and_columns_may_go_without_bias():
    _, problem = table()
    only = {"row_bias": False, "column_bias": False}
    whole, _ = swept(VariationalBayes(**only), problem, start(), 5)
    part = problem.take(np.flatnonzero(problem.weights))
    listed, _ = swept(VariationalBayes(**only), part, start(), 5)
    np.testing.assert_allclose(listed(), whole(), rtol=1e-7, atol=1e-9)
    assert not listed.rows.bias.any()
    assert not listed.columns.bias.any()


def test_what_it_does_not_move_is_refused():
    _, problem = table()
    rule, model = VariationalBayes(), start()
    with pytest.raises(ValueError, match="depth must be at least 2, got 1"):
        VariationalBayes(depth=1)
    with pytest.raises(ValueError, match="robust must be positive"):
        VariationalBayes(robust=0.0)
    with pytest.raises(ValueError, match="GaussianFactors, not Direct"):
        rule.init(problem, Direct.zeros(SHAPE, jnp.float64))
    dense = Dense(draw((4, *SHAPE)))
    with pytest.raises(ValueError, match="observed Entries"):
        rule.init(Problem(dense, draw((4,))), model)
    huber = Problem(problem.operator, problem.y, Huber(1.0))
    penalised = Problem(problem.operator, problem.y, LeastSquares(), penalty=jnp.sum)
    for wrong in (huber, penalised):
        with pytest.raises(ValueError, match="LeastSquares loss and no penalty"):
            rule.init(wrong, model)
    part = problem.take(np.flatnonzero(problem.weights))
    with pytest.raises(ValueError, match="only where all entries of the matrix are listed"):
        rule.init(part, start(full=True))
    with pytest.raises(ValueError, match="call `init` outside jit"):
        eqx.filter_jit(rule.init)(part, model)
