"""The laws of a family of methods, over the registry: a new family is tested by a line here."""

import dataclasses
import json
from itertools import islice
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
import pytest

from tacit.completion import FAMILIES, AbstractMethod, Candidate, Continuation, Member
from tacit.completion.families import AbstractClosedForm, AbstractTrained
from tacit.completion.plan import After

from .small import KEY, METHODS, NOISE, complete, cube, rms, table, task_of


class Case(NamedTuple):
    """Data that a family serves, their axes, and one method of it that has few programs.

    Attributes:
        make: truth and holes, from a seed.
        axes: among them one whose slices have units of their own, the last.
        method: of the family.
        unordered: axes of which the order says nothing. Of tubes it does, to a Fourier transform.
        settles: whether it comes to rest; one that held-out entries stop depends on their draw.
    """

    make: object
    axes: tuple
    method: AbstractMethod
    unordered: tuple
    settles: bool = True


CHANNELS, FEATURES = ("row", "column", "channel"), ("sample", "feature")
CASES = {
    "continuation": Case(cube, CHANNELS, Continuation((0, 1)), (2,)),
    "windows": Case(cube, CHANNELS, METHODS["windows"], (2,)),
    "factors": Case(table, FEATURES, METHODS["factors"], (0, 1)),
    "unfoldings": Case(cube, ("sample", "item", "channel"), METHODS["unfoldings"], (0, 1, 2)),
    "gaussian": Case(cube, CHANNELS, METHODS["gaussian"], (2,), settles=False),
    "tubal": Case(cube, ("sample", "item", "channel"), METHODS["tubal"], (0, 2)),
    **{
        name: Case(cube, ("sample", "item", "channel"), METHODS[name], (0, 1, 2))
        for name in ("tucker", "train", "tree", "cp")
    },
    "deep": Case(table, FEATURES, METHODS["deep"], (0, 1), settles=False),
}
BANDS = (20, 18, 7)
"""More of them, beside which one of noise is a small part."""
SLOW = ("windows", "deep")
"""They compile for ten seconds and more."""


def over(names, slow=SLOW):
    marks = {name: [pytest.mark.slow] if name in slow else [] for name in names}
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=marks[name]) for name in names]
    )


every_family = over(CASES)


def answer(name, data, missing, key=KEY):
    """The door's, by one method of the family."""
    case = CASES[name]
    return complete(
        data, missing, axes=case.axes, methods=[case.method], members=1, bounds=None, key=key
    )


@pytest.fixture(scope="module")
def plain():
    """The truth, the holes and the answer of each family, made when asked for."""
    found = {}

    def of(name):
        if name not in found:
            truth, missing = CASES[name].make()
            found[name] = truth, missing, answer(name, truth, missing)
        return found[name]

    return of


def test_every_family_has_a_case():
    assert set(CASES) == {family.name for family in FAMILIES}


@every_family
def test_the_family_serves_its_case_and_errs_little(plain, name):
    truth, missing, done = plain(name)
    (family,) = (family for family in FAMILIES if family.name == name)
    assert family.serves(task_of(truth, missing, CASES[name].axes))
    assert rms((done.filled - truth)[missing]) < 0.4 * truth.std()


@every_family
def test_observed_entries_are_kept(plain, name):
    truth, missing, done = plain(name)
    np.testing.assert_array_equal(done.filled[~missing], truth[~missing])
    assert np.isfinite(done.filled).all()
    assert (done.uncertainty[missing] > 0).all()


@every_family
def test_the_same_key_gives_the_same_bytes(plain, name):
    truth, missing, done = plain(name)
    again = answer(name, truth, missing)
    assert again.filled.tobytes() == done.filled.tobytes()
    assert again.uncertainty.tobytes() == done.uncertainty.tobytes()


@every_family
def test_what_stands_in_holes_says_nothing(plain, name):
    truth, missing, done = plain(name)
    other = answer(name, np.where(missing, 1e30, truth), missing)
    assert other.filled.tobytes() == done.filled.tobytes()


@every_family
@pytest.mark.parametrize("power", [-12, 12])
def test_fills_follow_the_units_of_a_slice(plain, name, power):
    truth, missing, done = plain(name)
    scale, shift = np.ones(truth.shape[-1]), np.zeros(truth.shape[-1])
    scale[0], scale[1] = 10.0**power, 10.0 ** (-power / 4)
    shift[0], shift[1] = -7 * 10.0**power, 3.0
    other = answer(name, truth * scale + shift, missing)
    away = np.abs((other.filled - shift) / scale - done.filled)
    assert away.max() < 1e-3 * truth.std()
    z = (other.uncertainty / scale)[missing] / done.uncertainty[missing]
    np.testing.assert_allclose(z, 1, rtol=0.02)


