"""What `complete` promises, on small data."""

import jax
import numpy as np
import pytest

from tacit.completion import complete, held_out_entries
from tacit.completion.frame import mask_matrix
from tacit.runs import Result

KEY = jax.random.key(0)
QUICK = {"model": [(2, 1e-3)], "refits": 2, "key": KEY}


def low_rank(shape=(30, 24), rank=2, seed=0):
    rng = np.random.default_rng(seed)
    return 5 + rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))


def holes(shape=(30, 24), fraction=0.4, seed=1):
    return np.random.default_rng(seed).random(shape) < fraction


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


def test_a_low_rank_table_is_recovered():
    truth, mask = low_rank(), holes()
    completion = complete(np.where(mask, np.nan, truth), mask, penalty=None, key=KEY)
    assert rms((completion.filled - truth)[mask]) < 0.05 * truth.std()
    np.testing.assert_array_equal(completion.filled[~mask], truth[~mask])
    assert len(completion.choice.candidates) == 3
    assert {candidate.recipe.depth for candidate in completion.choice.candidates} == {2, 3}


@pytest.mark.slow
def test_a_smooth_surface_is_filled_better_with_a_penalty():
    r, c = np.mgrid[:40, :30] / 10
    truth, mask = np.sin(r + c**2 / 3), holes((40, 30), 0.7)
    filled = {
        penalty: complete(np.where(mask, 0, truth), mask, penalty=penalty, **QUICK)
        for penalty in (None, "auto")
    }
    errors = {name: rms((done.filled - truth)[mask]) for name, done in filled.items()}
    assert errors["auto"] < 0.6 * errors[None]
    assert filled["auto"].choice.recipe.weight > 0


@pytest.mark.parametrize("per_pixel", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_colour_picture_by_pixels_or_by_entries(per_pixel):
    r, c = np.mgrid[:24, :20] / 8
    truth = np.stack([np.sin(r + c), np.sin(r + c) + 0.1 * c, np.cos(c)], axis=-1)
    mask = holes((24, 20) if per_pixel else (24, 20, 3), 0.3)
    data = truth.copy()
    data[mask] = np.nan
    completion = complete(data, mask, **QUICK)
    assert completion.filled.shape == truth.shape
    assert np.isfinite(completion.filled).all()
    assert rms((completion.filled - truth)[mask]) < 0.2 * truth.std()
    np.testing.assert_array_equal(completion.filled[~mask], truth[~mask])


def test_whole_pixels_are_held_out_where_whole_pixels_are_missing():
    (of_pixels,) = held_out_entries(holes(), (30, 24, 3), key=KEY)
    planes = of_pixels.reshape(30, 3, 24)
    assert (planes == planes[:, :1]).all()
    (of_entries,) = held_out_entries(holes((30, 24, 3)), (30, 24, 3), key=KEY)
    planes = of_entries.reshape(30, 3, 24)
    assert (planes != planes[:, :1]).any()
    assert not (of_entries & mask_matrix(holes((30, 24, 3)), (30, 24, 3))).any()


def test_uncertainty_is_zero_where_observed_and_positive_in_holes():
    truth, mask = low_rank(), holes()
    completion = complete(truth, mask, penalty=None, **QUICK)
    assert (completion.uncertainty[~mask] == 0).all()
    assert (completion.uncertainty[mask] > 0).all()
    assert completion.spread == pytest.approx(completion.uncertainty[mask].mean())


def test_the_choice_is_the_least_held_out_error():
    completion = complete(low_rank(), holes(), key=KEY, refits=1)
    least = min(completion.choice.candidates, key=lambda candidate: candidate.held_out)
    assert completion.choice.recipe == least.recipe
    assert str(least.recipe.depth) in completion.choice.reason
    held_out = completion.trajectory["held_out"]
    spread = low_rank()[~holes()].std()
    assert least.held_out == pytest.approx(np.nanmin(held_out) * spread, rel=1e-5)


def test_same_key_same_bytes():
    first, second = (complete(low_rank(), holes(), penalty=None, **QUICK) for _ in range(2))
    np.testing.assert_array_equal(first.filled, second.filled)


def test_units_do_not_matter():
    truth, mask = low_rank(), holes()
    one = complete(truth, mask, penalty=None, **QUICK)
    other = complete(1000 * truth - 3, mask, penalty=None, **QUICK)
    np.testing.assert_allclose(other.filled, 1000 * one.filled - 3, rtol=1e-3)


def test_few_observed_entries_are_used_in_folds():
    truth, mask = low_rank((20, 15), 1), holes((20, 15), 0.4)
    assert (~mask).sum() < 200
    completion = complete(truth, mask, penalty=None, **QUICK)
    assert "folds" in completion.choice.reason
    assert rms((completion.filled - truth)[mask]) < 0.2 * truth.std()


def test_ctrl_c_gives_the_best_answer_so_far():
    calls = []

    def interrupt(stage, progress):
        calls.append(stage)
        if len(calls) == 3:
            raise KeyboardInterrupt

    completion = complete(low_rank(), holes(), report=interrupt, **QUICK)
    assert completion.result is Result.INTERRUPTED
    assert np.isfinite(completion.filled).all()
    assert len(calls) == 3


def test_a_spent_budget_still_gives_one_candidate_and_one_refit():
    completion = complete(low_rank(), holes(), budget=1e-3, key=KEY)
    assert len(completion.choice.candidates) == 1
    assert np.isfinite(completion.filled).all()


@pytest.mark.parametrize(
    ("data", "mask", "message"),
    [
        (np.ones((1, 5)), np.eye(1, 5, dtype=bool), "data"),
        (np.ones((4, 4, 2)), np.eye(4, dtype=bool), "data"),
        (np.ones((4, 4)), np.zeros((4, 4), bool), "nothing is missing"),
        (np.ones((4, 4)), np.ones((4, 4), bool), "fewer than two"),
        (np.full((4, 4), np.inf), np.eye(4, dtype=bool), "infinite"),
        (np.ones((4, 4)), np.eye(5, dtype=bool), "mask"),
    ],
)
def test_unusable_data_are_refused(data, mask, message):
    with pytest.raises(ValueError, match=message):
        complete(data, mask, key=KEY)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="penalty"):
        complete(low_rank(), holes(), penalty=-1.0, key=KEY)
