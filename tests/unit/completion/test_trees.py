"""Trees of modes as a family: what they find, what is proposed, and three modes by Tucker."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.completion import FAMILIES, Candidate, Member, TreeFactors, TuckerFactors
from tacit.completion.families._widths import OPENING
from tacit.completion.task import Task
from tacit.completion.units import Units
from tacit.models.tree_tucker import list_places
from tacit.problems import Problem

from .small import KEY, complete, rms

SHAPE = (9, 10, 11, 9)
(FAMILY,) = (family for family in FAMILIES if family.name == "tree")


def truth_of(pairing, shape=SHAPE):
    """Ranks of two in each mode and of two between the pairs; of unit mean square."""
    draw = np.random.default_rng(3).standard_normal
    (a, b), (c, d) = pairing
    of = [draw((side, 2)) for side in shape]
    letters = ["abcd"[mode] + bond for mode, bond in zip((a, b, c, d), "wxyz", strict=True)]
    rule = f"{','.join(letters)},wxk,kyz->abcd"
    found = np.einsum(rule, *(of[mode] for mode in (a, b, c, d)), *(draw((2, 2, 2)) for _ in "12"))
    return found / rms(found)


def task(observed, values=None, ordered=()):
    ones = (1,) * observed.ndim
    units = Units(np.zeros(ones), np.ones(ones), ())
    values = np.zeros(observed.shape) if values is None else values
    return Task(values, observed.astype(float), units, ordered)


def seen(share, shape=SHAPE):
    return np.random.default_rng(5).random(shape) < share


def proposals(given, scores):
    """What is proposed for a task where settings have such scores."""
    tried, proposed = [], []
    for method in FAMILY.proposals(given, tried):
        proposed.append(method)
        tried.append(Candidate(Member(method, 10), scores(method), scores(method), 1.0))
    return proposed


@pytest.mark.slow
@pytest.mark.parametrize("pairing", [((0, 1), (2, 3)), ((0, 2), (1, 3))])
def test_a_tree_is_found_and_which_modes_it_pairs(pairing):
    truth, observed = truth_of(pairing), seen(0.15)
    data = np.where(observed, truth, np.nan)
    done = complete(data, axes=("sample", "item", "item", "item"), methods=["tree"], key=KEY)
    assert rms((done.filled - truth)[~observed]) < 1e-3
    methods = [member.method for member in done.choice.blend.members]
    assert {method.tree for method in methods if isinstance(method, TreeFactors)} == {pairing}


def test_it_is_usual_where_a_tree_is_no_tucker_model():
    four, three = task(seen(0.5)), task(seen(0.5, (9, 10, 11)))
    assert FAMILY.is_usual(four)
    assert not FAMILY.is_usual(three)
    assert not FAMILY.is_usual(task(seen(0.5), ordered=(1,)))
    assert FAMILY.serves(four)
    assert FAMILY.serves(three)


@pytest.mark.parametrize("tree", [((0, 1), (2, 3)), ((0, 3), (1, 2))])
@pytest.mark.parametrize("poor", [False, True])
def test_neighbours_are_paired_first_and_the_rest_is_searched_on_the_best_tree(tree, poor):
    needed = np.array((2, 3, 2, 1, 4))

    def scores(method):
        widths = np.array(method.widths)
        found = 1.0 if np.any(widths < needed) else 0.1 + 0.001 * widths.sum()
        other = 1.0 if poor else 0.01 + found
        return found if method.tree == tree else other

    tried = proposals(task(seen(0.9)), scores)
    trees = [method.tree for method in tried]
    assert trees[:OPENING] == [((0, 1), (2, 3))] * OPENING
    others = OPENING if poor and tree != trees[0] else 1
    assert (
        trees[OPENING : OPENING + 2 * others]
        == [((0, 2), (1, 3))] * others + [((0, 3), (1, 2))] * others
    )
    assert set(trees[OPENING + 2 * others :]) == {tree}
    best = min(tried, key=scores)
    assert (best.tree, best.widths) == (tree, tuple(needed))
    assert len(tried) < 50


def test_wider_ones_are_of_the_best_tree():
    needed, tree = np.array((2, 3, 2, 1, 10)), ((0, 2), (1, 3))

    def scores(method):
        lacking = np.maximum(needed - np.array(method.widths), 0).sum()
        return 0.2 + 0.01 * lacking + 0.001 * sum(method.widths) - 0.1 * (method.tree == tree)

    tried = proposals(task(seen(1.0)), scores)
    wide = [method for method in tried if method.widths[-1] >= 10]
    assert wide
    assert {method.tree for method in wide} == {tree}


@pytest.mark.parametrize("shape", [(9, 10, 11, 9), (5, 6, 4, 5, 6), (3, 2, 4, 3, 2, 3)])
def test_no_more_is_tried_than_what_is_seen_can_tell_and_no_rank_that_cannot_be(shape):
    given = task(seen(0.8, shape))
    for method in proposals(given, lambda method: 1 / sum(method.widths)):
        assert len(method.widths) == len(list_places(method.tree))
        assert method.parameters(shape) <= given.observed.sum()
        assert all(width <= side for width, side in zip(method.widths, shape, strict=False))
        assert str(method.tree) in str(method)
        assert str(method.tree) in method.program()


def test_of_three_modes_it_takes_the_steps_of_a_tucker_model():
    shape = (7, 6, 5)
    observed = seen(0.6, shape)
    rng = np.random.default_rng(0)
    given = task(observed, np.where(observed, rng.standard_normal(shape), 0.0))
    core, *factors = (rng.standard_normal(s) for s in ((2, 3, 2), (7, 2), (6, 3), (5, 2)))
    ends = []
    for method, arrays in (
        (TuckerFactors((2, 3, 2)), [core, *factors]),
        (TreeFactors((2, 3, 2)), [*factors, core]),
    ):
        operator, places = method.measure(observed, jnp.float32)
        y, weights = (
            jnp.asarray(a.ravel()[places], jnp.float32) for a in (given.values, given.weights)
        )
        problem = Problem(operator, y, weights=weights)
        start = method.fill_up(arrays, given)
        model, dynamics = method.begin(problem, given, start=start, key=KEY)
        moved, _ = dynamics.advance(problem, model, dynamics.init(problem, model), 3)
        assert float(problem.data_loss(moved)) < 0.9 * float(problem.data_loss(model))
        ends.append((np.asarray(model()), np.asarray(moved())))
    np.testing.assert_allclose(ends[0][0], ends[1][0], atol=1e-5)
    np.testing.assert_allclose(ends[0][1], ends[1][1], atol=1e-3)


def test_the_start_has_its_scale_and_what_widths_are_filled_up_with_stays_zero():
    method, observed = TreeFactors((2, 3, 2, 1, 3), 0.1, tree=((0, 1), (2, 3))), seen(0.5)
    given = task(observed, np.where(observed, truth_of(((0, 1), (2, 3))), 0.0))
    operator, places = method.measure(observed, jnp.float32)
    y = jnp.asarray(given.values.ravel()[places], jnp.float32)
    weights = jnp.asarray(given.weights.ravel()[places], jnp.float32)
    problem = Problem(operator, y, weights=weights)
    models = [method.begin(problem, given, key=jax.random.key(seed))[0] for seed in range(30)]
    assert rms(np.stack([np.asarray(model()) for model in models])) == pytest.approx(0.1, rel=0.4)

    model, dynamics = method.begin(problem, given, key=KEY)
    moved, _ = dynamics.advance(problem, model, dynamics.init(problem, model), 5)
    for before, after in zip(jax.tree.leaves(model), jax.tree.leaves(moved), strict=True):
        np.testing.assert_array_equal(before == 0, after == 0)
        assert np.any(np.asarray(before) == 0)