@every_family
def test_the_order_of_axes_without_order_plays_no_part(plain, name):
    """Starts and held-out entries are drawn place by place: equal but for what they leave."""
    truth, missing, done = plain(name)
    case = CASES[name]
    bound = max(0.15 * rms((done.filled - truth)[missing]), 1e-5 * truth.std())
    if isinstance(case.method, AbstractClosedForm):
        bound = 1e-5 * truth.std()
    if not case.settles:
        others = [answer(name, truth, missing, jax.random.key(seed)).filled for seed in (1, 2, 3)]
        bound = max(rms((other - done.filled)[missing]) for other in others)
    for axis in case.unordered:
        order = np.random.default_rng(axis).permutation(truth.shape[axis])
        turned, holes = (np.take(array, order, axis) for array in (truth, missing))
        other = answer(name, turned, holes).filled
        away = rms((other - np.take(done.filled, order, axis))[holes])
        assert away < bound, axis


@over(CASES, (*SLOW, "gaussian", "tubal", "unfoldings"))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_a_slice_of_noise_does_not_harm_the_others(name, scale):
    """The mean over draws of what the others err, against without it, on data with noise.

    What is learnt without any error at all is learnt a little worse: of smooth channels without
    noise the windows lose a tenth to a fifth of three thousandths of their spread.
    """
    case, ratios = CASES[name], []
    for seed in range(3):
        truth, missing = table(seed) if case.make is table else cube(seed, shape=BANDS, noise=NOISE)
        rng = np.random.default_rng(seed + 100)
        noise = scale * rng.standard_normal((*truth.shape[:-1], 1))
        holes = rng.random(noise.shape) < 0.3
        without = answer(name, truth, missing).filled
        wider = np.concatenate([truth, noise], -1), np.concatenate([missing, holes], -1)
        beside = answer(name, *wider).filled[..., :-1]
        ratios.append(rms((beside - truth)[missing]) / rms((without - truth)[missing]))
    assert np.mean(ratios) < 1.1, ratios


# What a family proposes, without training it: each candidate is said to be a little better.


def proposed(name, count=12, change=lambda task: task):
    """The task of a family, changed if that is asked for, and what it would try."""
    (family,) = (family for family in FAMILIES if family.name == name)
    truth, missing = CASES[name].make()
    task = change(task_of(truth, missing, CASES[name].axes))
    tried, methods = [], []
    for proposal in islice(family.proposals(task, tried), count):
        after = isinstance(proposal, After)
        method = proposal.method if after else proposal
        member = Member(method, 10, 1.0, proposal.before.member if after else None)
        tried.append(Candidate(member, 0.9 ** len(tried), 0.9 ** len(tried), 1.0))
        methods.append(method)
    return task, methods


every_name = pytest.mark.parametrize("name", CASES)


@every_name
def test_what_is_proposed_is_told_in_facts_and_in_words(name):
    _, methods = proposed(name)
    assert methods
    for method in methods:
        facts = method.facts()
        assert json.loads(json.dumps(facts)) == facts
        assert isinstance(facts["method"], str)
        assert "\n" not in str(method)
        assert len(str(method)) > 10
    assert len({str(method) for method in methods}) == len(methods)


@every_name
def test_what_a_method_is_trained_with_knows_nothing_of_what_is_held_out(name):
    """A transform learnt of held-out entries too made their errors smaller than their noise."""
    held = np.random.default_rng(3).random(CASES[name].make()[1].shape) < 0.2

    def changed(task):
        return dataclasses.replace(task, values=np.where(held, -3 * task.values, task.values))

    task, methods = proposed(name)
    other, others = proposed(name, change=changed)
    seen = task.observed & ~held
    for one, two in zip(methods, others, strict=True):
        assert eqx.tree_equal(one.adapt(task, seen), two.adapt(other, seen)), str(one)


@every_name
def test_a_method_says_whether_it_meets_the_data(name, plain):
    truth, missing, found = plain(name)
    away = np.abs(found.denoised - truth)[~missing].max() / truth.std()
    methods = [member.method for member in found.choice.blend.members]
    assert all(method.meets_data for method in methods) == (away < 1e-5)


@every_name
def test_its_work_grows_with_the_data(name):
    task, methods = proposed(name)
    larger = tuple(2 * side for side in task.shape)
    for method in methods:
        assert 0 < method.work(task.shape) < method.work(larger)


@every_name
def test_what_is_arranged_is_restored(name):
    task, methods = proposed(name)
    values = np.random.default_rng(0).standard_normal(task.shape)
    for method in methods:
        if isinstance(method, AbstractTrained):
            arranged = method.arrange(values)
            np.testing.assert_array_equal(method.restore(arranged, task.shape), values)
            mask = method.arrange(values > 0)
            np.testing.assert_array_equal(mask, arranged > 0)
            sides, tiling = method.padded_shape(arranged.shape), method.tiling(mask)
            assert all(a >= b for a, b in zip(sides, arranged.shape, strict=True))
            assert all(a <= b for a, b in zip(tiling.sides, arranged.shape, strict=True))
            assert method.extent(values > 0) == tiling
            assert method.named_program(sides).startswith(method.program())


@every_name
def test_its_cost_on_a_part_is_no_more_than_on_all(name):
    (family,) = (family for family in FAMILIES if family.name == name)
    task, _ = proposed(name)
    part = tuple(max(2, side // 2) for side in task.shape)
    assert 0 <= family.cost(task, part) <= family.cost(task, task.shape)
    assert family.opening(task) >= 1
