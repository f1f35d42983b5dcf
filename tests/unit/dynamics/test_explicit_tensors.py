"""TNN, TCTV and HaLRTC: optimality, second roads by cvxpy, symmetries, and what they refuse."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import (
    Cosine,
    Fourier,
    Linear,
    low_tubal_rank_tensor,
    tensor_nuclear_norm,
    tensor_spectral_norm,
)
from tacit.dynamics import TCTV, TNN, HaLRTC
from tacit.models import Deep, Direct
from tacit.observers import held_out
from tacit.operators import Entries, TensorEntries
from tacit.problems import Problem, Smoothness
from tacit.runs import Schedule, run

KEY = jax.random.key(2)
SHAPE = (4, 3, 3)
STILL = {"penalty": 20.0, "growth": 1.0}
LATERAL = (0, 2, 1)
RULES = {
    "TNN": TNN(**STILL),
    "TNN, lateral": TNN(LATERAL, **STILL),
    "TNN, cosine, transposed": TNN((1, 2, 0), Cosine(), **STILL),
    "TCTV": TCTV(**STILL),
    "TCTV, lateral, all modes": TCTV(LATERAL, (0, 1, 2), **STILL),
    "TCTV, cosine, one mode": TCTV(directions=(1,), transform=Cosine(), **STILL),
    "HaLRTC": HaLRTC(**STILL),
    "HaLRTC, weights": HaLRTC((0.7, 0.0, 0.4), **STILL),
}

each_rule = pytest.mark.parametrize(
    "rule",
    [
        pytest.param(TNN(), id="TNN"),
        pytest.param(TCTV(), id="TCTV", marks=pytest.mark.slow),
        pytest.param(HaLRTC(), id="HaLRTC", marks=pytest.mark.slow),
    ],
)
"""One loop drives them all; what it does is tried quickly with the one that compiles least."""


def tensor(shape=SHAPE, seed=0):
    """Numbers near one, of varying slope, so that no answer is zero."""
    return 1 + np.random.default_rng(seed).standard_normal(shape)


def problem_of(T, dtype=jnp.float64, seed=1, fraction=0.6):
    """Some of the entries of a tensor; the same ones for one shape."""
    observed = np.random.default_rng(seed).random(T.shape) < fraction
    return Problem(TensorEntries.from_mask(observed, dtype), jnp.asarray(T[observed], dtype))


@eqx.filter_jit
def _advanced(rule, problem, model, gap):
    return rule.advance(problem, model, rule.init(problem, model), gap)


def solved(rule, problem, steps=3000):
    """Model array and state after steps from zero."""
    model = Direct.zeros(problem.operator.shape, problem.y.dtype)
    model, state = _advanced(rule, problem, model, jnp.asarray(steps))
    return model.array, state


def fields(rule, X):
    """The tensors L_d X whose norms the rule adds, with their weights, by numpy."""
    if isinstance(rule, TCTV):
        share = 1 / len(rule.directions)
        return [(np.roll(X, -1, d) - X, share) for d in rule.directions]
    if isinstance(rule, TNN):
        return [(X, 1.0)]
    return [(X, w) for w in rule.weights or (1 / X.ndim,) * X.ndim]


def norms(rule, parts):
    """The norm of each part and its dual's: tubal, or of unfoldings."""
    for mode, part in enumerate(parts):
        if isinstance(rule, HaLRTC):
            spectrum = np.linalg.svd(
                np.moveaxis(part, mode, 0).reshape(part.shape[mode], -1), compute_uv=False
            )
            yield spectrum.sum(), spectrum.max()
        else:
            turned = jnp.asarray(np.transpose(part, rule.orientation or range(part.ndim)))
            yield (
                float(tensor_nuclear_norm(turned, rule.transform, kind="mean")),
                float(tensor_spectral_norm(turned, rule.transform)),
            )


@pytest.mark.parametrize("name", RULES)
def test_it_ends_at_the_optimality_condition(name):
    """Duals in the unit ball of the dual norm attain the norms, and pull at seen entries alone."""
    rule, problem = RULES[name], problem_of(tensor())
    found, state = solved(rule, problem)
    X = np.asarray(found)
    parts, weights = zip(*fields(rule, X), strict=True)
    duals = [np.asarray(dual) for dual in state.duals]
    for (norm, _), (_, size), part, dual, weight in zip(
        norms(rule, parts), norms(rule, duals), parts, duals, weights, strict=True
    ):
        assert size <= weight + 1e-7
        np.testing.assert_allclose(np.sum(dual * part), weight * norm, rtol=1e-6, atol=1e-9)
        assert norm > 0.1
    if isinstance(rule, TCTV):
        pull = sum(
            np.roll(dual, 1, d) - dual for d, dual in zip(rule.directions, duals, strict=True)
        )
    else:
        pull = sum(duals)
    unseen = np.ones(X.size, bool)
    unseen[np.asarray(problem.operator.positions)] = False
    assert np.abs(pull).max() > 1e-2
    np.testing.assert_allclose(pull.ravel()[unseen], 0, atol=1e-7)


