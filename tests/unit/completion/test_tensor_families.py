"""Tensors held as factors: that they are found, whose widths, and from where."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.completion import (
    FAMILIES,
    Candidate,
    CanonicalFactors,
    Member,
    TrainFactors,
    TuckerFactors,
    UnfoldingNorms,
)
from tacit.completion.families import Answer
from tacit.completion.families._ranks import visible_ranks
from tacit.completion.families.canonical import core_components
from tacit.completion.plan import After
from tacit.completion.task import Task
from tacit.completion.units import Units
from tacit.dynamics import LevenbergMarquardt
from tacit.models import CP, Tucker
from tacit.operators import TensorEntries
from tacit.problems import Problem

from .small import KEY, complete, rms

SHAPE = (14, 13, 12)
AXES = ("sample", "item", "item")
SEEDS = {"cp": 11, "tucker": 12, "train": 13}


def truth_of(name, shape=SHAPE):
    """Of three components, of a core of 2 × 3 × 2, or of bonds of two and three."""
    rng = np.random.default_rng(SEEDS[name])
    draw = rng.standard_normal
    a, b, c = shape
    if name == "cp":
        return np.einsum("ar,br,cr->abc", draw((a, 3)), draw((b, 3)), draw((c, 3)))
    if name == "tucker":
        return np.einsum(
            "xyz,ax,by,cz->abc",
            draw((2, 3, 2)),
            *(draw((n, r)) for n, r in zip(shape, (2, 3, 2), strict=True)),
        )
    return np.einsum("ax,xby,yc->abc", draw((a, 2)), draw((2, b, 3)), draw((3, c)))


def holes(share=0.8, shape=SHAPE):
    return np.random.default_rng(5).random(shape) < share


@pytest.fixture(scope="module")
def found():
    """What a family alone makes of a tensor of its kind, made when asked for."""
    made = {}

    def of(name):
        if name not in made:
            data, stages = np.where(holes(), np.nan, truth_of(name)), []
            done = complete(
                data,
                axes=AXES,
                methods=[name],
                report=lambda stage, progress: stages.append((stage, progress.step)),
                key=KEY,
            )
            made[name] = done, stages
        return made[name]

    return of


@pytest.mark.parametrize("name", SEEDS)
def test_a_tensor_of_its_kind_is_found_from_a_fifth_of_its_entries(found, name):
    truth, (done, _) = truth_of(name), found(name)
    assert rms((done.filled - truth)[holes()]) < 1e-4 * truth.std()


def test_the_widths_are_found(found):
    """Each as it is, or one more: what is not needed does no harm without noise."""
    widths = np.array(found("tucker")[0].choice.blend.members[0].method.widths)
    assert np.all((widths >= (2, 3, 2)) & (widths <= (4, 4, 4)))
    (count,) = {
        member.method.widths[0]
        for member in found("cp")[0].choice.blend.members
        if isinstance(member.method, CanonicalFactors)
    }
    assert count == 3


def test_on_all_that_is_seen_it_goes_on_from_the_end_of_the_search(found):
    """No phase before is trained again, and a few steps are enough: none leads elsewhere."""
    done, stages = found("cp")
    for number, member in enumerate(done.choice.blend.members, 1):
        steps = [step for stage, step in stages if stage == f"refit {number}"]
        assert steps == sorted(steps)
        assert max(steps) <= member.steps / 4 + 6


@pytest.mark.slow
def test_the_door_chooses_it():
    truth = truth_of("tucker")
    done = complete(np.where(holes(), np.nan, truth), key=KEY)
    kinds = CanonicalFactors | TrainFactors | TuckerFactors
    assert all(isinstance(member.method, kinds) for member in done.choice.blend.members)
    assert any(isinstance(c.member.method, UnfoldingNorms) for c in done.choice.candidates)
    assert rms((done.filled - truth)[holes()]) < 1e-4 * truth.std()


def task(observed, values=None, ordered=(), own=(), centre=0.0):
    units = Units(np.full((1, 1, 1), centre), np.ones((1, 1, 1)), own)
    values = np.zeros(observed.shape) if values is None else values
    return Task(values, observed.astype(float), units, ordered)


def proposals(name, given, scores):
    """What a family proposes for a task where settings have such scores."""
    (family,) = (family for family in FAMILIES if family.name == name)
    tried, proposed = [], []
    for proposal in family.proposals(given, tried):
        method = proposal.method if isinstance(proposal, After) else proposal
        proposed.append(proposal)
        score = scores(method)
        tried.append(Candidate(Member(method, 10), score, score, 1.0))
    return proposed


def test_a_worse_number_of_components_is_not_the_last_one_tried():
    """With some too many, components grow large and cancel, and one fewer may be worse still."""
    errors = {8: 0.007, 7: 0.05, 6: 0.0, 5: 0.0}

    def scores(method):
        is_cp = isinstance(method, CanonicalFactors)
        return errors.get(method.widths[0], 0.5) if is_cp else 1.0 - 0.1 * method.widths[0]

    proposed = proposals("cp", task(~holes(0.1, (30, 30, 30))), scores)
    counts = [p.method.widths[0] for p in proposed if isinstance(p, After)]
    assert counts == [8, 7, 6, 5, 4, 3]


def test_widths_that_lose_nothing_are_taken_and_no_narrower():
    needed = np.array((2, 7, 4))

    def scores(method):
        widths = np.array(method.widths)
        return 1.0 if np.any(widths < needed) else 0.1 + 0.001 * widths.sum()

    tried = proposals("tucker", task(~holes(0.1, (30, 30, 30))), scores)
    best = min(tried, key=scores)
    assert best.widths == (2, 7, 4)
    assert len(tried) < 30


def test_widths_that_show_in_a_wide_enough_trial_are_taken_at_once():
    # Another family's widths, of other places, are none of this one's.
    train = TrainFactors((8, 8))
    other = Candidate(Member(train, 10), 0.2, 0.2, 1.0, dataclasses.replace(train, widths=(1, 1)))
    needed, proposed, tried = np.array((2, 7, 4)), [], [other]
    (family,) = (family for family in FAMILIES if family.name == "tucker")
    for method in family.proposals(task(~holes(0.1, (30, 30, 30))), tried):
        proposed.append(method.widths)
        widths = np.array(method.widths)
        score = 0.6 if np.any(widths < needed) else 0.1 + 0.001 * widths.sum()
        shown = dataclasses.replace(method, widths=tuple(np.minimum(widths, needed).tolist()))
        tried.append(Candidate(Member(method, 10), score, score, 1.0, shown))

    # Of eight each all three are less than eight, so that nothing wider is tried.
    assert proposed[:7] == [*((width,) * 3 for width in (2, 3, 4, 5, 6, 8)), (2, 7, 4)]
    assert min(tried, key=lambda candidate: candidate.score).member.method.widths == (2, 7, 4)
    assert max(map(max, proposed)) == 8


def test_what_shows_in_the_best_so_far_is_tried_before_wider_ones():
    """It may be too narrow in one place: then others come in its turn."""
    needed, proposed, tried = np.array((2, 7, 4)), [], []
    (family,) = (family for family in FAMILIES if family.name == "tucker")
    for method in family.proposals(task(~holes(0.1, (30, 30, 30))), tried):
        proposed.append(method.widths)
        widths = np.array(method.widths)
        score = 0.01 * np.maximum(needed - widths, 0).sum() + 0.1 + 0.001 * widths.sum()
        shown = dataclasses.replace(method, widths=tuple(np.minimum(widths, needed).tolist()))
        tried.append(Candidate(Member(method, 10), score, score, 1.0, shown))

    assert proposed[:5] == [(2, 2, 2), (3, 3, 3), (2, 3, 3), (4, 4, 4), (2, 4, 4)]
    assert min(tried, key=lambda candidate: candidate.score).member.method.widths == (2, 7, 4)
    assert len(proposed) < 30


def test_nothing_shows_in_a_trial_that_errs_as_much_as_zero_would():
    tried, proposed = [], []
    (family,) = (family for family in FAMILIES if family.name == "tucker")
    for method in family.proposals(task(~holes(0.1, (30, 30, 30))), tried):
        proposed.append(method.widths)
        shown = dataclasses.replace(method, widths=(1, 1, 1))
        tried.append(Candidate(Member(method, 10), 0.9, 0.9, 1.0, shown))
    assert proposed[:6] == [(width,) * 3 for width in (2, 3, 4, 5, 6, 8)]


@pytest.mark.parametrize("name", ["tucker", "train"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_the_ranks_of_a_tensor_show_in_it(name, noise):
    """By numpy's rank of the unfoldings, with each place's own modes on one side."""
    truth, wide = truth_of(name), {"tucker": (8, 8, 8), "train": (8, 8)}[name]
    truth = truth / truth.std()
    answer = Answer(truth + noise * np.random.default_rng(3).standard_normal(SHAPE))
    method = {"tucker": TuckerFactors, "train": TrainFactors}[name](wide, centred=True)
    suggested = method.suggest(task(~holes()), answer, 0.1)
    if name == "tucker":
        unfolded = [np.moveaxis(truth, mode, 0).reshape(SHAPE[mode], -1) for mode in range(3)]
    else:
        unfolded = [truth.reshape(SHAPE[0], -1), truth.reshape(-1, SHAPE[2])]
    expected = tuple(int(np.linalg.matrix_rank(matrix)) for matrix in unfolded)
    assert suggested == dataclasses.replace(method, widths=expected)


def test_where_singular_values_only_get_less_nothing_shows():
    U, V = (np.linalg.qr(np.random.default_rng(n).standard_normal((12, 12)))[0] for n in (0, 1))
    matrix = (U * 0.5 ** np.arange(12)) @ V.T
    steps = (U * np.array([1, 0.9, 0.8, *[1e-3] * 9])) @ V.T
    assert visible_ranks(matrix, [(0,)], (8,), 1.0) == (8,)
    assert visible_ranks(steps, [(0,)], (8,), 0.01) == (3,)
    # What is left after the fall must be less than the error: here it is the data's own.
    assert visible_ranks(steps, [(0,)], (8,), 1e-5) == (8,)


def test_no_wider_model_is_tried_than_what_is_seen_can_tell():
    observed = ~holes(0.9)
    for name in ("tucker", "train"):
        for method in proposals(name, task(observed), lambda method: 1 / sum(method.widths)):
            assert method.parameters(SHAPE) <= observed.sum()


def test_a_large_start_is_tried_where_the_small_one_finds_nothing():
    given = task(~holes())
    for scores, tries in ((lambda method: 0.9, 5), (lambda method: 0.1, 1)):
        tried = proposals("tucker", given, scores)
        assert len([m for m in tried if m.init_scale == 1.0]) >= tries
        assert (len([m for m in tried if m.init_scale == 1.0]) == 1) == (tries == 1)


def test_data_far_from_zero_or_with_units_of_their_own_are_centred():
    def centred(**settings):
        tried = proposals("tucker", task(~holes(), **settings), lambda method: 0.1)
        return [method.centred for method in tried]

    assert all(centred(own=(2,)))
    assert all(centred(centre=-1e4))
    assert centred(centre=-3.0) == [False] * (len(centred(centre=-3.0)) - 1) + [True]


def test_data_in_order_are_left_to_others_unless_it_is_asked_for():
    for family in FAMILIES:
        if family.name in SEEDS:
            assert family.is_usual(task(~holes()))
            assert not family.is_usual(task(~holes(), ordered=(1,)))
            assert family.serves(task(~holes(), ordered=(1,)))


@pytest.mark.parametrize(
    "method", [TuckerFactors((2, 3, 2)), TrainFactors((2, 3)), CanonicalFactors((3,))]
)
def test_what_widths_are_filled_up_with_stays_zero(method):
    observed = ~holes(0.5)
    given = task(observed, np.where(observed, truth_of("tucker"), 0.0))
    operator, places = method.measure(observed, jnp.float32)
    y, weights = (
        jnp.asarray(a.ravel()[places], jnp.float32) for a in (given.values, given.weights)
    )
    problem = Problem(operator, y, weights=weights)
    model, dynamics = method.begin(problem, given, key=KEY)
    moved, _ = dynamics.advance(problem, model, dynamics.init(problem, model), 12)
    # A core of 2 × 3 × 2 is no sum of three components: they explain a good part of it.
    assert problem.data_loss(moved) < 0.7 * problem.data_loss(model)
    for before, after in zip(jax.tree.leaves(model), jax.tree.leaves(moved), strict=True):
        np.testing.assert_array_equal(before == 0, after == 0)
        assert np.any(np.asarray(before) == 0)


def test_the_start_has_the_scale_that_it_says_and_is_not_that_of_numpys_seed():
    given = task(~holes(), truth_of("tucker"))
    for method in (
        TuckerFactors((4, 5, 3), 0.1),
        TrainFactors((4, 5), 0.1),
        CanonicalFactors((5,), 0.1),
    ):
        operator, places = method.measure(given.observed, jnp.float32)
        problem = Problem(operator, jnp.zeros(len(places), jnp.float32))
        entries = [
            np.asarray(method.begin(problem, given, key=jax.random.key(seed))[0]())
            for seed in range(20)
        ]
        assert rms(np.stack(entries)) == pytest.approx(0.1, rel=0.35)
        assert np.abs(np.mean(entries)) < 0.05
        drawn = np.random.default_rng(0).standard_normal(1000)
        for leaf in jax.tree.leaves(method.begin(problem, given, key=KEY)[0]):
            start = np.asarray(leaf)[np.asarray(leaf) != 0]
            assert abs(np.corrcoef(start, drawn[: len(start)])[0, 1]) < 0.9


def test_only_what_is_seen_is_kept_and_little_more():
    observed = ~holes(0.9, (30, 30, 30))
    operator, places = TuckerFactors((2, 2, 2)).measure(observed, jnp.float32)
    assert observed.sum() <= operator.size <= 1.3 * observed.sum()
    assert np.isin(np.flatnonzero(observed), places).all()
    assert len(np.unique(places)) == len(places)


@pytest.mark.parametrize("shape", [(4, 5, 3), (5, 5, 5), (3, 4, 3, 5)])
def test_components_of_a_core_are_found_up_to_order_and_scale(shape):
    rng = np.random.default_rng(3)
    letters = "abcd"[: len(shape)]
    names = ",".join(f"{letter}r" for letter in letters) + "->" + letters
    core = np.einsum(names, *(rng.standard_normal((side, 3)) for side in shape))
    found = core_components(core, 3, np.random.default_rng(4))
    np.testing.assert_allclose(np.einsum(names, *found), core, atol=1e-8 * np.abs(core).max())


def test_more_components_than_a_core_has_are_small():
    core = np.random.default_rng(3).standard_normal((2, 2, 2))
    found = core_components(core, 5, np.random.default_rng(4))
    assert [factor.shape for factor in found] == [(2, 5)] * 3
    assert all(np.abs(factor[:, 2:]).max() < 0.01 for factor in found)
    assert all(np.abs(factor[:, 2:]).min() > 0 for factor in found)


def test_cp_goes_on_from_what_a_tucker_model_says():
    """Of the truth as a Tucker model, it starts at the truth."""
    truth, observed = truth_of("cp"), ~holes(0.5)
    given = task(observed, truth)
    factors, core = [], truth
    for mode in range(3):
        front = np.moveaxis(truth, mode, 0).reshape(SHAPE[mode], -1)
        factors.append(np.linalg.svd(front, full_matrices=False)[0][:, :3])
        core = np.moveaxis(np.tensordot(factors[mode].T, core, (1, mode)), 0, mode)
    start = TuckerFactors((3, 3, 3)).fill_up([core, *factors], given)
    assert isinstance(start, Tucker)
    problem = Problem(TensorEntries.from_mask(observed), jnp.asarray(truth[observed], jnp.float32))
    model, _ = CanonicalFactors((3,)).begin(problem, given, start=start, key=KEY)
    assert isinstance(model, CP)
    np.testing.assert_allclose(np.asarray(model()), truth, atol=1e-4)


def test_damped_steps_are_the_same_whether_the_tensor_is_formed_or_not():
    """Of few entries of a large tensor they are read from the factors; beside all, it is formed."""
    model = Tucker.initialise((40, 40, 40), init_scale=30.0, widths=2, key=jax.random.key(1))
    few = np.sort(np.random.default_rng(0).permutation(40**3)[:300])
    y = jnp.asarray(np.random.default_rng(1).standard_normal(300), jnp.float32)
    read = Problem(TensorEntries(few, (40, 40, 40)), y)
    weights = jnp.zeros(40**3, jnp.float32).at[few].set(1.0)
    whole = Problem(
        TensorEntries(np.arange(40**3), (40, 40, 40)), weights.at[few].set(y), weights=weights
    )
    assert not model.factored().is_cheaper_dense(300)
    assert model.factored().is_cheaper_dense(40**3)
    dynamics = LevenbergMarquardt(1.0)
    ends = [
        dynamics.advance(problem, model, dynamics.init(problem, model), 2)[0]()
        for problem in (read, whole)
    ]
    assert float(read.data_loss(Tucker(model.core, model.layers))) > 0
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-4)
    assert np.abs(np.asarray(ends[0] - model())).max() > 0.01
