"""Seasons: found where they are and nowhere else, folded and unfolded, and of use."""

import numpy as np
import pytest

from tacit.completion import Family, SeparableGaussian, complete
from tacit.completion.fit import train
from tacit.completion.layouts import Relaid, relaid_family
from tacit.completion.plan import After, Candidate, Member
from tacit.completion.seasons import Season, _differences, find_season

from .small import KEY, rms, task_of


def seasonal(shape=(12, 200), period=20, noise=0.3, seed=0):
    """Items that each have a course of their own over a period, and a level that drifts."""
    rng = np.random.default_rng(seed)
    courses = rng.standard_normal((shape[0], 3)) @ rng.standard_normal((3, period))
    whole = np.tile(courses, (1, shape[1] // period + 1))[:, : shape[1]]
    drift = np.cumsum(0.05 * rng.standard_normal(shape), axis=1)
    return whole + drift + noise * rng.standard_normal(shape)


def holes(shape, share=0.3, seed=1):
    return np.random.default_rng(seed).random(shape) < share


@pytest.mark.parametrize("length", [12, 13, 14, 4])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_folded_data_are_periods_by_phases(axis, length):
    shape = tuple(length if at == axis else side for at, side in enumerate((2, 3, 5)))
    values = np.random.default_rng(0).standard_normal(shape)
    season = Season(axis, 4)
    folded = season.fold(values)
    assert folded.shape == season.sides(shape)
    for place in np.ndindex(folded.shape):
        at = place[axis] * 4 + place[axis + 1]
        there = (*place[:axis], at, *place[axis + 2 :])
        assert folded[place] == (values[there] if at < length else 0)
    np.testing.assert_array_equal(season.unfold(folded, shape), values)


def test_the_folded_task_is_in_the_same_units():
    truth, missing = seasonal((4, 30)), holes((4, 30))
    task = task_of(truth, missing, ("channel", "time"))
    folded = Season(1, 7).fold_task(task)
    assert folded.shape == (4, 5, 7)
    assert folded.ordered == (1, 2)
    assert folded.units.own == (0,)
    data = Season(1, 7).unfold(folded.units.to_data(folded.values), truth.shape)
    np.testing.assert_allclose(data[~missing], truth[~missing])


def test_differences_are_those_of_all_pairs():
    rng = np.random.default_rng(2)
    values, seen = rng.standard_normal((5, 30)), (rng.random((5, 30)) < 0.6).astype(float)
    found, pairs = _differences(values, seen, 12)
    for lag in range(1, 13):
        both = (seen[:, lag:] * seen[:, :-lag]) > 0
        assert pairs[lag] == both.sum()
        expected = ((values[:, lag:] - values[:, :-lag])[both] ** 2).mean()
        np.testing.assert_allclose(found[lag], expected)


@pytest.mark.parametrize("period", [6, 20, 31])
def test_a_season_is_found_among_its_multiples(period):
    found = [
        find_season(
            task_of(seasonal((12, 250), period, seed=s), holes((12, 250), 0.5), ("item", "time"))
        )
        for s in range(10)
    ]
    assert sum(season == Season(1, period) for season in found) >= 9


def test_of_a_day_and_a_week_the_day_is_meant():
    """Days of a week differ in strength, so that entries a week apart are the most alike."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        days = 1 + 0.3 * rng.standard_normal((10, 7, 1))
        week = (days * rng.standard_normal((10, 1, 12))).reshape(10, 84)
        truth = np.tile(week, (1, 5)) + 0.1 * rng.standard_normal((10, 420))
        task = task_of(truth, holes(truth.shape, 0.3, seed), ("item", "time"))
        assert find_season(task) == Season(1, 12)


def walk(rng, shape):
    return np.cumsum(rng.standard_normal(shape), axis=1)


def noise(rng, shape):
    return rng.standard_normal(shape)


def lasting(rng, shape):
    values = rng.standard_normal(shape)
    for at in range(1, shape[1]):
        values[:, at] += 0.9 * values[:, at - 1]
    return values


def trend(rng, shape):
    return np.linspace(0, 5, shape[1]) + rng.standard_normal(shape)


@pytest.mark.parametrize("kind", [walk, noise, lasting, trend])
@pytest.mark.parametrize("items", [2, 20])
def test_a_season_that_is_not_there_is_not_found(kind, items):
    rng = np.random.default_rng(3)
    found = [
        find_season(task_of(kind(rng, (items, 200)), holes((items, 200)), ("item", "time")))
        for _ in range(20)
    ]
    assert sum(season is not None for season in found) <= 1


def test_pictures_and_axes_with_units_have_none():
    waves = np.sin(np.arange(60) * 2 * np.pi / 6) + np.zeros((60, 1))
    assert find_season(task_of(waves, holes((60, 60)), ("row", "column"))) == Season(1, 6)
    picture = np.repeat(waves[..., None], 3, axis=2)
    axes = ("row", "column", "colour")
    assert find_season(task_of(picture, holes(picture.shape), axes)) is None
    assert find_season(task_of(waves[:, :12], holes((60, 12)), ("item", "time"))) is None


def test_a_method_in_seasons_is_the_method_on_folded_data():
    truth, missing = seasonal((6, 95)), holes((6, 95))
    task, season = task_of(truth, missing, ("item", "time")), Season(1, 20)
    held = task.observed & holes(task.shape, 0.2, 4)
    inner = SeparableGaussian()
    found = train(task, Relaid(inner, season), held, key=KEY)
    other = train(season.fold_task(task), inner, season.fold(held), key=KEY)
    expected = season.unfold(other.answer.values, task.shape)
    np.testing.assert_allclose(found.answer.values, expected, rtol=1e-4, atol=1e-4)
    assert found.method.facts()["season"] == 20
    assert str(found.method).endswith("in seasons of 20 along axis 1")


def test_a_family_in_seasons_sees_what_its_methods_did():
    """A later phase goes on from the very candidate that was tried."""
    season, seen = Season(1, 5), []

    def proposals(task, tried):
        assert task.shape == (4, 8, 5)
        yield SeparableGaussian()
        seen.append([candidate.member.method for candidate in tried])
        yield After(SeparableGaussian(1, 0), tried[0])

    family = relaid_family(Family("one", lambda task: True, proposals), season, "one")
    task = task_of(seasonal((4, 40)), holes((4, 40)), ("item", "time"))
    tried = []
    further = family.proposals(task, tried)
    first = next(further)
    assert first == Relaid(SeparableGaussian(), season)
    tried.append(Candidate(Member(SeparableGaussian(), 3), 1.0, 1.0, 0.1))
    tried.append(Candidate(Member(first, 3), 1.0, 1.0, 0.1))
    second = next(further)
    assert seen == [[SeparableGaussian()]]
    assert second.before is tried[1]
    assert second.method == Relaid(SeparableGaussian(1, 0), season)


def test_gaps_of_whole_periods_are_filled_from_the_season():
    truth = seasonal((12, 200), noise=0.1)
    missing = holes((12, 200), 0.1)
    for item, begin in enumerate(np.random.default_rng(5).integers(0, 150, 12)):
        missing[item, begin : begin + 30] = True
    found = complete(truth, missing, axes=("item", "time"), budget=60, key=KEY)
    assert "in seasons of 20 along axis 1" in str(found.choice.blend.members[0].method)
    assert rms((found.filled - truth)[missing]) < 0.6 * truth.std()
    assert found.filled.shape == truth.shape
    plain = complete(
        truth, missing, axes=("item", "time"), methods=["continuation"], budget=60, key=KEY
    )
    errors = [rms((each.filled - truth)[missing]) for each in (found, plain)]
    assert errors[0] < 0.5 * errors[1]