def slices(cvxpy, rule, X):
    """Matrices whose nuclear norms add up to c ‖X‖_⊛, in expressions of cvxpy."""
    frontal = [X[j] for j in range(len(X))]
    if isinstance(rule.transform, Fourier):
        k = len(frontal)
        return [cvxpy.bmat([[frontal[(i - j) % k] for j in range(k)] for i in range(k)])], k
    (matrix,) = rule.transform.matrices((len(frontal),))
    return [sum(w * part for w, part in zip(row, frontal, strict=True)) for row in matrix], 1


def objective(cvxpy, rule, x):
    """The rule's norm of the tensor of row-major entries x, in expressions of cvxpy."""
    places = np.arange(np.prod(SHAPE)).reshape(SHAPE)

    def picked(index):
        return cvxpy.reshape(x[index.ravel()], index.shape, order="C")

    if isinstance(rule, HaLRTC):
        unfoldings = [np.moveaxis(places, i, 0).reshape(SHAPE[i], -1) for i in range(3)]
        weights = rule.weights or (1 / 3,) * 3
        return sum(
            w * cvxpy.normNuc(picked(at)) for w, at in zip(weights, unfoldings, strict=True) if w
        )
    total, directions = 0, rule.directions if isinstance(rule, TCTV) else (None,)
    for d in directions:
        turned = np.transpose(places, rule.orientation or range(3))
        tensor = [picked(turned[:, :, j]) for j in range(turned.shape[2])]
        if d is not None:
            ahead = np.transpose(np.roll(places, -1, d), rule.orientation or range(3))
            tensor = [picked(ahead[:, :, j]) - part for j, part in enumerate(tensor)]
        matrices, factor = slices(cvxpy, rule, tensor)
        total = total + sum(cvxpy.normNuc(M) for M in matrices) / factor / len(directions)
    return total


@pytest.mark.parametrize(
    "name", ["TNN", "TNN, cosine, transposed", "TCTV, lateral, all modes", "HaLRTC"]
)
def test_it_is_the_convex_minimum(name):
    cvxpy = pytest.importorskip("cvxpy")
    rule, problem = RULES[name], problem_of(tensor())
    X, _ = solved(rule, problem)
    x = cvxpy.Variable(X.size)
    seen = x[np.asarray(problem.operator.positions)] == np.asarray(problem.y)
    convex = cvxpy.Problem(cvxpy.Minimize(objective(cvxpy, rule, x)), [seen])
    convex.solve(solver=cvxpy.CLARABEL)
    parts, weights = zip(*fields(rule, np.asarray(X)), strict=True)
    value = sum(w * norm for w, (norm, _) in zip(weights, norms(rule, parts), strict=True))
    np.testing.assert_allclose(value, convex.value, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(X).ravel(), x.value, atol=1e-3)


@each_rule
def test_a_growing_penalty_comes_to_rest_on_the_data_at_any_scale(rule):
    """In float32, at the scale of a picture and at 2¹⁰ of it, far beyond the steps it needs."""
    T = tensor((6, 5, 3)) @ np.ones((3, 3))
    problem = problem_of(T, jnp.float32)
    X, state = solved(rule, problem, 2000)
    assert np.isfinite(state.penalty)
    np.testing.assert_array_equal(problem.operator.mv(X), problem.y)
    large, _ = solved(rule, eqx.tree_at(lambda p: p.y, problem, 1024 * problem.y), 2000)
    np.testing.assert_allclose(large, 1024 * X, rtol=1e-5, atol=1e-2)
    early, _ = solved(rule, problem, 5)
    np.testing.assert_array_equal(problem.operator.mv(early), problem.y)
    still, _ = solved(eqx.tree_at(lambda r: (r.growth, r.penalty), rule, (1.0, 20.0)), problem)
    assert np.linalg.norm(X - still) < 0.1 * np.linalg.norm(still)


@pytest.mark.parametrize(
    ("rule", "plain"),
    [
        pytest.param(TNN(LATERAL), TNN(), id="TNN"),
        pytest.param(
            TCTV(LATERAL, (0, 1)), TCTV(directions=(0, 2)), id="TCTV", marks=pytest.mark.slow
        ),
    ],
)
def test_to_turn_the_data_is_to_turn_the_orientation(rule, plain):
    T = tensor((5, 3, 4))
    problem = problem_of(T)
    mask = np.zeros(T.size, bool)
    mask[np.asarray(problem.operator.positions)] = True
    mask = np.transpose(mask.reshape(T.shape), LATERAL)
    turned = Problem(
        TensorEntries.from_mask(mask, jnp.float64), jnp.asarray(T.transpose(LATERAL)[mask])
    )
    X, _ = solved(rule, problem, 60)
    Y, _ = solved(plain, turned, 60)
    np.testing.assert_allclose(np.transpose(X, LATERAL), Y, atol=1e-10)


