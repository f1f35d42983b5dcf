"""What `complete_tensor` promises, on small data, and each part of it by a second road."""

import itertools

import jax
import numpy as np
import pytest

from tacit.algebra import random as draws
from tacit.completion import Blend, Windows, complete_tensor, held_out_masks
from tacit.completion.blend import blend_weights
from tacit.completion.tensors import (
    Member,
    TubalFactors,
    TubalNorm,
    held_out_of_tensor,
    orientations,
    smooth_modes,
)
from tacit.completion.tensors.complete import narrowed
from tacit.completion.tensors.motion import camera_motion, followed
from tacit.runs import Result

KEY = jax.random.key(0)
SHAPE = (24, 20, 3)


def picture(shape=SHAPE):
    r, c = np.mgrid[: shape[0], : shape[1]] / 6
    return 3 + np.stack([np.sin(r + c), np.sin(r + c) + 0.2 * c, np.cos(c)], axis=-1)


def holes(shape=SHAPE, fraction=0.4, seed=1):
    return np.random.default_rng(seed).random(shape) < fraction


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


@pytest.fixture(scope="module")
def completed():
    truth, mask = picture(), holes()
    return truth, mask, complete_tensor(np.where(mask, np.nan, truth), mask, key=KEY)


@pytest.mark.slow
def test_a_smooth_colour_picture_is_recovered_by_smoothness(completed):
    truth, mask, done = completed
    assert rms((done.filled - truth)[mask]) < 0.1 * truth.std()
    np.testing.assert_array_equal(done.filled[~mask], truth[~mask])
    approaches = [candidate.recipe.members[0].approach for candidate in done.choice.candidates]
    assert {type(approach) for approach in approaches} == {Windows, TubalNorm}
    assert all(isinstance(member.approach, Windows) for member in done.choice.recipe.members)
    assert sum(member.weight for member in done.choice.recipe.members) == pytest.approx(1)


@pytest.mark.slow
def test_its_held_out_error_is_an_estimate_of_the_error(completed):
    truth, mask, done = completed
    assert done.choice.held_out == pytest.approx(rms((done.filled - truth)[mask]), rel=0.5)
    assert (done.uncertainty[~mask] == 0).all()
    assert (done.uncertainty[mask] > 0).all()


