"""The weights of a blend against other roads to them, and what a plan says of itself."""

import json
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from tacit.completion import Blend, Candidate, Choice, Factors, Member, Windows
from tacit.completion.plan import blend_weights

PULL = 50.0


def objective(weights, answers, truth):
    """What `blend_weights` says that it minimises; errors in units of their root mean square."""
    errors = np.stack([answer - truth for answer in answers])
    scale = np.sqrt(np.mean(errors**2))
    equal = 1 / len(answers)
    return np.sum((weights @ errors / scale) ** 2) + PULL * np.sum((weights - equal) ** 2)


def drawn(scales, count=400, shared=0.0, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=count)
    common = shared * rng.normal(size=count)
    return truth, [truth + common + scale * rng.normal(size=count) for scale in scales]


@pytest.mark.parametrize("count", [5, 60, 400])
def test_two_weights_are_the_best_of_a_grid(count):
    truth, answers = drawn((0.5, 0.7), count)
    grid = np.linspace(0, 1, 1001)
    costs = [objective(np.array([w, 1 - w]), answers, truth) for w in grid]
    best = grid[int(np.argmin(costs))]
    assert 0.1 < best < 0.9
    assert blend_weights(answers, truth) == pytest.approx([best, 1 - best], abs=2e-3)


def test_three_weights_are_those_of_a_constrained_minimiser():
    truth, answers = drawn((0.5, 0.6, 0.7), shared=0.2)
    found = minimize(
        objective,
        np.full(3, 1 / 3),
        args=(answers, truth),
        bounds=[(0, 1)] * 3,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        tol=1e-12,
    )
    assert min(found.x) > 0.1
    np.testing.assert_allclose(blend_weights(answers, truth), found.x, atol=1e-4)


def test_a_blend_beats_its_members():
    truth, answers = drawn((0.5, 0.6, 0.7))
    weights = blend_weights(answers, truth)
    assert weights.sum() == pytest.approx(1)
    assert np.all(np.diff(weights) < 0)
    blended = np.sqrt(np.mean((weights @ np.stack(answers) - truth) ** 2))
    assert blended < 0.9 * min(np.sqrt(np.mean((a - truth) ** 2)) for a in answers)


def test_members_that_few_entries_cannot_tell_apart_weigh_the_same():
    truth, answers = drawn((0.5, 0.5), 8)
    assert blend_weights(answers, truth) == pytest.approx([0.5, 0.5], abs=0.1)
    same = blend_weights([answers[0]] * 4, truth)
    assert same == pytest.approx([0.25] * 4)


def test_a_light_member_is_left_out():
    truth, answers = drawn((0.1, 3.0), 4000)
    assert blend_weights(answers, truth).tolist() == [1, 0]
    assert blend_weights([truth, answers[1]], truth) == pytest.approx([1, 0], abs=1e-6)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_weights_know_no_unit(scale):
    truth, answers = drawn((0.5, 0.7, 0.6))
    scaled = blend_weights([scale * answer for answer in answers], scale * truth)
    np.testing.assert_allclose(scaled, blend_weights(answers, truth), rtol=1e-6)


def test_answers_without_error_and_single_ones():
    truth, _ = drawn((0.5,))
    assert blend_weights([truth], truth).tolist() == [1]
    assert blend_weights([truth, truth], truth) == pytest.approx([0.5, 0.5])


def test_some_of_the_members_share_the_weight_of_all():
    members = tuple(Member(Windows((0, 1)), 90, weight) for weight in (0.5, 0.3, 0.2))
    weights = [member.weight for member in Blend(members).only([0, 1]).members]
    assert weights == pytest.approx([0.625, 0.375])
    assert [member.weight for member in Blend(members).only([2]).members] == pytest.approx([1])


def test_phases_of_a_member_are_counted_together():
    before = Member(Factors(4), 30)
    after = Member(Factors(4, depth=2.0), 12, 0.5, before)
    assert after.all_steps == 42
    assert after.facts()["steps"] == 42
    assert str(after).endswith(", 42 steps")
    assert "steps" not in str(Member(Factors(4), 0))


def test_a_plan_is_told_in_words_and_in_facts():
    one = Member(Factors(4), 30)
    two = Blend((one._replace(weight=0.75), Member(Windows((0, 1)), 90, 0.25)))
    assert str(Blend((one,))) == str(one)
    assert str(two).startswith("75% variational factors of width 4")
    assert "; 25% correlated total variation" in str(two)
    assert json.loads(json.dumps(two.facts()))["members"][1]["weight"] == 0.25
    choice = Choice(two, 0.2, 0.3, (Candidate(one, 0.2, 0.3, 1.5),), "Because.")
    assert choice.candidates[0].member is one
    assert math.isclose(sum(member.weight for member in choice.blend.members), 1)


def test_a_member_in_a_hurry_takes_fewer_steps_and_comes_to_the_same_rest():
    """The penalty ends where it would, by larger factors; other methods have no such setting."""
    longest = Windows((0, 1)).pace().longest
    member = Member(Windows((0, 1)), longest)
    for share in (1.0, 0.7, 0.5, 0.1):
        hurried = member.hurry(share)
        assert hurried.steps == pytest.approx(longest * max(share, 0.35), abs=1)
        assert hurried.method.growth**hurried.steps == pytest.approx(1.1**longest, rel=0.4)
        assert hurried.method.work((64, 64)) == pytest.approx(
            hurried.steps / longest * member.method.work((64, 64))
        )
    factors = Member(Factors(6), 100)
    assert factors.hurry(0.5) is factors