@each_rule
def test_weights_of_zero_are_holes(rule):
    problem = problem_of(tensor())
    weights = np.ones(problem.y.shape)
    weights[::4] = 0
    X, _ = solved(
        rule,
        eqx.tree_at(
            lambda p: p.weights, problem, jnp.asarray(weights), is_leaf=lambda leaf: leaf is None
        ),
        80,
    )
    Y, _ = solved(rule, problem.take(np.flatnonzero(weights)), 80)
    # The unit of the penalty is the largest value that is seen.
    np.testing.assert_allclose(X, Y, atol=1e-10)


def test_entries_seen_twice_count_as_their_mean():
    places = np.concatenate([np.arange(30), [3, 3]])
    values = np.concatenate([tensor().ravel()[:30], [2.0, 5.0]])
    problem = Problem(TensorEntries(places, SHAPE, jnp.float64), jnp.asarray(values))
    X, _ = solved(TNN(), problem, 80)
    np.testing.assert_allclose(X.ravel()[3], values[[3, 30, 31]].mean())


@pytest.mark.slow
def test_a_growing_penalty_rests_above_the_minimum_by_what_is_said():
    """The minimum is where a penalty that does not grow ends, whichever it is."""
    shape = (20, 20, 3)
    T = low_tubal_rank_tensor(shape, 2, dtype=jnp.float64, key=jax.random.key(1))
    problem = problem_of(np.asarray(T), fraction=0.2)

    def norm(rule, steps):
        return float(tensor_nuclear_norm(solved(rule, problem, steps)[0], kind="mean"))

    least, again = (norm(TNN(growth=1.0, penalty=penalty), 4000) for penalty in (10.0, 30.0))
    np.testing.assert_allclose(least, again, rtol=1e-9)
    excess = [norm(TNN(growth=growth), 1500) / least - 1 for growth in (1.1, 1.02)]
    assert 1e-5 < excess[0] < 2e-3
    assert abs(excess[1]) < 1e-7


@pytest.mark.slow
def test_it_recovers_a_tensor_of_low_tubal_rank_of_order_four():
    """Held-out entries too, in a run."""
    T = np.moveaxis(low_tubal_rank_tensor((12, 12, 2, 2), 1, dtype=jnp.float64, key=KEY), 1, 2)
    part, apart = problem_of(T, fraction=0.8).split(0.1, key=KEY)
    path = run(
        part,
        Direct.zeros(T.shape, jnp.float64),
        TNN((0, 2, 1, 3)),
        Schedule.every(50, 150),
        (held_out(apart),),
        keep="best",
    )
    np.testing.assert_allclose(path.model(), T, atol=1e-8)
    assert path.records["held_out"][-1] < 1e-8


def refused(rule, match, problem=None, model=None):
    problem = problem_of(tensor()) if problem is None else problem
    model = Direct.zeros(problem.operator.shape, jnp.float64) if model is None else model
    with pytest.raises(ValueError, match=match):
        rule.init(problem, model)


@pytest.mark.parametrize("rule", [TNN(), TCTV(), HaLRTC()], ids=["TNN", "TCTV", "HaLRTC"])
def test_refusals_of_problems(rule):
    problem = problem_of(tensor())
    refused(rule, "moves Direct models, not Deep", model=Deep.zeros((4, 3), depth=2, width=3))
    smooth = Problem(problem.operator, problem.y, penalty=Smoothness(0.1, jnp.sum))
    refused(rule, "without penalty", smooth)
    halves = Problem(problem.operator, problem.y, weights=0.5 * jnp.ones_like(problem.y))
    refused(rule, "weights are 0, not observed, or 1", halves)
    matrix = Problem(Entries([0], [0], (2, 2), jnp.float64), jnp.ones(1))
    refused(rule, "TensorEntries, not Entries|order ≥ 3", matrix)


def test_refusals_of_settings():
    refused(TNN((0, 1)), "no order of the modes")
    refused(TCTV((0, 1, 1)), "no order of the modes")
    refused(TNN(transform=Linear(np.diag([1.0, 2.0, 3.0]))), "M Mᴴ = c I")
    refused(TCTV(directions=(0, 3)), r"among the modes 0\.\.2")
    refused(HaLRTC((1.0, 20.0)), "one for each mode")
    for build, match in (
        (lambda: TNN(penalty=0.0), "penalty must be positive"),
        (lambda: TCTV(growth=0.9), "growth must be at least 1"),
        (lambda: TCTV(directions=()), "at least one"),
        (lambda: TCTV(directions=(1, 1)), "each once"),
        (lambda: HaLRTC((1.0, -1.0, 1.0)), "not be negative"),
    ):
        with pytest.raises(ValueError, match=match):
            build()