def test_it_is_the_same_each_time_and_another_with_another_key():
    truth, mask = picture(), holes()
    quick = {"approaches": [Windows((0, 1))], "members": 1}
    first, again, other = (
        complete_tensor(truth, mask, **quick, key=jax.random.key(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.filled, again.filled)
    assert first.choice.held_out != other.choice.held_out


def test_a_plan_is_followed_and_nothing_is_held_out():
    truth, mask = picture(), holes()
    plan = Blend((Member(Windows((0, 1)), 90, 1.0),))
    done = complete_tensor(truth, mask, plan=plan, key=KEY)
    assert done.choice.recipe == plan
    assert not done.choice.candidates
    assert rms((done.filled - truth)[mask]) < 0.1 * truth.std()


@pytest.mark.slow
def test_a_cube_without_smoothness_is_recovered_by_its_tubal_rank():
    truth = np.asarray(draws.low_tubal_rank_tensor((16, 15, 6), 1, key=jax.random.key(3)))
    mask = holes(truth.shape, 0.3)
    done = complete_tensor(truth, mask, smooth=(), key=KEY)
    assert rms((done.filled - truth)[mask]) < 0.05 * truth.std()
    kinds = {type(c.recipe.members[0].approach) for c in done.choice.candidates}
    assert kinds == {TubalNorm, TubalFactors}


def test_whole_pixels_are_held_out_where_whole_pixels_are_missing():
    mask = holes((24, 20))
    held = held_out_of_tensor(mask, SHAPE, key=KEY)
    assert held.shape == SHAPE
    assert held.any()
    assert not (held & mask[..., None]).any()
    assert (held.all(axis=-1) == held.any(axis=-1)).all()
    (flat,) = held_out_masks(mask, key=KEY)
    np.testing.assert_array_equal(held[..., 0], flat)


def test_a_mask_that_all_channels_share_is_one_of_pixels():
    mask = holes((24, 20))
    whole = np.broadcast_to(mask[..., None], SHAPE)
    np.testing.assert_array_equal(narrowed(whole), mask)
    assert narrowed(holes()).shape == SHAPE
    assert narrowed(mask).shape == (24, 20)


@pytest.mark.parametrize(("shape", "smooth"), [((9, 8, 3), (0, 1)), ((9, 8, 7, 3), (0, 1, 2))])
def test_what_may_be_smooth_and_what_may_be_a_slice(shape, smooth):
    assert smooth_modes(shape) == smooth
    orders = orientations(shape)
    pairs = {frozenset(order[:2]) for order in orders}
    assert pairs == {frozenset(pair) for pair in itertools.combinations(range(len(shape)), 2)}
    assert len(shape) - 1 in orders[0][:2]
    for order in orders:
        values = np.zeros(shape)
        approach = TubalNorm(order)
        assert approach.restored(approach.arranged(values)).shape == shape


def test_the_camera_is_followed_and_brought_back():
    rng = np.random.default_rng(0)
    scene = rng.random((60, 60))
    places = [(2 * k, 3 * k) for k in range(5)]
    film = np.stack([scene[a : a + 24, b : b + 24] for a, b in places], axis=2)
    seen = rng.random(film.shape) < 0.6
    motion = camera_motion(np.where(seen, film, 0), seen, 2)
    assert motion == tuple(places)
    still = followed(film, motion, 2)
    np.testing.assert_array_equal(still[10:20, 15:20, 0], still[10:20, 15:20, 3])
    np.testing.assert_array_equal(followed(still, motion, 2, -1), film)
    assert camera_motion(film[:, :, [0, 0, 0]], seen[:, :, :3], 2) is None


def test_a_frame_of_which_nothing_is_seen_lies_between_its_neighbours():
    rng = np.random.default_rng(0)
    scene = rng.random((60, 60))
    places = [(2 * k, 3 * k) for k in range(6)]
    film = np.stack([scene[a : a + 24, b : b + 24] for a, b in places], axis=2)
    seen = rng.random(film.shape) < 0.6
    seen[..., 3] = False
    assert camera_motion(np.where(seen, film, 0), seen, 2) == (*places[:3], (6, 9), *places[4:])


def test_of_a_plan_cut_short_the_first_members_are_left():
    members = [Member(Windows((0, 1)), 90, weight) for weight in (0.5, 0.3, 0.2)]
    weights = [member.weight for member in Blend(tuple(members)).first(2).members]
    assert weights == pytest.approx([0.625, 0.375])
    assert Blend(tuple(members)).first(3) == Blend(tuple(members))


def test_where_no_step_helps_the_mean_is_the_answer():
    truth, mask = picture(), holes()
    plan = Blend((Member(Windows((0, 1)), 0, 1.0),))
    done = complete_tensor(truth, mask, plan=plan, key=KEY)
    np.testing.assert_allclose(done.denoised, truth[~mask].mean(), rtol=1e-6)


def test_weights_of_a_blend_are_the_best_convex_ones():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)
    answers = [truth + scale * rng.normal(size=200) for scale in (0.5, 0.7)]
    first, second = blend_weights(answers, truth)
    assert first + second == pytest.approx(1)
    grid = np.linspace(0, 1, 1001)
    errors = [rms(w * answers[0] + (1 - w) * answers[1] - truth) for w in grid]
    assert first == pytest.approx(grid[np.argmin(errors)], abs=2e-3)
    assert blend_weights([truth, answers[0]], truth) == pytest.approx([1, 0], abs=1e-6)


def test_what_takes_too_long_is_cut_but_answered():
    truth, mask = picture(), holes()
    done = complete_tensor(truth, mask, budget=1e-3, key=KEY)
    assert np.isfinite(done.filled).all()
    assert len(done.choice.candidates) == 1
    assert done.result is not Result.DIVERGED


@pytest.mark.parametrize(
    ("data", "mask", "options", "message"),
    [
        (np.ones(SHAPE), np.zeros(SHAPE, bool), {}, "nothing is missing"),
        (np.ones(SHAPE), np.ones(SHAPE, bool), {}, "fewer than two entries"),
        (np.ones(SHAPE), np.ones((20, 24), bool), {}, "its shape"),
        (np.ones((1, 9, 3)), np.ones((1, 9, 3), bool), {}, "at least 2 × 2"),
        (np.full(SHAPE, np.nan), holes(), {}, "NaN or infinite"),
        (np.ones(SHAPE), holes(), {"smooth": (0, 3)}, "smooth"),
        (np.ones(SHAPE), holes(), {"approaches": []}, "there is none"),
        (np.ones(SHAPE), holes(), {"frames": 1}, "is not a mode after rows"),
        (np.ones(SHAPE), np.arange(24 * 20 * 3).reshape(SHAPE) > 1, {}, "hold any out"),
        (np.ones((9, 8)), holes((9, 8)), {"smooth": ()}, r"tacit\.complete takes it"),
    ],
)
def test_what_cannot_be_completed_is_refused(data, mask, options, message):
    with pytest.raises(ValueError, match=message):
        complete_tensor(data, mask, **options, key=KEY)
